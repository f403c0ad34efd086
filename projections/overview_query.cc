#include "projections/overview_query.h"

#include <limits>
#include <utility>

#include "projections/fleet.h"
#include "projections/relay_list.h"
#include "projections/rule_updates.h"
#include "projections/schedules.h"
#include "projections/service.h"
#include "projections/sources.h"

namespace projections {

using ledger::fail;
using ledger::Result;

namespace {

OverviewSource shown_source(SourceRow row) {
  OverviewSource source;
  source.reachable = row.enabled && !row.unreachable_since;
  source.unreachable_since = row.unreachable_since;
  source.detail =
      std::move(row.unreachable_since ? row.unreachable_detail : row.verification_failure);
  source.source = std::move(row.source);
  source.url = std::move(row.url);
  source.enabled = row.enabled;
  source.checking = row.checking;
  source.last_success = row.last_success;
  source.metadata_expires_at = row.metadata_expires_at;
  return source;
}

Result<void> read_sources(const Snapshot& snapshot, Overview& overview) {
  auto rows = snapshot.rows<SourceRow>(View::sources, "", "", every);
  if (!rows) return fail(rows.error());
  for (auto& each : *rows) overview.sources.push_back(shown_source(std::move(each.row)));
  return {};
}

Result<void> read_next_check(const Snapshot& snapshot, Overview& overview) {
  const auto tasks = snapshot.rows<TaskRow>(View::tasks, "", "", every);
  if (!tasks) return fail(tasks.error());
  auto& next = overview.manager.next_check;
  for (const auto& each : *tasks) {
    const auto& task = each.row;
    if (task.definition.kind != domain::TaskKind::check_for_updates || !task.next_run) continue;
    if (task.definition.enabled && (!next || *task.next_run < *next)) next = task.next_run;
  }
  return {};
}

Result<void> read_rule_updates(const Snapshot& snapshot, Overview& overview) {
  const auto rows = snapshot.rows<RuleUpdateRow>(View::rule_updates, "", "", every);
  if (!rows) return fail(rows.error());
  auto& said = overview.rule_updates;
  for (const auto& each : *rows) {
    if (each.row.status == domain::RuleUpdateStatus::deleted) continue;
    ++said.available;
    if (!said.newest || *said.newest < each.row.update) said.newest = each.row.update;
  }
  const auto holds = snapshot.rows<HoldRow>(View::holds, "", "", every);
  if (!holds) return fail(holds.error());
  said.holds = holds->size();
  return {};
}

// What its own view has.
Result<void> read_rest(const Snapshot& snapshot, Overview& overview) {
  const auto found = snapshot.row<OverviewRow>(View::overview, "");
  if (!found) return fail(found.error());
  if (!*found) return {};
  const OverviewRow& row = **found;
  overview.manager.last_check = row.last_check;
  overview.manager.last_download = row.last_download;
  overview.manager.last_verification = row.last_verification;
  overview.manager.last_verification_sound = row.last_verification_sound;
  overview.rule_updates.in_force = row.in_force;
  overview.rule_updates.in_force_since = row.in_force_since;
  overview.alerts = {row.alerts_critical, row.alerts_warning, row.alerts_info};
  return {};
}

Result<void> read_fleet(const Snapshot& snapshot, Overview& overview) {
  const auto fleet = Fleet::read(snapshot);
  if (!fleet) return fail(fleet.error());
  domain::FleetCounts counts;
  for (const auto& bucket : fleet->buckets()) add(counts, bucket.status, bucket.computers);
  overview.computers = {counts.total, by_status(counts)};
  const auto relays = count_relays(snapshot, fleet->expectations().patterns);
  if (!relays) return fail(relays.error());
  overview.relays = {relays->total, relays->in_sync, relays->total - relays->in_sync};
  return {};
}

}  // namespace

StatusCounts by_status(const domain::FleetCounts& counts) {
  return {counts.up_to_date, counts.out_of_date, counts.pending, counts.in_progress,
          counts.failed,     counts.silent,      counts.unknown, counts.not_applicable};
}

Result<Overview> overview_at(const Snapshot& snapshot) {
  Overview overview;
  overview.position = snapshot.at();
  for (const auto read :
       {&read_sources, &read_next_check, &read_rule_updates, &read_rest, &read_fleet}) {
    if (const auto done = read(snapshot, overview); !done) return fail(done.error());
  }
  return overview;
}

}  // namespace projections
