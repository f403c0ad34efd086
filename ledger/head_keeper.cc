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
    : log_(log),
      file_(file),
      options_(std::move(options)),
      key_(std::shared_ptr<const void>(), &key),  // The caller's.
      sealed_(file.newest()) {
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
    if (const auto sealed = seal_newest(before); !sealed) {
      if (options_.on_fatal) options_.on_fatal(sealed.error());
      return;
    }
    if (last) return;
  }
}

Result<void> HeadKeeper::seal_newest(domain::Position before) {
  const std::lock_guard sealing(sealing_);
  const store::Head head = log_.head();
  if (head.size <= before) return {};
  return seal(head, key());
}

// Of the same size, so that it says nothing new but who signs.
Result<void> HeadKeeper::sign_with(std::shared_ptr<const merkle::SigningKey> key) {
  const std::lock_guard sealing(sealing_);
  return seal(sealed().head, std::move(key));
}

std::shared_ptr<const merkle::SigningKey> HeadKeeper::key() const {
  const std::lock_guard lock(mutex_);
  return key_;
}

// The log's head is of what is synced, and for one size the log has one root: so a note is never
// signed over what a power cut could take back, nor two that differ.
Result<void> HeadKeeper::seal(const store::Head& head,
                              std::shared_ptr<const merkle::SigningKey> key) {
  auto note = merkle::signed_note({options_.origin, head.size.value, head.root}, *key);
  if (!note) return fail(note.error());
  store::SealedHead next{head, *std::move(note)};
  if (auto written = file_.write(next); !written) return written;
  {
    const std::lock_guard lock(mutex_);
    sealed_ = std::move(next);
    key_ = std::move(key);
  }
  changed_.notify_all();
  return {};
}

}  // namespace ledger
