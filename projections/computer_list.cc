#include "projections/computer_list.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "projections/computer_filter.h"
#include "projections/computer_item.h"
#include "projections/computer_scan.h"
#include "projections/page_fill.h"

namespace projections {

using ledger::fail;
using ledger::Result;

namespace {

struct Chosen {
  std::vector<const FleetBucket*> buckets;
  std::unordered_map<std::uint32_t, BucketVerdict> verdicts;  // lookup only, by slot
};

Chosen choose(const Fleet& fleet, const ComputerFilter& filter) {
  Chosen chosen;
  for (const auto& bucket : fleet.buckets()) {
    auto said = filter.judge(bucket, fleet.expectations());
    if (said.verdict == Verdict::none) continue;
    chosen.buckets.push_back(&bucket);
    chosen.verdicts.emplace(bucket.row.slot, std::move(said));
  }
  return chosen;
}

std::vector<FacetCount> listed(const std::map<std::string, std::uint64_t>& counts) {
  std::vector<FacetCount> facets;
  for (const auto& [value, computers] : counts) facets.push_back(FacetCount{value, computers});
  return facets;
}

template <class Id>
std::string text_or_none(const std::optional<Id>& id) {
  return id ? id->value : std::string();
}

}  // namespace

ComputerItem item_of(ComputerRow row, const FleetBucket& bucket,
                     const domain::Expectations& expectations) {
  auto detail = explain(row.computer, bucket.row.facts, row.moments, expectations);
  ComputerItem item;
  item.computer = std::move(row.computer);
  item.name = std::move(row.name);
  item.status = detail.status;
  item.since = detail.since;
  item.reason = std::move(detail.reason);
  item.behind = std::move(detail.behind);
  item.rules_behind = detail.rules_behind;
  item.instruction = std::move(detail.instruction);
  item.policy = std::move(row.policy);
  item.rule_update = row.rule_update;
  item.platform = std::move(row.platform);
  item.group = std::move(row.group);
  item.relay_group = std::move(row.relay_group);
  item.agent_version = std::move(row.agent_version);
  item.modules = std::move(row.modules);
  item.labels = std::move(row.labels);
  item.components = std::move(row.components);
  item.ruleset = row.ruleset;
  return item;
}

namespace {

ledger::Error in_no_bucket(const domain::ComputerId& computer) {
  return {ledger::ErrorKind::corrupt, "views-inconsistent",
          "Computer " + computer.value + " is in a bucket that is not there."};
}

// What the list shows of a computer; nothing: it does not match.
struct Matching {
  const Fleet& fleet;
  const ComputerFilter& filter;
  const Chosen& chosen;
  const LastContact& last_contact;

