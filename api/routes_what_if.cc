// What would have become of the fleet if something had gone another way. Nothing is recorded but in
// the answer, and that says so: "hypothetical": true.
#include "api/operations.h"
#include "api/routes.h"
#include "ledger/codec/json_out.h"
#include "ledger/domain/world.h"
#include "ledger/time_zones_tzdb.h"
#include "ledger/world_snapshots.h"
#include "projections/mark.h"
#include "replay/edits_json.h"
#include "replay/what_if.h"

namespace api {
namespace {

using domain::Position;

ledger::Result<std::string> suppose(const Services& services,
                                    const std::vector<replay::Edit>& edits,
                                    std::optional<Position> to, const Operations::GoOn& go_on) {
  const ledger::TzdbTimeZones time_zones;
  replay::WhatIfBase base{services.log, services.views, time_zones, {}};
  Position first{services.views.size()};
  for (const auto& edit : edits) first = std::min(first, edit.at);
  // A command is taken whole, and may have begun a little earlier than the edit says.
  const Position sure{first.value -
                      std::min<std::uint64_t>(first.value, ledger::limits::command_events_max)};
  if (services.snapshots != nullptr) {
    auto saved = services.snapshots->load(services.log, sure);
    if (saved.world) base.world = *std::move(saved.world);
  }
  replay::WhatIfQuery query{edits, to, {}, {}};
  query.quiet_time = domain::minutes(1);
  query.go_on = [&](const replay::Progress& progress) {
    return go_on(over_events(progress));
  };
  const auto told = replay::what_if(std::move(base), query);
  if (!told) return ledger::fail(told.error());
  return ledger::codec::to_json(*told);
}

struct WhatIfBody {
  std::optional<Position> to;

  template <class = void>
  static constexpr auto fields() {
    return field_list(domain::field("to", &WhatIfBody::to));
  }
};

Answered<Response> what_if(const Request& request, const Services& services) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  const auto key = idempotency_key(request, services.entropy);
  if (!key) return refused(key.error());
  auto body = Body::parse(request);
  if (!body) return refused(body.error());
  auto edits = replay::edits_from(body->take("edits"));
  if (!edits) return refused(edits.error());
  const auto asked = body->read<WhatIfBody>();
  if (!asked) return refused(asked.error());
  Operations::Asked operation{"what_if", {}, request.body, *key};
  if (request.caller) operation.started_by = projections::text_of(request.caller->actor);
  const auto started = services.operations.start(
      std::move(operation),
      [&services, edits = *std::move(edits), to = asked->to](const Operations::GoOn& go_on) {
        return suppose(services, edits, to, go_on);
      });
  return accepted(started);
}

}  // namespace

void add_what_if_routes(Routes& routes) {
  routes.other("POST", "/v1/replays:whatIf", Permission::read_log, what_if);
}

}  // namespace api
