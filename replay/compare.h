// Two programs fold one log: whether they come to the same rows, and if not, the first event and
// its rows in which they differ. The gate before a release.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/result.h"
#include "ledger/store/event_log.h"
#include "replay/fold_trace.h"

namespace replay {

// A program that folds the log: this one, or another build of it.
class Folding {
 public:
  virtual ~Folding() = default;
  // As trace_fold() and rows_of_event().
  virtual ledger::Result<std::vector<FoldMark>> marks(const TraceRange& range) = 0;
  virtual ledger::Result<std::vector<EventRow>> rows(domain::Position event) = 0;
};

class OwnFolding final : public Folding {
 public:
  explicit OwnFolding(const ledger::store::EventLog& log) : log_(log) {}
  ledger::Result<std::vector<FoldMark>> marks(const TraceRange& range) override;
  ledger::Result<std::vector<EventRow>> rows(domain::Position event) override;

 private:
  const ledger::store::EventLog& log_;
};

struct RowDisagreement {
  std::string view;
  std::string key;
  std::string one;    // JSON of the row; "null": erased, empty: it did not change.
  std::string other;  // The same by the other program.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("view", &RowDisagreement::view), field("key", &RowDisagreement::key),
                      field("one", &RowDisagreement::one), field("other", &RowDisagreement::other));
  }
  bool operator==(const RowDisagreement&) const = default;
};

struct Comparison {
  domain::Position size;  // Events that were folded.
  domain::Digest root;
  bool agree = false;
  std::optional<domain::Position> event;  // The first whose rows differ; none: only digests do.
  std::vector<RowDisagreement> rows;      // Of that event.
  std::vector<std::string> views;         // Whose digests differ at the end.
  std::uint64_t folds = 0;                // Of each program.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("size", &Comparison::size), field("root", &Comparison::root),
                      field("agree", &Comparison::agree), field("event", &Comparison::event),
                      field("rows", &Comparison::rows), field("views", &Comparison::views),
                      field("folds", &Comparison::folds));
  }
};

// Halves in steps of 256, so that a log of ten million events is folded four times by each.
// Errors: those of the programs; conflict ("logs-differ": they did not fold the same log).
ledger::Result<Comparison> compare(Folding& one, Folding& other);

}  // namespace replay
