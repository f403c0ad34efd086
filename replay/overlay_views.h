// Views that somebody supposes: the rows of one moment of the real ones, and over them those that
// were written since in memory. What is beneath is only read.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "projections/rows.h"
#include "projections/snapshot.h"

namespace replay {

class OverlayViews final : public projections::Rows, public projections::Snapshot {
 public:
  using Key = std::pair<projections::View, std::string>;
  using Written = std::map<Key, std::optional<std::string>>;  // Nothing: erased.

  // Null: there are no rows yet.
  explicit OverlayViews(std::unique_ptr<projections::Snapshot> beneath)
      : beneath_(std::move(beneath)) {}

  void put(projections::View view, std::string_view key, std::string row) override;
  void erase(projections::View view, std::string_view key) override;
  std::optional<std::string> get(projections::View view, std::string_view key) override;

  projections::domain::Position at() const override { return at_; }
  void set_at(projections::domain::Position at) { at_ = at; }
  bool is_same_at(projections::View, projections::domain::Position) const override {
    return false;  // There is nothing else to compare with.
  }
  ledger::Result<std::optional<std::string>> get(projections::View view,
                                                 std::string_view key) const override;
  std::unique_ptr<projections::RowCursor> scan(projections::View view, std::string_view prefix,
                                               std::string_view after) const override;

  const Written& written() const { return written_; }
  // Why a row beneath could not be read; what was projected since is of no use.
  const std::optional<ledger::Error>& error() const { return error_; }

 private:
  std::unique_ptr<projections::Snapshot> beneath_;
  projections::domain::Position at_;
  Written written_;
  std::optional<ledger::Error> error_;
};

}  // namespace replay