  // Shape: of one of the chosen buckets.
  Result<std::optional<ComputerItem>> item(ComputerRow row) const {
    const auto said = chosen.verdicts.find(row.bucket);
    const FleetBucket* bucket = fleet.find(row.bucket);
    if (said == chosen.verdicts.end() || bucket == nullptr) {
      return fail(in_no_bucket(row.computer));
    }
    if (!filter.matches(row, said->second, last_contact)) return std::optional<ComputerItem>();
    return std::optional(item_of(std::move(row), *bucket, fleet.expectations()));
  }
};

Result<std::optional<ComputerItem>> listed_if_matching(const Snapshot& snapshot,
                                                       std::string_view computer,
                                                       const Matching& matching) {
  auto row = snapshot.row<ComputerRow>(View::computers, computer);
  if (!row) return fail(row.error());
  if (!*row || (*row)->removed || !matching.chosen.verdicts.contains((*row)->bucket)) {
    return std::optional<ComputerItem>();
  }
  return matching.item(**std::move(row));
}

// Only about what the record has.
Result<ComputerFilter> parse_recorded(std::string_view text) {
  auto filter = ComputerFilter::parse(text);
  if (!filter || !filter->asks_last_contact()) return filter;
  return fail(ledger::ErrorKind::invalid, "filter-field-not-recorded",
              "last_contact is known of now only and no part of the record; ask without as_of, or "
              "by status = \"silent\".");
}

// A filter that names its computer needs no scan.
Result<Page<ComputerItem>> list_one(const Snapshot& snapshot, std::string_view computer,
                                    const ListQuery& query, const Matching& matching) {
  Page<ComputerItem> page;
  if (computer <= query.after) return page;
  auto item = listed_if_matching(snapshot, computer, matching);
  if (!item) return fail(item.error());
  if (*item) page.items.push_back(**std::move(item));
  return page;
}

// Nor does one that gives the name: those that have it are known.
Result<Page<ComputerItem>> list_named(const Snapshot& snapshot, std::string_view name,
                                      const ListQuery& query, const Matching& matching) {
  const std::string prefix = name_key(name);
  const auto cursor = snapshot.scan(View::computer_names, prefix,
                                    query.after.empty() ? std::string() : prefix + query.after);
  auto page = fill_page<ComputerItem>(*cursor, query, [&](const RowCursor::Entry& entry) {
    return listed_if_matching(snapshot, entry.key.substr(prefix.size()), matching);
  });
  if (page && !page->next.empty()) page->next.erase(0, prefix.size());
  return page;
}

Result<Page<ComputerItem>> list_by_computer(const Snapshot& snapshot, const ListQuery& query,
                                            const Matching& matching) {
  Page<ComputerItem> page;
  const std::size_t max = rows_asked(query);
  const auto scan =
      scan_computers(snapshot, matching.fleet, matching.chosen.buckets, query.after, max,
                     [&](std::string_view row) { return matching.filter.may_match(row); });
  std::string last;
  for (std::size_t looked = 0;; ++looked) {
    auto step = scan->next();
    if (!step) return fail(step.error());
    if (!*step) return page;
    if (page.items.size() == max || looked == ledger::limits::list_rows_passed_max) {
      page.next = std::move(last);
      return page;
    }
    last = std::move((*step)->computer);
    if (!(*step)->row) continue;
    auto item = matching.item(*std::move((*step)->row));
    if (!item) return fail(item.error());
    if (*item) page.items.push_back(**std::move(item));
  }
}

std::uint64_t members_of(const Chosen& chosen) {
  std::uint64_t members = 0;
  for (const FleetBucket* bucket : chosen.buckets) members += bucket->computers;
  return members;
}

Result<Page<ComputerItem>> walk_names(const Snapshot& snapshot, const ListQuery& query,
                                      const Matching& matching) {
  const auto cursor = snapshot.scan(View::computers_by_name, "", query.after);
  return fill_page<ComputerItem>(*cursor, query, [&](const RowCursor::Entry& entry) {
    return listed_if_matching(snapshot, computer_in_ordered_name_key(entry.key), matching);
  });
}

std::string name_key_of(const ComputerItem& item) {
  return ordered_name_key(item.name, item.computer.value);
}

// Of all that match, those of the page.
Result<Page<ComputerItem>> sort_by_name(const Snapshot& snapshot, const ListQuery& query,
                                        const Matching& matching) {
  const auto scan = scan_computers(
      snapshot, matching.fleet, matching.chosen.buckets, "", members_of(matching.chosen),
      [&](std::string_view row) { return matching.filter.may_match(row); });
  std::vector<ComputerItem> items;
  while (true) {
    auto step = scan->next();
    if (!step) return fail(step.error());
    if (!*step) break;
    if (!(*step)->row) continue;
    auto item = matching.item(*std::move((*step)->row));
    if (!item) return fail(item.error());
    if (*item) items.push_back(**std::move(item));
  }
  std::sort(items.begin(), items.end(), [](const ComputerItem& a, const ComputerItem& b) {
    return std::tie(a.name, a.computer) < std::tie(b.name, b.computer);
  });
  return cut_page(std::move(items), query, name_key_of,
                  [](const std::string& key, const std::string& after) { return key > after; });
}

// Whether all who may match are fewer than the names that a page would be found among.
bool are_few(const Matching& matching, const ListQuery& query) {
  const std::uint64_t members = members_of(matching.chosen);
  return members * members <= rows_asked(query) * matching.fleet.computers();
}

// Of a filter that names its computers.
Result<ComputersCounted> count_named(const Snapshot& snapshot, const ComputerFilter& filter,
                                     const Matching& matching) {
  ComputersCounted counted;
  ListQuery query{"", "", ledger::limits::page_rows_max};
  do {
    const auto computer = filter.only_computer();
    auto page = computer ? list_one(snapshot, *computer, query, matching)
                         : list_named(snapshot, *filter.only_name(), query, matching);
    if (!page) return fail(page.error());
    counted.computers += page->items.size();
    query.after = std::move(page->next);
  } while (!query.after.empty());
  counted.passed = counted.computers;
  return counted;
}

}  // namespace

Result<Page<ComputerItem>> list_computers(const Snapshot& snapshot, const ListQuery& query,
                                          const LastContact& last_contact, ComputerOrder order) {
  const auto filter =
      last_contact ? ComputerFilter::parse(query.filter) : parse_recorded(query.filter);
  if (!filter) return fail(filter.error());
  const auto fleet = Fleet::read(snapshot);
  if (!fleet) return fail(fleet.error());
  const Chosen chosen = choose(*fleet, *filter);
  if (chosen.buckets.empty()) return Page<ComputerItem>();
  const Matching matching{*fleet, *filter, chosen, last_contact};
  if (const auto only = filter->only_computer()) {
    return list_one(snapshot, *only, query, matching);
  }
  if (const auto name = filter->only_name()) return list_named(snapshot, *name, query, matching);
  if (order == ComputerOrder::by_name) {
    return are_few(matching, query) ? sort_by_name(snapshot, query, matching)
                                    : walk_names(snapshot, query, matching);
  }
  return list_by_computer(snapshot, query, matching);
}

Result<ComputersCounted> count_computers(const Snapshot& snapshot, std::string_view text,
                                         std::size_t passed_max) {
  const auto filter = parse_recorded(text);
  if (!filter) return fail(filter.error());
  const auto fleet = Fleet::read(snapshot);
  if (!fleet) return fail(fleet.error());
  const Chosen chosen = choose(*fleet, *filter);
  if (filter->only_computer() || filter->only_name()) {
    return count_named(snapshot, *filter, {*fleet, *filter, chosen, nullptr});
  }
  ComputersCounted counted;
  counted.computers = members_of(chosen);
  if (filter->term_about_computers() == nullptr || counted.computers == 0) return counted;
  const auto scan = scan_computers(snapshot, *fleet, chosen.buckets, "", counted.computers,
                                   [&](std::string_view row) { return filter->may_match(row); });
  counted.computers = 0;
  while (true) {
    const auto step = scan->next();
    if (!step) return fail(step.error());
    if (!*step) return counted;
    if (counted.passed == passed_max) {
      counted.computers = counted.computers * scan->steps() / counted.passed;
      return counted;
    }
    ++counted.passed;
    const auto& row = (*step)->row;
    if (!row) continue;
    const auto said = chosen.verdicts.find(row->bucket);
    if (said == chosen.verdicts.end()) return fail(in_no_bucket(row->computer));
    if (filter->matches(*row, said->second, nullptr)) ++counted.computers;
  }
}

Result<void> check_computer_filter(std::string_view text) {
  const auto filter = parse_recorded(text);
  if (!filter) return fail(filter.error());
  return {};
}

Result<ComputerFacets> computer_facets(const Snapshot& snapshot, std::string_view text) {
  const auto filter = ComputerFilter::parse(text);
  if (!filter) return fail(filter.error());
  if (const auto* term = filter->term_about_computers()) {
    return fail(ledger::ErrorKind::invalid, "filter-field-not-counted",
                "Computers are counted by what they share; " + term->field +
                    " is each one's own. List them instead.");
  }
  const auto fleet = Fleet::read(snapshot);
  if (!fleet) return fail(fleet.error());
  domain::FleetCounts statuses;
  std::map<std::string, std::uint64_t> policies, platforms, groups, relay_groups;
  for (const FleetBucket* bucket : choose(*fleet, *filter).buckets) {
    const std::uint64_t computers = bucket->computers;
    const domain::BucketFacts& facts = bucket->row.facts;
    add(statuses, bucket->status, computers);
    policies[text_or_none(facts.policy)] += computers;
    platforms[facts.platform.value] += computers;
    groups[text_or_none(facts.group)] += computers;
    relay_groups[facts.relay_group.value] += computers;
  }
  return ComputerFacets{statuses.total,    by_status(statuses), listed(policies),
                        listed(platforms), listed(groups),      listed(relay_groups)};
}

}  // namespace projections
