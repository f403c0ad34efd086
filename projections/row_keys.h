// Keys of the database of views: view ‖ row key ‖ end of key ‖ inverted position. A row key may
// hold any bytes: 0x00 becomes 0x00 0xff, and the end of a key is 0x00 0x01, which comes before
// everything that a longer key could have in its place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/domain/ids.h"
#include "projections/views.h"

namespace projections {

namespace domain = ledger::domain;

// What all versions of all rows begin with whose keys begin with `prefix`.
std::string rows_prefix(View view, std::string_view prefix);
// What all versions of one row begin with.
std::string row_prefix(View view, std::string_view key);
// One version of the row.
std::string version_key(View view, std::string_view key, domain::Position position);
void append_version_key(std::string& out, View view, std::string_view key,
                        domain::Position position);
void append_inverted(std::string& key, domain::Position position);

struct VersionKey {
  std::string key;  // Of the row.
  domain::Position position;
};
// Nothing: it is not the key of a version.
std::optional<VersionKey> version_from(std::string_view stored);
// The part of a stored key that all versions of its row share; empty: it is no key of a version.
std::string_view without_position(std::string_view stored);
// The other part. Shape: the key of a version.
domain::Position position_in(std::string_view stored);

// The first key after all that begin with `prefix`; empty, if there is none.
std::string after_prefix(std::string prefix);

// Beside the views: their state, and what each event changed. No other key has one byte.
inline constexpr std::string_view state_key{"\0", 1};
std::string changes_key(domain::Position position);

}  // namespace projections
