// Digests of views: for each, how many rows there are and the sum (mod 2^128) of a hash of each, so
// that neither the order of rows nor the way they came about counts. Digests stand in the log for
// ever, so the hash never changes: the first 16 bytes, big-endian, of
// SHA-256(length of the key as 4 big-endian bytes ‖ key ‖ row).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "ledger/domain/event_types.h"
#include "projections/views.h"

namespace projections {

namespace domain = ledger::domain;

struct RowHash {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  bool operator==(const RowHash&) const = default;
};
RowHash hash_row(std::string_view key, std::string_view row);

struct ViewSum {
  std::uint64_t rows = 0;
  RowHash sum;
  bool operator==(const ViewSum&) const = default;

  void add(const RowHash& row);
  void remove(const RowHash& row);
};

// The sums of all views.
class ViewSums {
 public:
  ViewSum& operator[](View view) { return sums_[static_cast<std::size_t>(view) - 1]; }
  const ViewSum& operator[](View view) const { return sums_[static_cast<std::size_t>(view) - 1]; }
  bool operator==(const ViewSums&) const = default;

  // One for each view, in the order of views, also of those without rows.
  std::vector<domain::ViewDigest> digests() const;
  // Views that are not named have no rows. Nothing, if a name is not one of a view.
  static std::optional<ViewSums> from(const std::vector<domain::ViewDigest>& digests);

 private:
  std::array<ViewSum, all_views.size()> sums_{};
};

// The names of the views that differ.
std::vector<std::string_view> differing_views(const std::vector<domain::ViewDigest>& one,
                                              const std::vector<domain::ViewDigest>& other);

// What the sums were a while ago: a recorded digest is of a position some events before the record,
// and nobody knows of it until then.
class SumsTrail {
 public:
  // Nothing is known of what was before `start` events.
  SumsTrail(domain::Position start, std::size_t changes_max)
      : known_from_(start), changes_max_(changes_max) {}

  // The event at `position` is about to change the sum of `view` from `before`.
  void note(domain::Position position, View view, const ViewSum& before);
  // The sums after `folded` events, given those of `now`; nothing, if that is too long ago.
  std::optional<ViewSums> sums_at(domain::Position folded, ViewSums now) const;

 private:
  struct Change {
    domain::Position position;
    View view{};
    ViewSum before;
  };
  domain::Position known_from_;
  std::size_t changes_max_;
  std::deque<Change> changes_;
};

}  // namespace projections
