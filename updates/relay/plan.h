// What a relay is to distribute and where it gets that: its last orders, kept so that it works on
// while the manager is away.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"
#include "ledger/random.h"
#include "ledger/result.h"
#include "updates/machine/manager.h"
#include "updates/mirror.h"

namespace ledger::updates::relay {

struct PlannedSource {
  domain::SourceId source;
  std::string url;
  std::string alternative_url;
  std::string proxy;
  domain::Digest trust_root;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return domain::field_list(
        field("source", &PlannedSource::source), field("url", &PlannedSource::url),
        field("alternative_url", &PlannedSource::alternative_url),
        field("proxy", &PlannedSource::proxy), field("trust_root", &PlannedSource::trust_root));
  }
  bool operator==(const PlannedSource&) const = default;
};

struct Plan {
  bool is_relay = false;
  bool air_gapped = false;
  std::vector<std::string> parents;  // URLs of the parent group's relays; none: a top group.
  bool all_platforms = false;
  std::vector<domain::Platform> platforms;
  std::vector<PlannedSource> sources;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return domain::field_list(
        field("is_relay", &Plan::is_relay), field("air_gapped", &Plan::air_gapped),
        field("parents", &Plan::parents), field("all_platforms", &Plan::all_platforms),
        field("platforms", &Plan::platforms), field("sources", &Plan::sources));
  }
  bool operator==(const Plan&) const = default;
};

// `self` is never its own parent, whatever the orders say.
Plan plan_of(const machine::Orders& orders, const domain::ComputerId& self);

std::string plan_text(const Plan& plan);
// Errors: corrupt ("relay-plan-damaged").
Result<Plan> plan_from(const std::string& text);

// Where a pull may come from.
struct Upstream {
  enum class Kind { source, parent, manager };
  Kind kind{};
  domain::SourceId source;
  std::string url;    // Of the repository, without a slash at its end; empty for the manager, whose
  std::string proxy;  // address is known to whoever asks it.

  bool operator==(const Upstream&) const = default;
};

// In the order to try them: a top group asks the source, then its alternative, then the manager; a
// sub-group its parents, in an order of this relay and this round; an air-gapped one nobody.
std::vector<Upstream> upstreams_of(const Plan& plan, const PlannedSource& source,
                                   const Random& random, const domain::ComputerId& self,
                                   std::uint64_t round);

// Whether bytes of this target are to be here: rules always, patterns of the platforms ordered.
bool wants(const Plan& plan, const MirrorTarget& target);

}  // namespace ledger::updates::relay
