#include "projections/alerts.h"

#include "projections/service.h"

namespace projections {

using domain::Event;
using domain::World;

namespace {

template <class Change>
void change_alert(const Event& event, const domain::AlertId& id, Rows& rows, Change change) {
  auto row = rows.row<AlertRow>(View::alerts, id.value);
  if (!row) return;
  change(*row);
  row->changed = mark_of(event);
  rows.set(View::alerts, id.value, *row);
}

}  // namespace

void project(const Event& event, const domain::AlertRaised& raised, const World& world,
             Rows& rows) {
  AlertRow row;
  row.alert = raised.alert;
  row.type = raised.type;
  row.severity = raised.severity;
  row.subject = raised.subject;
  row.first_true_at = raised.first_true_at;
  row.raised_at = event.recorded_at;
  row.summary = raised.summary;
  row.count = raised.count;
  row.open = true;
  row.changed = mark_of(event);
  rows.set(View::alerts, raised.alert.value, row);
  project_overview(event, world, rows);
}

void project(const Event& event, const domain::AlertChanged& changed, const World&, Rows& rows) {
  change_alert(event, changed.alert, rows, [&](AlertRow& row) {
    row.summary = changed.summary;
    row.count = changed.count;
  });
}

void project(const Event& event, const domain::AlertEnded& ended, const World& world, Rows& rows) {
  change_alert(event, ended.alert, rows, [&](AlertRow& row) {
    row.open = false;
    row.dismissed = ended.dismissed;
    row.ended_at = event.recorded_at;
  });
  project_overview(event, world, rows);
}

void project(const Event& event, const domain::AlertAcknowledged& acknowledged, const World&,
             Rows& rows) {
  change_alert(event, acknowledged.alert, rows, [&](AlertRow& row) {
    row.acknowledged = true;
    row.note = acknowledged.note;
  });
}

void project(const Event& event, const domain::AlertTypeConfigured& configured, const World&,
             Rows& rows) {
  rows.set(View::alert_types, domain::name_of(configured.type),
           AlertTypeRow{configured.type, configured.enabled, configured.severity, mark_of(event)});
}

}  // namespace projections
