// The patterns in effect on a computer, and how they become what was decided.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "updates/agent/outcome.h"
#include "updates/agent/pattern_source.h"

namespace ledger::updates::agent {

// For so long after its end, metadata still vouches for what was decided: the decision says which
// bytes they are, and that is all there is to say behind an air gap or while a publisher is away.
inline constexpr domain::Duration decided_grace = domain::days(7);

// Thread: one at a time.
class PatternSet {
 public:
  struct Options {
    std::filesystem::path directory;  // Of the installation.
    std::filesystem::path metadata;   // Of repositories, one directory for each source.
    std::size_t keep = 3;
    domain::ComputerId computer;
    std::vector<domain::ComponentName> components;  // That it takes; none: all that is expected.
  };
  // Errors: unavailable ("disk-full"), io.
  static Result<PatternSet> open(Files& files, const OpenWay& open, const Random& random,
                                 Options options);

  std::vector<domain::ComponentVersion> in_effect() const;  // By component.
  // 0: nothing was ever installed.
  std::uint64_t version() const;

  // Installs what is expected and not held, as far as it comes: one component that does not come
  // keeps no other one back. Nothing is installed but what was decided and is authentic.
  Outcome update(const std::vector<machine::ExpectedPattern>& expected, const Places& places,
                 domain::Time now);
  // Without a manager to decide: the newest authentic release of each component that is there. It
  // stays until something newer is decided, or it is rolled back.
  Outcome update_undecided(const Places& places, domain::Time now);

  Outcome roll_back(const domain::InstructionId& instruction);
  bool rolled_back_by(const domain::InstructionId& instruction) const;
  // What was rolled back may be updated again.
  Outcome release();

 private:
  PatternSet(Files& files, const OpenWay& open, const Random& random, Options options,
             Installation installation)
      : files_(&files),
        open_(&open),
        random_(&random),
        options_(std::move(options)),
        installation_(std::move(installation)) {}

  const InstalledPattern* find(const domain::ComponentName& component) const;
  bool takes(const domain::ComponentName& component) const;
  bool is_held(const domain::ComponentName& component) const;
  // Whether a newer one was taken while nobody could decide: a manager that has not heard of it yet
  // has not decided against it.
  bool is_ahead(const tuf::Client::Listing& listing, const WantedPattern& decided) const;
  // Into `outcome` what was wrong, and what came into `patterns`.
  void get(const Places& places, const Places::Source& source, const Choice& choice,
           domain::Time valid_at, Outcome& outcome, std::vector<InstalledPattern>& patterns);
  void install(const std::vector<InstalledPattern>& patterns, domain::Time now, Outcome& outcome);

  Files* files_;
  const OpenWay* open_;
  const Random* random_;
  Options options_;
  Installation installation_;
  std::set<std::string> damaged_;  // Files in effect that are not what was installed.
};

}  // namespace ledger::updates::agent
