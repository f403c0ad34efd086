#include "projections/relay_list.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "ledger/limits.h"
#include "projections/fleet.h"
#include "projections/page_fill.h"
#include "projections/relays.h"
#include "projections/row_filter.h"
#include "projections/rule_updates.h"
#include "projections/sources.h"

namespace projections {

using ledger::fail;
using ledger::Result;

namespace {

// What relays should serve, and which groups cannot fetch it by themselves.
struct Serving {
  domain::SyncExpectations expected;
  std::set<domain::RelayGroupId> air_gapped;
};

Result<void> read_metadata(const Snapshot& snapshot, domain::SyncExpectations& expected) {
  const auto sources = snapshot.rows<SourceRow>(View::sources, "", "", every);
  if (!sources) return fail(sources.error());
  for (const auto& each : *sources) {
    if (!each.row.enabled) continue;
    expected.metadata_version = std::max(expected.metadata_version, each.row.metadata_version);
  }
  for (const auto& each : *sources) {
    if (!each.row.enabled || each.row.metadata_version != expected.metadata_version) continue;
    expected.note_metadata(each.row.metadata_since);
  }
  return {};
}

Result<void> read_newest_update(const Snapshot& snapshot, domain::SyncExpectations& expected) {
  const auto updates = snapshot.rows<RuleUpdateRow>(View::rule_updates, "", "", every);
  if (!updates) return fail(updates.error());
  for (const auto& each : *updates) {
    if (each.row.status == domain::RuleUpdateStatus::deleted) continue;
    if (expected.rule_update && each.row.update < *expected.rule_update) continue;
    expected.rule_update = each.row.update;
    expected.rule_update_since = {each.row.imported_at, each.row.imported_position};
  }
  return {};
}

Result<Serving> read_serving(const Snapshot& snapshot,
                             std::vector<domain::ExpectedPattern> patterns) {
  Serving serving;
  serving.expected.patterns = std::move(patterns);
  if (const auto read = read_metadata(snapshot, serving.expected); !read) return fail(read.error());
  if (const auto read = read_newest_update(snapshot, serving.expected); !read) {
    return fail(read.error());
  }
  const auto groups = snapshot.rows<RelayGroupRow>(View::relay_groups, "", "", every);
  if (!groups) return fail(groups.error());
  for (const auto& each : *groups) {
    if (each.row.air_gapped) serving.air_gapped.insert(each.row.relay_group);
  }
  return serving;
}

RelayGroupItem item_of(const RelayGroupRow& row) {
  return {row.relay_group, row.parent, row.air_gapped, row.description, row.changed};
}

RelayGroupItem default_item() { return {domain::default_relay_group(), {}, false, "", {}}; }

// All of them: there are few (limits::relay_groups_max).
Result<std::map<domain::RelayGroupId, RelayGroupItem>> relay_groups(const Snapshot& snapshot) {
  const auto rows = snapshot.rows<RelayGroupRow>(View::relay_groups, "", "", every);
  if (!rows) return fail(rows.error());
  std::map<domain::RelayGroupId, RelayGroupItem> groups;
  for (const auto& each : *rows) groups.emplace(each.row.relay_group, item_of(each.row));
  groups.emplace(domain::default_relay_group(), default_item());
  return groups;
}

domain::SyncState sync_of_row(const Serving& serving, const RelayRow& row) {
  domain::RelayFacts facts;
  facts.registered = row.registered;
  facts.reported = row.reported;
  facts.unavailable = row.unavailable;
  facts.air_gapped = serving.air_gapped.contains(row.relay_group);
  facts.metadata_version = row.metadata_version;
  facts.components = &row.components;
  facts.rule_update = row.rule_update;
  facts.reason = row.reason;
  return sync_of(serving.expected, facts);
}

RelayItem item_of(const Serving& serving, RelayRow row) {
  const domain::SyncState sync = sync_of_row(serving, row);
  RelayItem item;
  item.relay = std::move(row.relay);
  item.relay_group = std::move(row.relay_group);
  item.url = std::move(row.url);
  item.in_sync = sync.in_sync;
  item.why = sync.reason;
  item.since = sync.since;
  item.metadata_version = row.metadata_version;
  item.latest_metadata_version = serving.expected.metadata_version;
  item.rule_update = row.rule_update;
  item.components = std::move(row.components);
  item.free_bytes = row.free_bytes;
  item.reported = row.reported;
  item.unavailable = row.unavailable;
  return item;
}

Result<Serving> serving_at(const Snapshot& snapshot) {
  auto expectations = expectations_at(snapshot);
  if (!expectations) return fail(expectations.error());
  return read_serving(snapshot, std::move(expectations->patterns));
}

}  // namespace

Result<Page<RelayItem>> list_relays(const Snapshot& snapshot, const ListQuery& query) {
  const auto filter = RowFilter<RelayItem>::parse(query.filter);
  if (!filter) return fail(filter.error());
  const auto serving = serving_at(snapshot);
  if (!serving) return fail(serving.error());
  const auto cursor = snapshot.scan(View::relays, "", query.after);
  return fill_page<RelayItem>(
      *cursor, query, [&](const RowCursor::Entry& entry) -> Result<std::optional<RelayItem>> {
        auto row = decode_row<RelayRow>(entry.row);
        if (!row) return fail(row.error());
        auto item = item_of(*serving, std::move(*row));
        if (!filter->matches(item)) return std::optional<RelayItem>();
        return std::optional<RelayItem>(std::move(item));
      });
}

Result<RelayItem> find_relay(const Snapshot& snapshot, const domain::ComputerId& relay) {
  auto row = snapshot.row<RelayRow>(View::relays, relay.value);
  if (!row) return fail(row.error());
  if (!*row) {
    return fail(ledger::ErrorKind::not_found, "relay-unknown",
                "There is no relay " + relay.value + ".");
  }
  const auto serving = serving_at(snapshot);
  if (!serving) return fail(serving.error());
  return item_of(*serving, std::move(**row));
}

Result<RelaySync> count_relays(const Snapshot& snapshot,
                               const std::vector<domain::ExpectedPattern>& patterns) {
  RelaySync counts;
  const auto rows = snapshot.rows<RelayRow>(View::relays, "", "", every);
  if (!rows) return fail(rows.error());
  if (rows->empty()) return counts;
  const auto serving = read_serving(snapshot, patterns);
  if (!serving) return fail(serving.error());
  for (const auto& each : *rows) {
    ++counts.total;
    if (sync_of_row(*serving, each.row).in_sync) ++counts.in_sync;
  }
  return counts;
}

Result<Page<RelayGroupItem>> list_relay_groups(const Snapshot& snapshot, const ListQuery& query) {
  const auto filter = RowFilter<RelayGroupItem>::parse(query.filter);
  if (!filter) return fail(filter.error());
  auto groups = relay_groups(snapshot);
  if (!groups) return fail(groups.error());
  const std::size_t most = std::min(query.max, ledger::limits::page_rows_max);
  Page<RelayGroupItem> page;
  for (auto& [id, group] : *groups) {
    if (id.value <= query.after || !filter->matches(group)) continue;
    if (page.items.size() == most) {
      page.next = page.items.back().relay_group.value;
      break;
    }
    page.items.push_back(std::move(group));
  }
  return page;
}

Result<RelayGroupItem> find_relay_group(const Snapshot& snapshot,
                                        const domain::RelayGroupId& group) {
  const auto row = snapshot.row<RelayGroupRow>(View::relay_groups, group.value);
  if (!row) return fail(row.error());
  if (*row) return item_of(**row);
  if (group == domain::default_relay_group()) return default_item();
  return fail(ledger::ErrorKind::not_found, "relay-group-unknown",
              "There is no relay group of this name.");
}

}  // namespace projections
