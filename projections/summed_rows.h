// Rows that are nowhere: all that stays of them is what they add to the digests.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "projections/row_book.h"
#include "projections/rows.h"

namespace projections {

// Thread: one.
class SummedRows final : public Rows {
 public:
  const ViewSums& sums() const { return book_.sums(); }

  void put(View view, std::string_view key, std::string row) override {
    note(view, key, std::optional(std::move(row)));
  }
  void erase(View view, std::string_view key) override { note(view, key, std::nullopt); }
  // Shape: is_read_back(view).
  std::optional<std::string> get(View view, std::string_view key) override {
    return book_.get(view, key);
  }

 private:
  void note(View view, std::string_view key, const std::optional<std::string>& row) {
    book_.change(view, key, row);
    book_.remember(view, key, row);
  }

  RowBook book_{{}};
};

}  // namespace projections
