#include "projections/event_rows.h"

#include <algorithm>
#include <utility>

#include "ledger/limits.h"

namespace projections {
namespace {

// Digests are recorded some events after the position that they are of: as many as the writer can
// have had in its queue. An event changes two or three views.
constexpr std::size_t trail_changes_max = 4 * ledger::limits::writer_queue_max;

}  // namespace

EventRows::EventRows(RowBook::Start start)
    : book_(start), position_(start.size), trail_(start.size, trail_changes_max) {}

void EventRows::begin(domain::Position position) {
  position_ = position;
  changes_.clear();
}

EventRows::Change& EventRows::pending(View view, std::string_view key) {
  const auto at =
      std::lower_bound(changes_.begin(), changes_.end(), std::pair(view, key),
                       [](const Change& change, const auto& wanted) {
                         return std::pair(change.view, std::string_view(change.key)) < wanted;
                       });
  if (at != changes_.end() && at->view == view && at->key == key) return *at;
  return *changes_.insert(at, Change{view, std::string(key), std::nullopt});
}

void EventRows::put(View view, std::string_view key, std::string row) {
  auto& change = pending(view, key);
  change.row = std::move(row);
  book_.remember(view, key, change.row);
}

void EventRows::erase(View view, std::string_view key) {
  auto& change = pending(view, key);
  change.row.reset();
  book_.remember(view, key, change.row);
}

bool EventRows::apply(const Change& change) {
  const ViewSum before = book_.sums()[change.view];
  if (!book_.change(change.view, change.key, change.row)) return false;
  trail_.note(position_, change.view, before);
  return true;
}

const std::vector<EventRows::Change>& EventRows::end() {
  changes_.erase(std::remove_if(changes_.begin(), changes_.end(),
                                [this](const Change& change) { return !apply(change); }),
                 changes_.end());
  position_ = {position_.value + 1};
  return changes_;
}

std::optional<ViewSums> EventRows::sums_at(domain::Position folded) const {
  if (folded > position_) return std::nullopt;
  return trail_.sums_at(folded, book_.sums());
}

}  // namespace projections
