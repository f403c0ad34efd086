// The same bytes another way: by Cap'n Proto's own builder and canonicalisation.
#pragma once

#include <string>
#include <string_view>

#include "ledger/domain/event.h"

namespace tests {

// The record of an event but for its first word.
std::string encode_by_library(const ledger::domain::Event& event);

// Whether the library takes a record's bytes, without their first word, for canonical.
bool is_canonical_by_library(std::string_view message);

}  // namespace tests
