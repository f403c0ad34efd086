// A filter over computers, decided as far as possible for whole buckets and only for the rest
// computer by computer.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "ledger/domain/filter.h"
#include "ledger/result.h"
#include "projections/computer_list.h"
#include "projections/computers.h"
#include "projections/fleet.h"

namespace projections {

enum class Verdict { none, some, all };

// What a filter says of a bucket.
struct BucketVerdict {
  Verdict verdict{};
  std::vector<char> terms;  // By term of the filter: whether it holds, of those about buckets.
};

class ComputerFilter {
 public:
  // Errors: invalid ("filter-...").
  static ledger::Result<ComputerFilter> parse(std::string_view text);

  // The first term that no bucket can answer; null: there is none.
  const domain::FilterTerm* term_about_computers() const;

  // Whether it asks when computers were last heard of, which is no part of the record.
  bool asks_last_contact() const;

  // The id of the only computer that can match, if the filter asks for one.
  std::optional<std::string_view> only_computer() const;

  // The name of whatever can match, if the filter asks for one.
  std::optional<std::string_view> only_name() const;

  // Whether the row may be of a computer that matches, from its bytes alone: a text that is asked
  // for in any case stands in them as it is. Costs a search, where reading the row costs much more.
  bool may_match(std::string_view row) const;

  BucketVerdict judge(const FleetBucket& bucket, const domain::Expectations& expectations) const;

  // Shape: `bucket` is what judge() said of the computer's bucket.
  bool matches(const ComputerRow& computer, const BucketVerdict& bucket,
               const LastContact& last_contact) const;

 private:
  domain::Filter filter_;
  std::optional<std::string_view> only(std::string_view field) const;

  std::vector<std::size_t> about_computers_;  // Indices of terms.
  std::vector<std::size_t> texts_;  // Of terms about texts, of which each holds of what matches.
};

}  // namespace projections
