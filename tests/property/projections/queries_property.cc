// What is asked of the views of a position is what the world of that position would say, for every
// question whose answer the world knows.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "projections/computer_list.h"
#include "projections/fleet.h"
#include "projections/overview_query.h"
#include "projections/pattern_list.h"
#include "projections/policy_ruleset.h"
#include "projections/relay_list.h"
#include "projections/rule_update_query.h"
#include "projections/settings_list.h"
#include "tests/support/any_history.h"
#include "tests/support/viewed.h"

namespace {

using namespace ledger::domain;
using projections::ComputerItem;
using projections::ListQuery;
using projections::Page;
using projections::Snapshot;
using tests::Viewed;

// Calls check(world, snapshot) at some positions of a random history, the last among them.
template <class Check>
void at_some_positions(Check check) {
  const auto fold = tests::play(*tests::any_steps());
  const Viewed viewed(fold.log);
  const auto stride = *rc::gen::inRange<std::size_t>(3, 20);
  World world;
  for (std::size_t at = 0; at < fold.log.size(); ++at) {
    evolve(world, fold.log[at]);
    if (at % stride != 0 && at + 1 != fold.log.size()) continue;
    check(static_cast<const World&>(world), *viewed.at(at));
  }
}

// All pages of a list, of `max` rows each.
template <class Item, class List>
std::vector<Item> all_pages(List list, std::string filter, std::size_t max) {
  std::vector<Item> items;
  ListQuery query;
  query.filter = std::move(filter);
  query.max = max;
  do {
    auto page = list(query);
    RC_ASSERT(page.has_value());
    RC_ASSERT(page->items.size() <= max);
    for (auto& item : page->items) items.push_back(std::move(item));
    query.after = page->next;
  } while (!query.after.empty());
  return items;
}

std::vector<ComputerItem> listed_computers(const Snapshot& snapshot, const std::string& filter,
                                           std::size_t max) {
  return all_pages<ComputerItem>(
      [&](const ListQuery& query) { return projections::list_computers(snapshot, query); }, filter,
      max);
}

std::vector<ComputerItem> listed_by_name(const Snapshot& snapshot, const std::string& filter,
                                         std::size_t max) {
  return all_pages<ComputerItem>(
      [&](const ListQuery& query) {
        return projections::list_computers(snapshot, query, nullptr,
                                           projections::ComputerOrder::by_name);
      },
      filter, max);
}

struct Known {
  StatusDetail detail;
  BucketFacts facts;
  std::string agent_version;
};

// Every live computer, one by one.
std::map<std::string, Known> known_computers(const World& world) {
  const Expectations expectations = expectations_of(world);
  std::map<std::string, Known> known;
  const auto& table = world.computers.table;
  for (ComputerIndex i = 0; i < table.size(); ++i) {
    if (!table[i].is_live()) continue;
    const ComputerId id{std::string(table.id(i))};
    const BucketFacts facts = facts_of(world.computers, i);
    known[id.value] = {explain(id, facts, moments_of(world.computers, i), expectations), facts,
                       table.agent_version(i)};
  }
  return known;
}

void expect_same(const std::vector<ComputerItem>& listed,
                 const std::map<std::string, Known>& known) {
  RC_ASSERT(listed.size() == known.size());
  std::size_t i = 0;
  for (const auto& [id, each] : known) {
    const ComputerItem& item = listed[i++];
    RC_ASSERT(item.computer.value == id);
    const StatusDetail told{item.status, item.since,        item.reason,
                            item.behind, item.rules_behind, item.instruction};
    RC_ASSERT(told == each.detail);
    RC_ASSERT(item.policy == each.facts.policy);
    RC_ASSERT(item.group == each.facts.group);
    RC_ASSERT(item.agent_version == each.agent_version);
  }
}

template <class Passes>
std::map<std::string, Known> only(const std::map<std::string, Known>& known, Passes passes) {
  std::map<std::string, Known> some;
  for (const auto& [id, each] : known) {
    if (passes(id, each)) some.emplace(id, each);
  }
  return some;
}

RC_GTEST_PROP(Queries, ExpectWhatTheWorldExpects, ()) {
  at_some_positions([](const World& world, const Snapshot& snapshot) {
    RC_ASSERT(projections::expectations_at(snapshot).value() == expectations_of(world));
  });
}

RC_GTEST_PROP(Queries, ListEachComputerOnceWithTheStatusItHas, ()) {
  const auto max = *rc::gen::inRange<std::size_t>(1, 5);
  at_some_positions([&](const World& world, const Snapshot& snapshot) {
    expect_same(listed_computers(snapshot, "", max), known_computers(world));
  });
}

RC_GTEST_PROP(Queries, ListTheComputersThatPassAFilter, ()) {
  const auto max = *rc::gen::inRange<std::size_t>(1, 5);
  const auto status = static_cast<ComputerStatus>(*rc::gen::inRange(0, 8));
  const std::string name(name_of(status));
  at_some_positions([&](const World& world, const Snapshot& snapshot) {
    const auto known = known_computers(world);
    const auto has_status = [&](const Known& each) { return each.detail.status == status; };
    expect_same(listed_computers(snapshot, "status = " + name, max),
                only(known, [&](const auto&, const Known& each) { return has_status(each); }));
    expect_same(listed_computers(snapshot, "NOT status = " + name + " AND policy = p1", max),
                only(known, [&](const auto&, const Known& each) {
                  return !has_status(each) && each.facts.policy == PolicyId{"p1"};
                }));
    expect_same(listed_computers(snapshot, "status = " + name + " OR computer = c2", max),
                only(known, [&](const auto& id, const Known& each) {
                  return has_status(each) || id == "c2";
                }));
    expect_same(listed_computers(snapshot, "NOT (computer = c2 OR agent_version = 1.0)", max),
                only(known, [&](const auto& id, const Known& each) {
                  return id != "c2" && each.agent_version != "1.0";
                }));
  });
}

RC_GTEST_PROP(Queries, ListByNameWhatTheyListByComputer, ()) {
  const auto max = *rc::gen::inRange<std::size_t>(1, 5);
  const auto status = static_cast<ComputerStatus>(*rc::gen::inRange(0, 8));
  const auto filter = "NOT status = " + std::string(name_of(status));
  at_some_positions([&](const World&, const Snapshot& snapshot) {
    auto expected = listed_computers(snapshot, filter, 100);
    std::sort(expected.begin(), expected.end(), [](const auto& a, const auto& b) {
      return std::tie(a.name, a.computer) < std::tie(b.name, b.computer);
    });
    RC_ASSERT(listed_by_name(snapshot, filter, max) == expected);
  });
}

RC_GTEST_PROP(Queries, CountWhatTheyList, ()) {
  at_some_positions([](const World& world, const Snapshot& snapshot) {
    const FleetCounts counts = count(world);
    const auto overview = projections::overview_at(snapshot).value();
    RC_ASSERT(overview.position == snapshot.at());
    RC_ASSERT(overview.computers.total == counts.total);
    RC_ASSERT(overview.computers.by_status == projections::by_status(counts));
    RC_ASSERT(overview.rule_updates.in_force == world.rule_updates.in_force);
    RC_ASSERT(overview.rule_updates.newest == world.rule_updates.newest());
    RC_ASSERT(overview.rule_updates.holds == world.rule_updates.holds.size());
    RC_ASSERT(overview.manager.last_check == world.sources.last_check);
    const auto& alerts = overview.alerts;
    RC_ASSERT(alerts.critical + alerts.warning + alerts.info == world.alerts.open.size());

    const auto facets = projections::computer_facets(snapshot, "").value();
    RC_ASSERT(facets.total == counts.total);
    std::map<std::string, std::uint64_t> policies;
    for (const auto& [id, each] : known_computers(world)) {
      ++policies[each.facts.policy ? each.facts.policy->value : ""];
    }
    RC_ASSERT(facets.policies.size() == policies.size());
    for (const auto& facet : facets.policies) RC_ASSERT(facet.computers == policies[facet.value]);
  });
}

RC_GTEST_PROP(Queries, ShowOneComputerAsItsListDoes, ()) {
  at_some_positions([](const World& world, const Snapshot& snapshot) {
    const Expectations expectations = expectations_of(world);
    for (const auto& item : listed_computers(snapshot, "", 100)) {
      const auto detail = projections::find_computer(snapshot, item.computer).value();
      RC_ASSERT(detail.item == item);
      RC_ASSERT(!detail.removed);
      const auto index = *find_live(world.computers, item.computer.value);
      RC_ASSERT(detail.moments == moments_of(world.computers, index));
      std::vector<InstructionId> owed;
      for (const auto& answer : expectations.answers) {
        const auto& facts = facts_of(world.computers, index);
        if (facts.answered < answer.number && covers(answer.scope, facts, item.computer)) {
          owed.push_back(answer.instruction);
        }
      }
      RC_ASSERT(detail.owed == owed);
    }
  });
}

RC_GTEST_PROP(Queries, TellOfEveryRelayWhetherItIsInSync, ()) {
  at_some_positions([](const World& world, const Snapshot& snapshot) {
    const auto relays = all_pages<projections::RelayItem>(
        [&](const ListQuery& query) { return projections::list_relays(snapshot, query); }, "", 2);
    RC_ASSERT(relays.size() == world.relays.relays.size());
    std::uint64_t in_sync = 0;
    for (const auto& item : relays) {
      const SyncState sync = sync_of(world, *world.relays.find(item.relay));
      RC_ASSERT((SyncState{item.in_sync, item.why, item.since}) == sync);
      if (sync.in_sync) ++in_sync;
    }
    RC_ASSERT(projections::overview_at(snapshot).value().relays.in_sync == in_sync);
  });
}

RC_GTEST_PROP(Queries, CountWhoRunsEachPattern, ()) {
  at_some_positions([](const World& world, const Snapshot& snapshot) {
    const Expectations expectations = expectations_of(world);
    std::map<std::string, std::array<std::uint64_t, 3>> counts;
    for (const auto& [id, each] : known_computers(world)) {
      for (const auto* pattern : patterns_for(each.facts, expectations)) {
        const auto way = !each.facts.reported                                        ? 2U
                         : behind_since(*pattern, each.facts.components).has_value() ? 1U
                                                                                     : 0U;
        ++counts[pattern->component.value + "/" + pattern->platform.value][way];
      }
    }
    const auto items = all_pages<projections::PatternItem>(
        [&](const ListQuery& query) { return projections::list_patterns(snapshot, query); }, "", 2);
    RC_ASSERT(items.size() == world.patterns.patterns.size());
    for (const auto& item : items) {
      const auto& expected = counts[item.component.value + "/" + item.platform.value];
      RC_ASSERT((std::array{item.current, item.behind, item.unknown}) == expected);
      RC_ASSERT(item.version ==
                world.patterns.find(item.component, item.platform)->current().version);
    }
  });
}

RC_GTEST_PROP(Queries, ResolvePoliciesAsTheWorldDoes, ()) {
  at_some_positions([](const World& world, const Snapshot& snapshot) {
    const RuleUpdate* current = world.rule_updates.current();
    for (const auto& entry : world.policies.policies) {
      const PolicyId& id = entry.first;
      const auto listed = all_pages<projections::PolicyRule>(
          [&](const ListQuery& query) { return projections::policy_ruleset(snapshot, id, query); },
          "", 2);
      const Rules rules = current ? resolve(world.policies, id, current->rules) : Rules{};
      RC_ASSERT(listed.size() == rules.size());
      for (std::size_t i = 0; i < rules.size(); ++i) {
        RC_ASSERT(listed[i].id == rules[i]->id);
        RC_ASSERT(listed[i].version == rules[i]->version);
        RC_ASSERT(world.policies.find(listed[i].assigned_by)->rules.contains(listed[i].id));
      }
    }
  });
}

bool is_whole(const RuleUpdate& update) { return update.rules.size() == update.facts.rules; }

RC_GTEST_PROP(Queries, CompareRuleUpdatesAsTheWorldDoes, ()) {
  at_some_positions([](const World& world, const Snapshot& snapshot) {
    const auto updates = all_pages<projections::RuleUpdateRow>(
        [&](const ListQuery& query) { return projections::list_rule_updates(snapshot, query); }, "",
        2);
    RC_ASSERT(updates.size() == world.rule_updates.updates.size());
    RC_ASSERT(std::is_sorted(updates.begin(), updates.end(),
                             [](const auto& a, const auto& b) { return b.update < a.update; }));
    for (const auto& row : updates) {
      RC_ASSERT(row.status == status_of(world.rule_updates, row.update));
      for (const auto& entry : world.rule_updates.updates) {
        const RuleUpdateId other = entry.first;
        const RuleUpdate* one = world.rule_updates.find(row.update);
        const RuleUpdate* two = world.rule_updates.find(other);
        if (one == nullptr || two == nullptr) continue;
        // While an update that was deleted is imported again, event by event, its rules are known
        // to the rows, and the world learns them anew.
        if (!is_whole(*one) || !is_whole(*two)) continue;
        const auto changes = all_pages<RuleChange>(
            [&](const ListQuery& query) -> ledger::Result<Page<RuleChange>> {
              auto found = projections::changes_of_update(snapshot, row.update, other, query);
              if (!found) return ledger::fail(found.error());
              return std::move(found->page);
            },
            "", 2);
        RC_ASSERT(changes == difference(two->rules, one->rules));
      }
    }
  });
}

RC_GTEST_PROP(Queries, ShowTheSettingsThatCount, ()) {
  at_some_positions([](const World& world, const Snapshot& snapshot) {
    std::size_t overrides = 0;
    const auto items = projections::list_settings(snapshot);
    RC_ASSERT(items.has_value());
    for (const auto& item : *items) {
      RC_ASSERT(item.value == value_of(world.settings, item.name));
      overrides += item.policies.size();
      for (const auto& each : item.policies) {
        RC_ASSERT(each.value == world.settings.of_policies.at({each.policy, item.name}));
      }
    }
    RC_ASSERT(overrides == world.settings.of_policies.size());
  });
}

}  // namespace
