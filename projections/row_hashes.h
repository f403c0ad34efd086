// The hash of the current row of every key, so that a row that is replaced can be taken out of its
// view's digest without reading it. A computer has two rows, so there are millions: 24 bytes each
// in one flat table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "projections/digest.h"
#include "projections/views.h"

namespace projections {

class RowHashes {
 public:
  // Keys are told apart by 64 bits that are never written down: among four million keys two are
  // taken for one with a probability of one in two million.
  using Key = std::uint64_t;
  static Key key_of(View view, std::string_view key);

  // Null: nothing is known of the key. Valid until the next call that is not const.
  const RowHash* find(Key key) const;
  void set(Key key, const RowHash& hash);
  void erase(Key key);

  std::size_t size() const { return used_; }
  std::size_t bytes() const { return slots_.capacity() * sizeof(Slot); }

 private:
  struct Slot {
    Key key = 0;  // 0: empty.
    RowHash hash;
  };
  std::size_t home_of(Key key) const;
  std::size_t next(std::size_t at) const { return at + 1 == slots_.size() ? 0 : at + 1; }
  std::size_t place_of(Key key) const;  // Where it is, or the empty slot where it would be.
  void grow();

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

}  // namespace projections
