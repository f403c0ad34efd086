#include "ledger/head_keeper.h"

#include <utility>

#include "ledger/merkle/checkpoint.h"

namespace ledger {
namespace {

// How soon a stop is noticed while the log rests.
constexpr std::chrono::milliseconds stop_latency{50};

}  // namespace

HeadKeeper::HeadKeeper(const store::EventLog& log, store::HeadFile& file,
                       const merkle::SigningKey& key, Options options)
    : log_(log), file_(file), key_(key), options_(std::move(options)), sealed_(file.newest()) {
  CHECK(sealed_.head.size <= log.head().size, "a log that lost records was not opened");
  follower_ = std::thread([this] { follow(); });
}

HeadKeeper::~HeadKeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  follower_.join();
}

store::SealedHead HeadKeeper::sealed() const {
  const std::lock_guard lock(mutex_);
  return sealed_;
}

Result<store::SealedHead> HeadKeeper::wait_sealed(domain::Position size,
                                                  std::chrono::milliseconds at_most) const {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, at_most, [&] { return sealed_.head.size >= size; })) return sealed_;
  return fail(ErrorKind::unavailable, "not-sealed-yet",
              "The first " + std::to_string(size.value) +
                  " records are not under a signed head yet; "
                  "ask again soon.");
}

void HeadKeeper::follow() {
  while (true) {
    bool last = false;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, options_.interval, [&] { return stopping_; });
      last = stopping_;
    }
    const domain::Position before = sealed().head.size;
    if (!last && log_.wait_beyond(before, stop_latency) == before) continue;
    const store::Head head = log_.head();
    if (head.size > before) {
      if (const auto sealed = seal(head); !sealed) {
        if (options_.on_fatal) options_.on_fatal(sealed.error());
        return;
      }
    }
    if (last) return;
  }
}

// The log's head is of what is synced, and for one size the log has one root: so a note is never
// signed over what a power cut could take back, nor two that differ.
Result<void> HeadKeeper::seal(const store::Head& head) {
  auto note = merkle::signed_note({options_.origin, head.size.value, head.root}, key_);
  if (!note) return fail(note.error());
  store::SealedHead next{head, *std::move(note)};
  if (auto written = file_.write(next); !written) return written;
  {
    const std::lock_guard lock(mutex_);
    sealed_ = std::move(next);
  }
  changed_.notify_all();
  return {};
}

}  // namespace ledger
