#include "projections/rule_update_query.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "projections/keys.h"
#include "projections/page_fill.h"
#include "projections/row_filter.h"
#include "projections/service.h"

namespace projections {

using ledger::fail;
using ledger::Result;

namespace {

std::string rules_prefix(domain::RuleUpdateId update) { return joined_key(key_of(update), ""); }

// The update before it, by number, whatever became of that.
Result<std::optional<domain::RuleUpdateId>> update_before(const Snapshot& snapshot,
                                                          domain::RuleUpdateId update) {
  const auto rows = snapshot.rows<RuleUpdateRow>(View::rule_updates, "", "", every);
  if (!rows) return fail(rows.error());
  std::optional<domain::RuleUpdateId> before;
  for (const auto& each : *rows) {
    if (!(each.row.update < update)) continue;
    if (!before || *before < each.row.update) before = each.row.update;
  }
  return before;
}

}  // namespace

Result<Page<RuleUpdateRow>> list_rule_updates(const Snapshot& snapshot, const ListQuery& query) {
  const auto filter = RowFilter<RuleUpdateRow>::parse(query.filter);
  if (!filter) return fail(filter.error());
  auto rows = snapshot.rows<RuleUpdateRow>(View::rule_updates, "", "", every);
  if (!rows) return fail(rows.error());
  std::vector<RuleUpdateRow> newest_first;
  for (auto each = rows->rbegin(); each != rows->rend(); ++each) {
    if (filter->matches(each->row)) newest_first.push_back(std::move(each->row));
  }
  return cut_page(
      std::move(newest_first), query, [](const RuleUpdateRow& row) { return key_of(row.update); },
      [](const std::string& key, const std::string& after) { return key < after; });
}

Result<RuleUpdateRow> find_rule_update(const Snapshot& snapshot, domain::RuleUpdateId update) {
  auto row = snapshot.row<RuleUpdateRow>(View::rule_updates, key_of(update));
  if (!row) return fail(row.error());
  if (!*row) {
    return fail(ledger::ErrorKind::not_found, "rule-update-unknown",
                "There is no rule update " + text(update) + ".");
  }
  return std::move(**row);
}

Result<std::optional<domain::RuleUpdateId>> rule_update_in_force(const Snapshot& snapshot) {
  const auto row = snapshot.row<OverviewRow>(View::overview, "");
  if (!row) return fail(row.error());
  return *row ? (*row)->in_force : std::nullopt;
}

Result<Page<domain::Rule>> rules_of_update(const Snapshot& snapshot, domain::RuleUpdateId update,
                                           const ListQuery& query) {
  const auto filter = RowFilter<domain::Rule>::parse(query.filter);
  if (!filter) return fail(filter.error());
  if (const auto found = find_rule_update(snapshot, update); !found) return fail(found.error());
  const auto cursor = snapshot.scan(View::update_rules, rules_prefix(update), query.after);
  return fill_page<domain::Rule>(
      *cursor, query, [&](const RowCursor::Entry& entry) -> Result<std::optional<domain::Rule>> {
        auto rule = decode_row<domain::Rule>(entry.row);
        if (!rule) return fail(rule.error());
        if (!filter->matches(*rule)) return std::optional<domain::Rule>();
        return std::optional<domain::Rule>(std::move(*rule));
      });
}

Result<domain::Rules> read_rules(const Snapshot& snapshot, domain::RuleUpdateId update) {
  auto rows = snapshot.rows<domain::Rule>(View::update_rules, rules_prefix(update), "", every);
  if (!rows) return fail(rows.error());
  domain::Rules rules;
  rules.reserve(rows->size());
  for (auto& each : *rows) {
    rules.push_back(std::make_shared<const domain::Rule>(std::move(each.row)));
  }
  return rules;
}

Result<UpdateChanges> changes_of_update(const Snapshot& snapshot, domain::RuleUpdateId update,
                                        std::optional<domain::RuleUpdateId> against,
                                        const ListQuery& query) {
  const auto filter = RowFilter<domain::RuleChange>::parse(query.filter);
  if (!filter) return fail(filter.error());
  if (const auto found = find_rule_update(snapshot, update); !found) return fail(found.error());
  if (against) {
    if (const auto found = find_rule_update(snapshot, *against); !found) return fail(found.error());
  } else {
    auto before = update_before(snapshot, update);
    if (!before) return fail(before.error());
    against = *before;
  }
  domain::Rules old;
  if (against) {
    auto read = read_rules(snapshot, *against);
    if (!read) return fail(read.error());
    old = std::move(*read);
  }
  const auto young = read_rules(snapshot, update);
  if (!young) return fail(young.error());
  auto changes = difference(old, *young);
  std::erase_if(changes, [&](const auto& change) { return !filter->matches(change); });
  // Rules have numbers of seven digits, which sort as texts.
  return UpdateChanges{
      against, cut_page(
                   std::move(changes), query,
                   [](const domain::RuleChange& each) { return std::to_string(each.rule.value); },
                   [](const std::string& key, const std::string& after) { return after < key; })};
}

}  // namespace projections
