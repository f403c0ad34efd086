#include "replay/compare.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "projections/digest.h"

namespace replay {

using domain::Position;
using ledger::fail;
using ledger::Result;

namespace {

constexpr std::uint64_t marks_per_fold = 256;
constexpr Position end_of_log{std::numeric_limits<std::uint64_t>::max()};

struct Pair {
  std::vector<FoldMark> one;
  std::vector<FoldMark> other;
};

class Comparer {
 public:
  Comparer(Folding& one, Folding& other) : one_(one), other_(other) {}

  Result<Comparison> run() {
    // How long the log is says a fold that tells of its end only.
    const auto ends = marks({{}, end_of_log, end_of_log.value});
    if (!ends) return fail(ends.error());
    if (ends->one.empty() && ends->other.empty()) {
      found_.agree = true;
      return found_;
    }
    const FoldMark& one = ends->one.back();
    const FoldMark& other = ends->other.back();
    found_.size = one.folded;
    found_.root = one.root;
    found_.agree = one.chain == other.chain && one.views == other.views;
    if (found_.agree) return found_;
    for (const auto view : projections::differing_views(one.views, other.views)) {
      found_.views.emplace_back(view);
    }
    if (one.chain == other.chain) return found_;  // Other digests of the same rows.
    const auto first = first_difference(one.folded);
    if (!first) return fail(first.error());
    found_.event = *first;
    if (const auto told = tell_rows(*first); !told) return fail(told.error());
    return found_;
  }

 private:
  Result<Pair> marks(const TraceRange& range) {
    ++found_.folds;
    auto one = one_.marks(range);
    if (!one) return fail(one.error());
    auto other = other_.marks(range);
    if (!other) return fail(other.error());
    const bool same_log = std::equal(one->begin(), one->end(), other->begin(), other->end(),
                                     [](const FoldMark& a, const FoldMark& b) {
                                       return a.folded == b.folded && a.root == b.root;
                                     });
    if (!same_log) {
      return fail(ledger::ErrorKind::conflict, "logs-differ",
                  "The two programs did not fold the same log; give both the same directory, and "
                  "let nobody write to it.");
    }
    return Pair{std::move(*one), std::move(*other)};
  }

  // Of two folds that agree nowhere from the end back to some event: that event.
  Result<Position> first_difference(Position size) {
    Position agreed;  // So many events were folded to the same.
    Position differs = size;
    while (agreed.value + 1 < differs.value) {
      const std::uint64_t every =
          std::max<std::uint64_t>((differs.value - agreed.value) / marks_per_fold, 1);
      const auto told = marks({agreed, differs, every});
      if (!told) return fail(told.error());
      if (told->one.empty()) break;
      bool found = false;
      for (std::size_t i = 0; i < told->one.size() && !found; ++i) {
        found = told->one[i].chain != told->other[i].chain;
        (found ? differs : agreed) = told->one[i].folded;
      }
      if (!found) {
        return fail(ledger::ErrorKind::conflict, "fold-not-repeatable",
                    "A program folded the same events to other rows than the time before.");
      }
    }
    return Position{differs.value - 1};
  }

  Result<void> tell_rows(Position event) {
    const auto one = one_.rows(event);
    if (!one) return fail(one.error());
    const auto other = other_.rows(event);
    if (!other) return fail(other.error());
    using Key = std::pair<std::string, std::string>;
    std::map<Key, std::pair<const EventRow*, const EventRow*>> rows;
    for (const auto& row : *one) rows[{row.view, row.key}].first = &row;
    for (const auto& row : *other) rows[{row.view, row.key}].second = &row;
    for (const auto& [key, pair] : rows) {
      const auto& [a, b] = pair;
      if (a != nullptr && b != nullptr && *a == *b) continue;
      found_.rows.push_back({key.first, key.second, a == nullptr ? std::string() : a->row,
                             b == nullptr ? std::string() : b->row});
    }
    return {};
  }

  Folding& one_;
  Folding& other_;
  Comparison found_;
};

}  // namespace

Result<std::vector<FoldMark>> OwnFolding::marks(const TraceRange& range) {
  std::vector<FoldMark> told;
  const auto traced = trace_fold(log_, range, [&](const FoldMark& mark) { told.push_back(mark); });
  if (!traced) return fail(traced.error());
  return told;
}

Result<std::vector<EventRow>> OwnFolding::rows(Position event) {
  return rows_of_event(log_, event);
}

Result<Comparison> compare(Folding& one, Folding& other) { return Comparer(one, other).run(); }

}  // namespace replay
