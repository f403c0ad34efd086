// What is known of the newest row of every key, whoever writes them: its hash, so that the sums of
// views can be kept up, and the row itself where projections read it back.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ledger/domain/ids.h"
#include "ledger/result.h"
#include "projections/digest.h"
#include "projections/row_hashes.h"
#include "projections/views.h"

namespace projections {

// Views whose rows projections read back: they are kept in memory, so they do not have a row for
// each computer.
constexpr bool is_read_back(View view) {
  return view != View::computers && view != View::buckets && view != View::bucket_members &&
         view != View::open_instructions && view != View::update_rules &&
         view != View::expected_patterns && view != View::expected_rulesets &&
         view != View::overview && view != View::removed_computers &&
         view != View::computer_names && view != View::computers_by_name;
}

// Thread: one.
class RowBook {
 public:
  // The newest row as it was when this object was made.
  using Newest = std::function<ledger::Result<std::optional<std::string>>(View, std::string_view)>;
  struct Start {
    domain::Position size;  // Events folded so far, and the sums of their rows.
    ViewSums sums;
    Newest newest;  // Not asked if there are no events yet.
  };
  explicit RowBook(Start start);

  // The row of a key is now `row`, or erased; whether that makes a difference. The sums have it.
  bool change(View view, std::string_view key, const std::optional<std::string>& row);
  // Of views that are read back, what get() answers from now on.
  void remember(View view, std::string_view key, const std::optional<std::string>& row);
  // Shape: is_read_back(view).
  std::optional<std::string> get(View view, std::string_view key);

  const ViewSums& sums() const { return sums_; }
  // What `newest` answers is now what was written up to here.
  void committed();
  // Why `newest` could not be asked; rows since then are of no use.
  const std::optional<ledger::Error>& error() const { return error_; }
  // Taken by what is known of rows.
  std::size_t hash_bytes() const { return hashes_.bytes(); }

 private:
  std::optional<std::string> read(View view, std::string_view key);
  // The hash of the row so far; nothing, if there is none.
  std::optional<RowHash> hash_before(RowHashes::Key hash_key, View view, std::string_view key);

  Newest newest_;
  bool complete_;  // Every row there is was put here, so what is not known does not exist.
  ViewSums sums_;
  RowHashes hashes_;
  std::vector<RowHashes::Key> erased_;  // Since the last commit: `newest_` still has them.
  // Rows of views that are read back, by view and key; nothing: known not to be there.
  std::unordered_map<std::string, std::optional<std::string>> read_back_;  // lookup only
  std::optional<ledger::Error> error_;
};

}  // namespace projections
