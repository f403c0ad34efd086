// The views as of one position: every row it answers is the newest written by an event at or before
// that position, so whatever is read from one snapshot belongs together, now and in a year.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/result.h"
#include "projections/row_codec.h"
#include "projections/views.h"

namespace projections {

namespace domain = ledger::domain;

// Rows in the order of their keys. Views stay valid until the next call of next().
class RowCursor {
 public:
  virtual ~RowCursor() = default;
  struct Entry {
    std::string_view key;
    std::string_view row;
  };
  // Nothing: the end. Errors: corrupt, io.
  virtual ledger::Result<std::optional<Entry>> next() = 0;
};

template <class Row>
struct Keyed {
  std::string key;
  Row row;
};

// For reading all rows of a view that is known to be small.
inline constexpr std::size_t every = std::numeric_limits<std::size_t>::max();

class Snapshot {
 public:
  virtual ~Snapshot() = default;

  // The position that it shows: the state after the event there.
  virtual domain::Position at() const = 0;

  // Whether the view's rows are known to be the same after the event at `other`. Thread: any.
  virtual bool is_same_at(View view, domain::Position other) const = 0;

  // The row of a key; nothing if there is none then. Errors: corrupt, io. Thread: any.
  virtual ledger::Result<std::optional<std::string>> get(View view, std::string_view key) const = 0;

  // Rows whose keys begin with `prefix` and come after `after` (empty: from the first). Rows that
  // were erased are left out. Cost: what is passed over. Thread: the cursor's is one.
  virtual std::unique_ptr<RowCursor> scan(View view, std::string_view prefix,
                                          std::string_view after) const = 0;

  template <class Row>
  ledger::Result<std::optional<Row>> row(View view, std::string_view key) const {
    const auto bytes = get(view, key);
    if (!bytes) return ledger::fail(bytes.error());
    if (!*bytes) return std::optional<Row>();
    auto decoded = decode_row<Row>(**bytes);
    if (!decoded) return ledger::fail(decoded.error());
    return std::optional<Row>(std::move(*decoded));
  }

  // At most `max` rows.
  template <class Row>
  ledger::Result<std::vector<Keyed<Row>>> rows(View view, std::string_view prefix,
                                               std::string_view after, std::size_t max) const {
    std::vector<Keyed<Row>> found;
    const auto cursor = scan(view, prefix, after);
    while (found.size() < max) {
      const auto entry = cursor->next();
      if (!entry) return ledger::fail(entry.error());
      if (!*entry) break;
      auto decoded = decode_row<Row>((*entry)->row);
      if (!decoded) return ledger::fail(decoded.error());
      found.push_back(Keyed<Row>{std::string((*entry)->key), std::move(*decoded)});
    }
    return found;
  }
};

}  // namespace projections
