// A question about one moment whose answer is a number and whether it is as asked:
//
//   computers[status = "failed" and policy = "web"].count > 10
//   alerts[open = true and type = "relay_out_of_sync"].exists
//
// In brackets stands a filter over the rows of the view (ledger/domain/filter.h); without brackets
// all rows are meant.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/domain/filter.h"
#include "ledger/result.h"
#include "projections/snapshot.h"
#include "projections/views.h"

namespace replay {

class Predicate {
 public:
  // Errors: invalid ("predicate-invalid", "filter-..."), naming the byte and what was expected
  // there.
  static ledger::Result<Predicate> parse(std::string_view text);

  struct Answer {
    std::uint64_t count = 0;
    bool holds = false;
    std::uint64_t rows_passed = 0;  // What it cost.
  };
  // Errors: corrupt, io.
  ledger::Result<Answer> ask(const projections::Snapshot& snapshot) const;

  // Whether a change of a row of `view` can change the answer.
  bool depends_on(projections::View view) const;

 private:
  friend class PredicateParser;

  projections::View view_{};
  std::string filter_;
  ledger::domain::FilterOperator op_{};
  std::uint64_t number_ = 0;
};

}  // namespace replay
