#include "projections/service.h"

namespace projections {

using domain::Event;
using domain::World;

void project_overview(const Event& event, const World& world, Rows& rows) {
  OverviewRow row;
  row.in_force = world.rule_updates.in_force;
  row.in_force_since = world.rule_updates.in_force_since_time;
  row.last_check = world.sources.last_check;
  row.last_download = world.sources.last_download;
  row.last_verification = world.service.last_verification_at;
  if (const auto& verified = world.service.last_verification) {
    row.last_verification_sound = verified->sound;
    row.last_verification_size = verified->size;
  }
  row.service_starts = world.service.starts;
  for (const auto& [id, alert] : world.alerts.open) {
    switch (alert.facts.severity) {
      case domain::AlertSeverity::critical:
        ++row.alerts_critical;
        break;
      case domain::AlertSeverity::warning:
        ++row.alerts_warning;
        break;
      case domain::AlertSeverity::info:
        ++row.alerts_info;
        break;
    }
  }
  row.changed = mark_of(event);
  rows.set(View::overview, "", row);
}

void project(const Event& event, const domain::ServiceStarted&, const World& world, Rows& rows) {
  project_overview(event, world, rows);
}

void project(const Event& event, const domain::LedgerVerified&, const World& world, Rows& rows) {
  project_overview(event, world, rows);
}

void project(const Event& event, const domain::SigningKeyIntroduced& introduced, const World&,
             Rows& rows) {
  rows.set(View::signing_keys, introduced.key_id,
           SigningKeyRow{introduced.key_id, introduced.name, introduced.public_key, std::nullopt,
                         mark_of(event)});
}

void project(const Event& event, const domain::SigningKeyRetired& retired, const World&,
             Rows& rows) {
  auto row = rows.row<SigningKeyRow>(View::signing_keys, retired.key_id);
  if (!row) return;
  row->retired_at = event.recorded_at;
  row->changed = mark_of(event);
  rows.set(View::signing_keys, retired.key_id, *row);
}

void project(const Event& event, const domain::BookmarkSet& set, const World&, Rows& rows) {
  rows.set(View::bookmarks, set.bookmark.value,
           BookmarkRow{set.bookmark, set.position, mark_of(event)});
}

void project(const Event&, const domain::BookmarkRemoved& removed, const World&, Rows& rows) {
  rows.erase(View::bookmarks, removed.bookmark.value);
}

}  // namespace projections
