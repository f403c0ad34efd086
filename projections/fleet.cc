#include "projections/fleet.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "projections/instructions.h"
#include "projections/keys.h"
#include "projections/policies.h"

namespace projections {

using ledger::fail;
using ledger::Result;

namespace {

template <class Row>
Result<std::vector<Row>> all_rows(const Snapshot& snapshot, View view) {
  auto rows = snapshot.rows<Row>(view, "", "", every);
  if (!rows) return fail(rows.error());
  std::vector<Row> plain;
  plain.reserve(rows->size());
  for (auto& each : *rows) plain.push_back(std::move(each.row));
  return plain;
}

Result<std::vector<domain::ExpectedAnswer>> answers_at(const Snapshot& snapshot) {
  std::vector<domain::ExpectedAnswer> answers;
  const auto open = snapshot.row<OpenInstructionsRow>(View::open_instructions, "");
  if (!open) return fail(open.error());
  if (!*open) return answers;
  for (const std::uint64_t number : (*open)->numbers) {
    auto row = snapshot.row<InstructionRow>(View::instructions, number_key(number));
    if (!row) return fail(row.error());
    if (!*row) {
      return fail(ledger::ErrorKind::corrupt, "views-inconsistent",
                  "Instruction i" + std::to_string(number) + " is open but has no row.");
    }
    answers.push_back({std::move((*row)->instruction),
                       number,
                       (*row)->action,
                       std::move((*row)->resolved),
                       {(*row)->given.time, (*row)->given.position}});
  }
  return answers;
}

// Policies that are not among those of `rulesets`, which are by policy too. Rows of policies can be
// long, so the others are passed over undecoded.
Result<std::vector<domain::EmptyPolicy>> empty_at(
    const Snapshot& snapshot, const std::vector<domain::ExpectedRuleset>& rulesets) {
  std::vector<domain::EmptyPolicy> empty;
  auto next = rulesets.begin();
  const auto cursor = snapshot.scan(View::policies, "", "");
  while (true) {
    const auto entry = cursor->next();
    if (!entry) return fail(entry.error());
    if (!*entry) return empty;
    if (next != rulesets.end() && next->policy.value == (*entry)->key) {
      ++next;
      continue;
    }
    auto row = decode_row<PolicyRow>((*entry)->row);
    if (!row) return fail(row.error());
    empty.push_back({std::move(row->policy), {row->ruleset_since, row->ruleset_position}});
  }
}

// Computers by slot.
Result<std::vector<std::uint64_t>> counts_at(const Snapshot& snapshot) {
  std::vector<std::uint64_t> counts;
  const auto rows = snapshot.rows<BucketCountsRow>(View::bucket_counts, "", "", every);
  if (!rows) return fail(rows.error());
  for (const auto& each : *rows) {
    counts.resize(number_from_key(each.key) * slots_per_count_row, 0);
    counts.insert(counts.end(), each.row.computers.begin(), each.row.computers.end());
  }
  return counts;
}

}  // namespace

Result<domain::Expectations> expectations_at(const Snapshot& snapshot) {
  domain::Expectations expectations;
  auto patterns = all_rows<domain::ExpectedPattern>(snapshot, View::expected_patterns);
  if (!patterns) return fail(patterns.error());
  expectations.patterns = std::move(*patterns);
  // Keys join component and platform by '/', which sorts after '-'.
  std::sort(expectations.patterns.begin(), expectations.patterns.end(),
            [](const domain::ExpectedPattern& a, const domain::ExpectedPattern& b) {
              return std::tie(a.component, a.platform) < std::tie(b.component, b.platform);
            });
  auto rulesets = all_rows<domain::ExpectedRuleset>(snapshot, View::expected_rulesets);
  if (!rulesets) return fail(rulesets.error());
  expectations.rulesets = std::move(*rulesets);
  auto empty = empty_at(snapshot, expectations.rulesets);
  if (!empty) return fail(empty.error());
  expectations.empty = std::move(*empty);
  auto answers = answers_at(snapshot);
  if (!answers) return fail(answers.error());
  expectations.answers = std::move(*answers);
  return expectations;
}

Result<Fleet> Fleet::read(const Snapshot& snapshot) {
  Fleet fleet;
  auto expectations = expectations_at(snapshot);
  if (!expectations) return fail(expectations.error());
  fleet.expectations_ = std::move(*expectations);
  auto buckets = all_rows<BucketRow>(snapshot, View::buckets);
  if (!buckets) return fail(buckets.error());
  const auto counts = counts_at(snapshot);
  if (!counts) return fail(counts.error());
  fleet.buckets_.reserve(buckets->size());
  for (auto& row : *buckets) {
    const std::uint64_t computers = row.slot < counts->size() ? (*counts)[row.slot] : 0;
    if (computers == 0) {
      return fail(ledger::ErrorKind::corrupt, "views-inconsistent",
                  "Bucket " + std::to_string(row.id) + " is there but has no computers.");
    }
    const auto status = status_of(row.facts, fleet.expectations_);
    fleet.by_slot_.emplace(row.slot, fleet.buckets_.size());
    fleet.computers_ += computers;
    fleet.buckets_.push_back(FleetBucket{std::move(row), computers, status});
  }
  return fleet;
}

const FleetBucket* Fleet::find(std::uint32_t slot) const {
  const auto found = by_slot_.find(slot);
  return found == by_slot_.end() ? nullptr : &buckets_[found->second];
}

}  // namespace projections
