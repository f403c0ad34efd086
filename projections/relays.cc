#include "projections/relays.h"

namespace projections {

using domain::ComputerId;
using domain::Event;
using domain::World;

namespace {

template <class Change>
void change_relay(const Event& event, const ComputerId& id, Rows& rows, Change change) {
  auto row = rows.row<RelayRow>(View::relays, id.value);
  if (!row) return;
  change(*row);
  row->changed = mark_of(event);
  rows.set(View::relays, id.value, *row);
}

}  // namespace

void project(const Event& event, const domain::RelayGroupCreated& created, const World&,
             Rows& rows) {
  rows.set(View::relay_groups, created.relay_group.value,
           RelayGroupRow{created.relay_group, created.parent, created.air_gapped,
                         created.description, mark_of(event)});
}

void project(const Event& event, const domain::RelayGroupChanged& changed, const World&,
             Rows& rows) {
  rows.set(View::relay_groups, changed.relay_group.value,
           RelayGroupRow{changed.relay_group, changed.parent, changed.air_gapped,
                         changed.description, mark_of(event)});
}

void project(const Event&, const domain::RelayGroupDeleted& deleted, const World&, Rows& rows) {
  rows.erase(View::relay_groups, deleted.relay_group.value);
}

void project(const Event& event, const domain::RelayRegistered& registered, const World&,
             Rows& rows) {
  RelayRow row;
  row.relay = registered.relay;
  row.relay_group = registered.relay_group;
  row.url = registered.url;
  row.reason = domain::SyncReason::never_reported;
  row.registered = domain::since_of(event);
  row.changed = mark_of(event);
  rows.set(View::relays, registered.relay.value, row);
}

void project(const Event&, const domain::RelayRemoved& removed, const World&, Rows& rows) {
  rows.erase(View::relays, removed.relay.value);
}

void project(const Event& event, const domain::RelayReported& reported, const World&, Rows& rows) {
  change_relay(event, reported.relay, rows, [&](RelayRow& row) {
    row.metadata_version = reported.metadata_version;
    row.metadata_digest = reported.metadata_digest;
    row.reason = reported.reason;
    row.components = reported.components;
    row.rule_update = reported.rule_update;
    row.free_bytes = reported.free_bytes;
    row.reported = domain::since_of(event);
  });
}

void project(const Event& event, const domain::RelayUnavailable& unavailable, const World&,
             Rows& rows) {
  change_relay(event, unavailable.relay, rows,
               [&](RelayRow& row) { row.unavailable = domain::since_of(event); });
}

void project(const Event& event, const domain::RelayAvailable& available, const World&,
             Rows& rows) {
  change_relay(event, available.relay, rows, [&](RelayRow& row) { row.unavailable.reset(); });
}

}  // namespace projections
