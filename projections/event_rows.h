// The rows that one event writes, and what they do to the digests: what every store of views has in
// common.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/domain/ids.h"
#include "ledger/result.h"
#include "projections/digest.h"
#include "projections/row_book.h"
#include "projections/rows.h"

namespace projections {

// Thread: one.
class EventRows final : public Rows {
 public:
  explicit EventRows(RowBook::Start start);

  struct Change {
    View view{};
    std::string key;
    std::optional<std::string> row;  // Absent: erased.
  };

  void begin(domain::Position position);
  // What the event changed, in the order of views and keys; a row that was written as it stood
  // before is not told. Valid until the next call of begin().
  const std::vector<Change>& end();

  const ViewSums& sums() const { return book_.sums(); }
  // After `folded` events; nothing, if that is too long ago.
  std::optional<ViewSums> sums_at(domain::Position folded) const;

  // The newest rows of when this object was made are now those written up to here.
  void committed() { book_.committed(); }
  // Why one of them could not be read; rows since then are of no use.
  const std::optional<ledger::Error>& error() const { return book_.error(); }
  // Taken by what is known of rows.
  std::size_t hash_bytes() const { return book_.hash_bytes(); }

  void put(View view, std::string_view key, std::string row) override;
  void erase(View view, std::string_view key) override;
  // Shape: is_read_back(view).
  std::optional<std::string> get(View view, std::string_view key) override {
    return book_.get(view, key);
  }

 private:
  Change& pending(View view, std::string_view key);
  // Whether the change makes a difference; the sums then have it.
  bool apply(const Change& change);

  RowBook book_;
  domain::Position position_;
  std::vector<Change> changes_;
  SumsTrail trail_;
};

}  // namespace projections
