// The rows that one event writes, and what they do to the digests: what every store of views has in
// common, and all that a verification needs, which writes no rows at all.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/domain/ids.h"
#include "ledger/result.h"
#include "projections/digest.h"
#include "projections/row_hashes.h"
#include "projections/rows.h"

namespace projections {

// Views whose rows projections read back: they are kept in memory, so they do not have a row for
// each computer.
constexpr bool is_read_back(View view) {
  return view != View::computers && view != View::buckets && view != View::bucket_members &&
         view != View::open_instructions && view != View::update_rules &&
         view != View::expected_patterns && view != View::expected_rulesets &&
         view != View::overview;
}

// Thread: one.
class EventRows final : public Rows {
 public:
  // The newest row as it was when this object was made.
  using Newest = std::function<ledger::Result<std::optional<std::string>>(View, std::string_view)>;
  struct Start {
    domain::Position size;  // Events folded so far, and the sums of their rows.
    ViewSums sums;
    Newest newest;  // Not asked if there are no events yet.
  };
  explicit EventRows(Start start);

  struct Change {
    View view{};
    std::string key;
    std::optional<std::string> row;  // Absent: erased.
  };

  void begin(domain::Position position);
  // What the event changed, in the order of views and keys; a row that was written as it stood
  // before is not told. Valid until the next call of begin().
  const std::vector<Change>& end();

  const ViewSums& sums() const { return sums_; }
  // After `folded` events; nothing, if that is too long ago.
  std::optional<ViewSums> sums_at(domain::Position folded) const;

  // What `newest` answers is now what was written up to here.
  void committed();
  // Why `newest` could not be asked; rows since then are of no use.
  const std::optional<ledger::Error>& error() const { return error_; }
  // Taken by what is known of rows.
  std::size_t hash_bytes() const { return hashes_.bytes(); }

  void put(View view, std::string_view key, std::string row) override;
  void erase(View view, std::string_view key) override;
  // Shape: is_read_back(view).
  std::optional<std::string> get(View view, std::string_view key) override;

 private:
  Change& pending(View view, std::string_view key);
  std::optional<std::string> read(View view, std::string_view key);
  // The hash of the row before the event; nothing, if there was none.
  std::optional<RowHash> hash_before(RowHashes::Key hash_key, const Change& change);
  // Whether the change makes a difference; the sums then have it.
  bool apply(const Change& change);

  Newest newest_;
  bool complete_;  // Every row there is was put here, so what is not known does not exist.
  domain::Position position_;
  std::vector<Change> changes_;
  ViewSums sums_;
  SumsTrail trail_;
  RowHashes hashes_;
  std::vector<RowHashes::Key> erased_;  // Since the last commit: `newest_` still has them.
  // Rows of views that are read back, by view and key; nothing: known not to be there.
  std::map<std::string, std::optional<std::string>, std::less<>> read_back_;
  std::optional<ledger::Error> error_;
};

}  // namespace projections
