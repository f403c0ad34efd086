#include "projections/computer_scan.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "ledger/limits.h"
#include "projections/keys.h"

namespace projections {

using ledger::fail;
using ledger::Result;

namespace {

// What opening a cursor and reading a row by its key cost, counted in rows walked.
constexpr std::uint64_t open_cost = 8;
constexpr std::uint64_t get_cost = 4;

class Walk final : public ComputerScan {
 public:
  Walk(const Snapshot& snapshot, const Fleet& fleet, const std::vector<const FleetBucket*>& chosen,
       std::string_view after, RowTest may_match)
      : steps_(fleet.computers()),
        cursor_(snapshot.scan(View::computers, "", after)),
        may_match_(std::move(may_match)) {
    for (const FleetBucket* bucket : chosen) slots_.insert(bucket->row.slot);
  }

  Result<std::optional<Step>> next() override {
    const auto entry = cursor_->next();
    if (!entry) return fail(entry.error());
    if (!*entry) return std::optional<Step>();
    Step step{std::string((*entry)->key), std::nullopt};
    if (!may_match_((*entry)->row)) return std::optional<Step>(std::move(step));
    auto row = decode_row<ComputerRow>((*entry)->row);
    if (!row) return fail(row.error());
    if (!row->removed && slots_.contains(row->bucket)) step.row = std::move(*row);
    return std::optional<Step>(std::move(step));
  }

  std::uint64_t steps() const override { return steps_; }

 private:
  std::uint64_t steps_;
  std::unique_ptr<RowCursor> cursor_;
  RowTest may_match_;
  std::unordered_set<std::uint32_t> slots_;  // lookup only
};

class Merge final : public ComputerScan {
 public:
  Merge(const Snapshot& snapshot, const std::vector<const FleetBucket*>& chosen,
        std::string_view after)
      : snapshot_(snapshot), after_(after) {
    for (const FleetBucket* bucket : chosen) {
      ids_.push_back(bucket->row.id);
      steps_ += bucket->computers;
    }
  }

  Result<std::optional<Step>> next() override {
    if (!is_open_) {
      if (const auto opened = open(); !opened) return fail(opened.error());
    }
    if (heads_.empty()) return std::optional<Step>();
    std::pop_heap(heads_.begin(), heads_.end(), comes_later);
    Step step{heads_.back().computer, std::nullopt};
    auto row = snapshot_.row<ComputerRow>(View::computers, step.computer);
    if (!row) return fail(row.error());
    step.row = std::move(*row);
    Head head = std::move(heads_.back());
    heads_.pop_back();
    if (const auto moved = advance(std::move(head)); !moved) return fail(moved.error());
    return std::optional<Step>(std::move(step));
  }

  std::uint64_t steps() const override { return steps_; }

 private:
  struct Head {
    std::string computer;
    std::unique_ptr<RowCursor> cursor;
  };
  static bool comes_later(const Head& a, const Head& b) { return a.computer > b.computer; }

  Result<void> open() {
    is_open_ = true;
    for (const std::uint32_t id : ids_) {
      const std::string prefix = number_key(id);
      Head head{"", snapshot_.scan(View::bucket_members, prefix,
                                   after_.empty() ? std::string() : prefix + after_)};
      if (const auto moved = advance(std::move(head)); !moved) return fail(moved.error());
    }
    return {};
  }

  Result<void> advance(Head head) {
    const auto entry = head.cursor->next();
    if (!entry) return fail(entry.error());
    if (!*entry) return {};
    head.computer = (*entry)->key.substr(number_key(0).size());
    heads_.push_back(std::move(head));
    std::push_heap(heads_.begin(), heads_.end(), comes_later);
    return {};
  }

  const Snapshot& snapshot_;
  std::string after_;
  std::vector<std::uint32_t> ids_;
  std::uint64_t steps_ = 0;
  std::vector<Head> heads_;  // A heap: the first computer on top.
  bool is_open_ = false;
};

}  // namespace

std::unique_ptr<ComputerScan> scan_computers(const Snapshot& snapshot, const Fleet& fleet,
                                             const std::vector<const FleetBucket*>& chosen,
                                             std::string_view after, std::size_t rows_wanted,
                                             RowTest may_match) {
  std::uint64_t members = 0;
  for (const FleetBucket* bucket : chosen) members += bucket->computers;
  const std::uint64_t walked =
      members == 0 ? fleet.computers() : rows_wanted * (fleet.computers() / members + 1);
  const std::uint64_t merged = open_cost * chosen.size() + get_cost * rows_wanted;
  if (chosen.size() > ledger::limits::bucket_cursors_max || walked <= merged) {
    return std::make_unique<Walk>(snapshot, fleet, chosen, after, std::move(may_match));
  }
  return std::make_unique<Merge>(snapshot, chosen, after);
}

}  // namespace projections
