// One computer in full.
#include <utility>

#include "projections/computer_item.h"
#include "projections/computer_list.h"
#include "projections/fleet.h"
#include "projections/keys.h"

namespace projections {

using ledger::fail;
using ledger::Result;

namespace {

// What is known of a computer that left: what it was called.
ComputerItem item_of_removed(ComputerRow row) {
  ComputerItem item;
  item.status = domain::ComputerStatus::not_applicable;
  item.since = row.moments.known;
  item.reason = "It was removed from the fleet.";
  item.computer = std::move(row.computer);
  item.name = std::move(row.name);
  item.agent_version = std::move(row.agent_version);
  item.labels = std::move(row.labels);
  item.rule_update = row.rule_update;
  return item;
}

std::string running_version(const domain::BucketFacts& facts,
                            const domain::ComponentName& component) {
  for (const auto& each : facts.components) {
    if (each.component == component) return each.version;
  }
  return {};
}

void explain_expected(const domain::BucketFacts& facts, const domain::Expectations& expectations,
                      ComputerDetail& detail) {
  for (const domain::ExpectedPattern* pattern : patterns_for(facts, expectations)) {
    detail.expected.push_back(
        ExpectedComponent{pattern->component, running_version(facts, pattern->component),
                          pattern->version, behind_since(*pattern, facts.components)});
  }
  if (const auto* ruleset = ruleset_for(facts, expectations)) detail.expected_ruleset = *ruleset;
  for (const auto& answer : expectations.answers) {
    if (answer.number > facts.answered && covers(answer.scope, facts, detail.item.computer)) {
      detail.owed.push_back(answer.instruction);
    }
  }
}

}  // namespace

Result<ComputerDetail> find_computer(const Snapshot& snapshot, const domain::ComputerId& computer) {
  const auto expectations = expectations_at(snapshot);
  if (!expectations) return fail(expectations.error());
  return find_computer(snapshot, computer, *expectations);
}

Result<ComputerDetail> find_computer(const Snapshot& snapshot, const domain::ComputerId& computer,
                                     const domain::Expectations& expectations) {
  auto row = snapshot.row<ComputerRow>(View::computers, computer.value);
  if (!row) return fail(row.error());
  if (!*row) {
    return fail(ledger::ErrorKind::not_found, "computer-unknown",
                "There is no computer " + computer.value + ".");
  }
  ComputerDetail detail;
  detail.removed = (*row)->removed;
  detail.moments = (*row)->moments;
  const auto relay = snapshot.get(View::relays, computer.value);
  if (!relay) return fail(relay.error());
  detail.is_relay = relay->has_value();
  if (detail.removed) {
    detail.item = item_of_removed(std::move(**row));
    return detail;
  }
  auto bucket = snapshot.row<BucketRow>(View::buckets, number_key((*row)->bucket));
  if (!bucket) return fail(bucket.error());
  if (!*bucket) {
    return fail(ledger::ErrorKind::corrupt, "views-inconsistent",
                "Computer " + computer.value + " is in a bucket that is not there.");
  }
  const FleetBucket placed{std::move(**bucket), 0, domain::ComputerStatus{}};
  detail.item = item_of(std::move(**row), placed, expectations);
  explain_expected(placed.row.facts, expectations, detail);
  return detail;
}

}  // namespace projections
