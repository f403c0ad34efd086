#include "projections/event_rows.h"

#include <algorithm>
#include <utility>

#include "ledger/limits.h"

namespace projections {
namespace {

// Digests are recorded some events after the position that they are of: as many as the writer can
// have had in its queue. An event changes two or three views.
constexpr std::size_t trail_changes_max = 4 * ledger::limits::writer_queue_max;

std::string read_back_key(View view, std::string_view key) {
  std::string joined(1, static_cast<char>(view));
  joined += key;
  return joined;
}

}  // namespace

EventRows::EventRows(Start start)
    : newest_(std::move(start.newest)),
      complete_(start.size.value == 0),
      position_(start.size),
      sums_(start.sums),
      trail_(start.size, trail_changes_max) {}

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
  if (is_read_back(view)) read_back_[read_back_key(view, key)] = row;
  pending(view, key).row = std::move(row);
}

void EventRows::erase(View view, std::string_view key) {
  if (is_read_back(view)) read_back_[read_back_key(view, key)] = std::nullopt;
  pending(view, key).row.reset();
}

std::optional<std::string> EventRows::read(View view, std::string_view key) {
  if (complete_ || error_) return std::nullopt;
  auto row = newest_(view, key);
  if (row) return *std::move(row);
  error_ = row.error();
  return std::nullopt;
}

std::optional<std::string> EventRows::get(View view, std::string_view key) {
  CHECK(is_read_back(view), "only rows of views that are read back are kept");
  auto joined = read_back_key(view, key);
  const auto known = read_back_.find(joined);
  if (known != read_back_.end()) return known->second;
  auto row = read(view, key);
  if (!complete_) read_back_.emplace(std::move(joined), row);
  return row;
}

std::optional<RowHash> EventRows::hash_before(RowHashes::Key hash_key, const Change& change) {
  if (const RowHash* known = hashes_.find(hash_key)) {
    return *known == RowHash{} ? std::nullopt : std::optional(*known);
  }
  const auto row = read(change.view, change.key);
  return row ? std::optional(hash_row(change.key, *row)) : std::nullopt;
}

bool EventRows::apply(const Change& change) {
  const auto hash_key = RowHashes::key_of(change.view, change.key);
  const auto before = hash_before(hash_key, change);
  const auto after = change.row ? std::optional(hash_row(change.key, *change.row)) : std::nullopt;
  if (before == after) return false;
  ViewSum& sum = sums_[change.view];
  trail_.note(position_, change.view, sum);
  if (before) sum.remove(*before);
  if (after) sum.add(*after);
  if (after) {
    hashes_.set(hash_key, *after);
  } else if (complete_) {
    hashes_.erase(hash_key);
  } else {
    hashes_.set(hash_key, RowHash{});
    erased_.push_back(hash_key);
  }
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
  return trail_.sums_at(folded, sums_);
}

void EventRows::committed() {
  for (const auto hash_key : erased_) {
    const RowHash* hash = hashes_.find(hash_key);
    if (hash != nullptr && *hash == RowHash{}) hashes_.erase(hash_key);
  }
  erased_.clear();
}

}  // namespace projections
