#include "replay/overlay_views.h"

namespace replay {

using ledger::Result;
using projections::RowCursor;
using projections::View;

namespace {

// Merges what lies beneath with what was written; of one key the latter counts.
class OverlayCursor final : public RowCursor {
 public:
  OverlayCursor(const OverlayViews::Written& written, std::unique_ptr<RowCursor> beneath, View view,
                std::string_view prefix, std::string_view after)
      : beneath_(std::move(beneath)), view_(view), prefix_(prefix) {
    over_ = !after.empty() && after >= prefix ? written.upper_bound({view, std::string(after)})
                                              : written.lower_bound({view, prefix_});
    end_ = written.end();
  }

  Result<std::optional<Entry>> next() override {
    while (true) {
      if (const auto read = read_under(); !read) return ledger::fail(read.error());
      const bool has_over =
          over_ != end_ && over_->first.first == view_ && over_->first.second.starts_with(prefix_);
      if (!has_over && !under_) return std::optional<Entry>();
      if (!has_over || (under_ && under_->key < over_->first.second)) {
        const Entry entry = *under_;
        under_.reset();
        return std::optional<Entry>(entry);
      }
      if (under_ && under_->key == over_->first.second) under_.reset();
      const auto& [key, row] = *over_++;
      if (row) return std::optional<Entry>(Entry{key.second, *row});
    }
  }

 private:
  Result<void> read_under() {
    if (under_ || !beneath_) return {};
    auto entry = beneath_->next();
    if (!entry) return ledger::fail(entry.error());
    under_ = *entry;
    if (!under_) beneath_.reset();
    return {};
  }

  std::unique_ptr<RowCursor> beneath_;  // Null: at its end.
  std::optional<Entry> under_;          // Read and not yet given.
  OverlayViews::Written::const_iterator over_;
  OverlayViews::Written::const_iterator end_;
  View view_;
  std::string prefix_;
};

}  // namespace

void OverlayViews::put(View view, std::string_view key, std::string row) {
  written_[{view, std::string(key)}] = std::move(row);
}

void OverlayViews::erase(View view, std::string_view key) {
  written_[{view, std::string(key)}] = std::nullopt;
}

std::optional<std::string> OverlayViews::get(View view, std::string_view key) {
  auto row = std::as_const(*this).get(view, key);
  if (row) return *std::move(row);
  error_ = row.error();
  return std::nullopt;
}

Result<std::optional<std::string>> OverlayViews::get(View view, std::string_view key) const {
  const auto found = written_.find({view, std::string(key)});
  if (found != written_.end()) return found->second;
  if (!beneath_) return std::optional<std::string>();
  return beneath_->get(view, key);
}

std::unique_ptr<RowCursor> OverlayViews::scan(View view, std::string_view prefix,
                                              std::string_view after) const {
  auto beneath = beneath_ ? beneath_->scan(view, prefix, after) : nullptr;
  return std::make_unique<OverlayCursor>(written_, std::move(beneath), view, prefix, after);
}

}  // namespace replay
