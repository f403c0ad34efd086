#include "projections/rule_updates.h"

#include <map>

#include "projections/keys.h"
#include "projections/service.h"

namespace projections {

using domain::Event;
using domain::Module;
using domain::RuleUpdateId;
using domain::World;

namespace {

// Rows of those updates that came to another status by this event.
void project_statuses(const Event& event, const World& world, Rows& rows) {
  for (const auto& [id, update] : world.rule_updates.updates) {
    auto row = rows.row<RuleUpdateRow>(View::rule_updates, key_of(id));
    const auto status = status_of(world.rule_updates, id);
    if (!row || row->status == status) continue;
    row->status = status;
    row->changed = mark_of(event);
    rows.set(View::rule_updates, key_of(id), *row);
  }
  project_overview(event, world, rows);
}

}  // namespace

void project(const Event& event, const domain::RuleUpdateImported& imported, const World& world,
             Rows& rows) {
  RuleUpdateRow row;
  row.update = imported.update;
  row.title = imported.title;
  row.status = status_of(world.rule_updates, imported.update);
  row.digest = imported.digest;
  row.bytes = imported.bytes;
  row.released_at = imported.released_at;
  row.origin = imported.origin;
  row.source = imported.source;
  row.rules = imported.rules;
  row.imported_at = event.recorded_at;
  row.imported_position = event.position;
  row.changed = mark_of(event);
  rows.set(View::rule_updates, key_of(imported.update), row);
  project_statuses(event, world, rows);
}

void project(const Event&, const domain::RulesRecorded& recorded, const World&, Rows& rows) {
  std::map<Module, std::uint32_t> counts;
  for (const auto& rule : recorded.rules) {
    rows.set(View::update_rules, key_of(recorded.update, rule.id), rule);
    ++counts[rule.module];
  }
  auto row = rows.row<RuleUpdateRow>(View::rule_updates, key_of(recorded.update));
  if (!row) return;
  if (recorded.chunk == 0) row->modules.clear();
  for (const auto& each : row->modules) counts[each.module] += each.rules;
  row->modules.clear();
  for (const auto& [module, count] : counts) row->modules.push_back({module, count});
  rows.set(View::rule_updates, key_of(recorded.update), *row);
}

void project(const Event& event, const domain::RuleUpdateApplied&, const World& world, Rows& rows) {
  project_statuses(event, world, rows);
}

void project(const Event&, const domain::RuleUpdateReapplied&, const World&, Rows&) {}

void project(const Event& event, const domain::RuleUpdateRolledBack&, const World& world,
             Rows& rows) {
  project_statuses(event, world, rows);
}

void project(const Event& event, const domain::RuleUpdateDeleted&, const World& world, Rows& rows) {
  project_statuses(event, world, rows);
}

void project(const Event& event, const domain::HoldPlaced& placed, const World& world, Rows& rows) {
  rows.set(View::holds, placed.hold.value,
           HoldRow{placed.hold, placed.update, placed.until, event.reason, mark_of(event)});
  project_statuses(event, world, rows);
}

void project(const Event& event, const domain::HoldReleased& released, const World& world,
             Rows& rows) {
  rows.erase(View::holds, released.hold.value);
  project_statuses(event, world, rows);
}

}  // namespace projections
