#include "projections/sources.h"

#include "projections/service.h"

namespace projections {

using domain::Event;
using domain::World;

namespace {

void project_source(const Event& event, const domain::SourceId& id, const World& world,
                    Rows& rows) {
  const domain::Source* source = world.sources.find(id);
  if (source == nullptr) return rows.erase(View::sources, id.value);
  SourceRow row;
  row.source = id;
  row.url = source->facts.url;
  row.alternative_url = source->facts.alternative_url;
  row.trust_root = source->facts.trust_root;
  row.proxy = source->facts.proxy;
  row.enabled = source->facts.enabled;
  row.checking = source->check.has_value();
  row.last_success = source->last_success;
  row.metadata_version = source->metadata_version;
  row.metadata_since = source->metadata_since;
  row.metadata_expires_at = source->metadata_expires_at;
  row.unreachable_since = source->unreachable_since;
  row.unreachable_detail = source->unreachable_detail;
  row.verification_failure = source->verification_failed_at ? source->verification_failure : "";
  row.changed = mark_of(event);
  rows.set(View::sources, id.value, row);
}

}  // namespace

void project(const Event& event, const domain::SourceConfigured& configured, const World& world,
             Rows& rows) {
  project_source(event, configured.source, world, rows);
}

void project(const Event& event, const domain::SourceRemoved& removed, const World& world,
             Rows& rows) {
  project_source(event, removed.source, world, rows);
}

void project(const Event& event, const domain::SourceCheckRequested& requested, const World& world,
             Rows& rows) {
  project_source(event, requested.source, world, rows);
}

void project(const Event& event, const domain::SourceChecked& checked, const World& world,
             Rows& rows) {
  project_source(event, checked.source, world, rows);
  project_overview(event, world, rows);
}

void project(const Event& event, const domain::SourceCheckFailed& failed, const World& world,
             Rows& rows) {
  project_source(event, failed.source, world, rows);
  project_overview(event, world, rows);
}

void project(const Event& event, const domain::SourceUnreachable& unreachable, const World& world,
             Rows& rows) {
  project_source(event, unreachable.source, world, rows);
}

void project(const Event& event, const domain::SourceReachable& reachable, const World& world,
             Rows& rows) {
  project_source(event, reachable.source, world, rows);
}

void project(const Event& event, const domain::MetadataExpiring& expiring, const World& world,
             Rows& rows) {
  project_source(event, expiring.source, world, rows);
}

void project(const Event& event, const domain::MetadataExpired& expired, const World& world,
             Rows& rows) {
  project_source(event, expired.source, world, rows);
}

void project(const Event& event, const domain::ContentVerificationFailed& failed,
             const World& world, Rows& rows) {
  project_source(event, failed.source, world, rows);
}

void project(const Event& event, const domain::DownloadFinished&, const World& world, Rows& rows) {
  project_overview(event, world, rows);
}

}  // namespace projections
