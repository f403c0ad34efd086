// Which CVEs a ruleset covers, by its digest: found among all that policies ever had.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/result.h"
#include "projections/view_store.h"

namespace projections {

// Whether a computer with these modules has one of rules; the others are not counted.
bool runs_rules(const std::vector<domain::Module>& modules);

// Thread: one. Keeps what it found.
class RulesetCover {
 public:
  // The modules whose rules name a CVE, one bit each.
  using Modules = std::uint32_t;
  using Cves = std::map<std::string, Modules, std::less<>>;

  // Looks at what policies had at or before `at`. `store` outlives it.
  RulesetCover(const ViewStore& store, domain::Position at) : store_(store), at_(at) {}

  // Nothing covers anything: no policy ever had this ruleset. `policy`: where to look first.
  // Errors: corrupt, io.
  ledger::Result<const Cves*> cves_of(const std::optional<domain::PolicyId>& policy,
                                      const domain::Digest& ruleset);

  static Modules bit_of(domain::Module module) {
    return Modules{1} << static_cast<unsigned>(module);
  }
  static Modules bits_of(const std::vector<domain::Module>& modules);

 private:
  ledger::Result<bool> look_among(const std::string& policy, const domain::Digest& ruleset,
                                  Cves& cves);
  ledger::Result<Cves> search(const std::optional<domain::PolicyId>& policy,
                              const domain::Digest& ruleset);

  const ViewStore& store_;
  const domain::Position at_;
  std::map<domain::Digest, Cves> known_;
};

}  // namespace projections
