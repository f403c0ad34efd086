// A relay: pulls the repositories of its sources from where its group does, verifies them, serves
// them as they are, forgets what nobody lists any more, and says what it has.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "ledger/random.h"
#include "updates/bundle.h"
#include "updates/content_store.h"
#include "updates/machine/manager.h"
#include "updates/mirror.h"
#include "updates/relay/plan.h"

namespace ledger::updates::relay {

// How a pull of one source went.
struct PullOutcome {
  domain::SourceId source;
  domain::SyncReason reason{};  // none: it is as its upstream.
  std::uint64_t snapshot_version = 0;
  std::string upstream;  // That served it, or the last that was tried.
  std::string detail;    // Why not.
};

// A target whose bytes were damaged on this relay's disk.
struct DamagedTarget {
  domain::SourceId source;
  std::string path;
  auto operator<=>(const DamagedTarget&) const = default;
};

struct Round {
  std::vector<DamagedTarget> damaged;  // Found so in this round.
  std::vector<PullOutcome> pulls;
  std::optional<Error> manager;  // Why it could not be asked or told.
  std::optional<Error> disk;     // Why its orders could not be kept.
  domain::Duration next;         // When the manager expects to hear again.
  std::uint64_t pruned = 0;      // Files.
};

// Thread: round() and import_bundle() one at a time; find() any.
class Relay {
 public:
  struct Parts {
    domain::ComputerId self;
    machine::Manager& manager;
    ContentStore& content;
    // Errors: those of whoever opens it; a transport that cannot be had is an upstream that failed.
    std::function<Result<std::unique_ptr<tuf::Transport>>(const Upstream&)> transport;
    std::function<std::uint64_t()> free_bytes;
    Random random;
  };
  // `directory` keeps the plan and the repositories. Errors: corrupt ("relay-plan-damaged"), io.
  static Result<std::unique_ptr<Relay>> open(std::filesystem::path directory, Parts parts);

  // Asks for orders, looks for damage, pulls, prunes, reports, answers instructions. Without its
  // manager it goes on with its last orders.
  Round round(domain::Time now, const std::stop_token& stop);

  // Takes a bundle of a source that is planned or was fed before, or of any with the root that
  // `trust` names. Errors: those of import_bundle(), not_found ("source-unknown").
  Result<BundleTaken> import(const std::filesystem::path& bundle, const domain::SourceId& source,
                             const std::optional<domain::Digest>& trust, domain::Time now);

  // Puts what is served of a source into a bundle, for relays behind an air gap.
  // Errors: those of create_bundle(), not_found ("source-unknown").
  Result<BundleMade> create_bundle(const std::filesystem::path& out, const domain::SourceId& source,
                                   const std::filesystem::path& since) const;

  // What a request of "<source>/<path>" is answered with. Errors: not_found ("source-unknown",
  // "file-unknown").
  Result<ServedFile> find(const domain::SourceId& source, const std::string& path,
                          Belief belief = Belief::kept) const;

  const Plan& plan() const { return plan_; }

 private:
  Relay(std::filesystem::path directory, Parts parts);

  Result<void> load();
  void take_orders(Round& round);
  PullOutcome pull_source(const PlannedSource& source, domain::Time now,
                          const std::stop_token& stop);
  std::optional<PullFailure> pull_from(Mirror& mirror, const PlannedSource& source,
                                       const Upstream& upstream, domain::Time now,
                                       const std::stop_token& stop);
  // relay_damage.cc
  void look_through(Round& round, const std::stop_token& stop);
  void tell_damaged(Round& round);
  // A wanted target that was found damaged, and did not come again yet; empty: none.
  std::string damaged_target(const Mirror& mirror) const;
  void tell_not_authentic(const Upstream& upstream, const PullFailure& failure);
  // Null: there is none.
  std::shared_ptr<Mirror> known_mirror(const domain::SourceId& source) const;
  Result<Mirror*> mirror_of(const domain::SourceId& source);
  void forget_sources(domain::Time now);
  std::uint64_t prune(const Round& round, domain::Time now);
  void report(Round& round, domain::Time now);
  machine::RelayReport what_is_served(const Round& round) const;
  void answer_instructions(Round& round);
  void note(Round& round, const Error& error) const;
  std::filesystem::path directory_of(const domain::SourceId& source) const;

  std::filesystem::path directory_;
  Parts parts_;
  Plan plan_;
  std::vector<machine::Instruction> instructions_;  // Of the last orders.
  std::uint64_t rounds_ = 0;
  std::uint64_t sequence_ = 0;  // Of reports; on disk too.
  std::map<domain::Digest, domain::Time> unlisted_since_;
  std::map<domain::SourceId, domain::Time> unplanned_since_;
  std::set<DamagedTarget> damaged_untold_;
  std::set<std::string> told_;  // What was said to be not authentic, until its upstream is good.

  mutable std::mutex mutex_;  // Of what find() reads.
  std::map<domain::SourceId, std::shared_ptr<Mirror>> mirrors_;
};

// Whether `a` says more of what is wrong than `b`.
bool is_worse(domain::SyncReason a, domain::SyncReason b);

// What nobody lists any more is kept so long for those who are about to fetch it.
inline constexpr domain::Duration unlisted_kept = domain::hours(1);
// The repository of a source that is not in the orders any more is kept so long.
inline constexpr domain::Duration unplanned_kept = domain::days(1);

}  // namespace ledger::updates::relay
