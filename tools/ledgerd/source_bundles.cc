// Bundles: what somebody carried here of a source, taken as a check takes what the source has.
#include <atomic>
#include <future>
#include <utility>

#include "ledger/codec/json_out.h"
#include "tools/ledgerd/source_checks.h"
#include "updates/bundle.h"
#include "updates/local_file.h"
#include "updates/repository_check.h"

namespace ledgerd {

using ledger::fail;
using ledger::Result;
namespace domain = ledger::domain;
namespace updates = ledger::updates;

namespace {

constexpr std::chrono::milliseconds asking_interval{100};
constexpr std::size_t name_digits = 12;

// What whoever brought it is told.
struct BundleOutcome {
  domain::SourceId source;
  domain::Digest digest;
  std::uint64_t bytes = 0;
  std::uint64_t metadata_version = 0;
  bool already_newer = false;
  std::string warning;  // Empty: none.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return domain::field_list(field("source", &BundleOutcome::source),
                              field("digest", &BundleOutcome::digest),
                              field("bytes", &BundleOutcome::bytes),
                              field("metadata_version", &BundleOutcome::metadata_version),
                              field("already_newer", &BundleOutcome::already_newer),
                              field("warning", &BundleOutcome::warning));
  }
};

std::string warning_of(const updates::BundleTaken& taken) {
  if (!taken.is_warned_of()) return {};
  return "Its metadata is over since " + iso8601(taken.expired_for) +
         ": bring a newer bundle before seven days are over.";
}

// The file has a name of our own, which tells whoever sent it nothing.
std::string without_name(std::string detail, const std::string& file) {
  for (const auto& [said, shown] :
       {std::pair("The bundle " + file, "The bundle"), std::pair(file, "What was sent")}) {
    for (auto at = detail.find(said); at != std::string::npos; at = detail.find(said)) {
      detail.replace(at, said.size(), shown);
    }
  }
  return detail;
}

// Work that is given up as long as nobody began it.
class Claim {
 public:
  bool begin() { return take(State::begun); }
  bool give_up() { return take(State::given_up); }

 private:
  enum class State { open, begun, given_up };
  bool take(State next) {
    State open = State::open;
    return state_.compare_exchange_strong(open, next);
  }
  std::atomic<State> state_{State::open};
};

}  // namespace

Result<std::string> SourceChecks::import_bundle(const BroughtBundle& brought,
                                                const std::function<bool()>& go_on) {
  const auto claim = std::make_shared<Claim>();
  const auto outcome = std::make_shared<std::promise<Result<std::string>>>();
  auto ended = outcome->get_future();
  std::stop_source stop;
  thread_of(brought.source).post([this, claim, outcome, brought, token = stop.get_token()] {
    if (claim->begin()) outcome->set_value(take(brought, token));
  });
  while (ended.wait_for(asking_interval) != std::future_status::ready) {
    if (go_on()) continue;
    if (claim->give_up()) {
      return fail(ledger::ErrorKind::unavailable, "given-up",
                  "It was asked to stop before a check of the source had ended.");
    }
    stop.request_stop();
  }
  return ended.get();
}

Result<std::string> SourceChecks::take(const BroughtBundle& brought,
                                       const std::stop_token& stop) const {
  const auto known = known_of(brought.source);
  if (!known) return fail(known.error());
  auto taken = take_into_mirror(brought, *known, stop);
  if (!taken) taken.error().detail = without_name(taken.error().detail, brought.file.string());
  if (!taken && !stop.stop_requested()) {
    // Also of a file that is no bundle at all.
    const auto digest = updates::digest_of_file(brought.file);
    domain::Command command = brought.asked;
    command.payload = domain::RecordBundleRefused{
        brought.source, digest ? *digest : domain::Digest{}, taken.error().detail};
    const auto recorded = parts_.writer.call(std::move(command));
    if (!recorded) return fail(recorded.error());
  }
  return taken;
}

Result<std::string> SourceChecks::take_into_mirror(const BroughtBundle& brought, const Known& known,
                                                   const std::stop_token& stop) const {
  auto bundle = updates::Bundle::open(brought.file);
  if (!bundle) return fail(bundle.error());
  const auto mirror = parts_.mirrors.of(brought.source);
  if (!mirror) return fail(mirror.error());
  updates::RepositoryCheckRequest request = known.repository;
  const auto taken = updates::import_bundle(
      **mirror, parts_.content, *bundle,
      {parts_.clock.now(), request.trust_root,
       [&](const auto& target) { return !request.given_up.contains(target.digest); }, stop});
  if (!taken) return fail(taken.error());

  domain::Command command = brought.asked;
  command.payload = domain::RecordBundleImported{brought.source, taken->digest, taken->bytes,
                                                 taken->snapshot_version, taken->already_newer};
  const auto recorded = parts_.writer.call(std::move(command));
  if (!recorded) return fail(recorded.error());
  // What an earlier process took, and could not tell any more, is told now.
  const bool is_told = (*mirror)->state().snapshot_version <= known.metadata_version;
  if (!taken->already_newer || !is_told) {
    const auto at = recorded->events.front().position;
    request.check = {"bundle-" + hex(taken->digest).substr(0, name_digits)};
    updates::report_bundle(request,
                           {**mirror,
                            parts_.content,
                            {},
                            [&](const domain::CommandPayload& payload) {
                              insist(parts_.writer, payload, Order{at, at}, stop_.get_token());
                            },
                            [this] { return parts_.clock.now(); },
                            {},
                            stop},
                           taken->digest);
  }
  return ledger::codec::to_json(BundleOutcome{brought.source, taken->digest, taken->bytes,
                                              taken->snapshot_version, taken->already_newer,
                                              warning_of(*taken)});
}

}  // namespace ledgerd
