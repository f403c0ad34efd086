// The bytes that signatures of TUF are over: JSON with sorted keys, no white space, integers only,
// and only `\` and `"` escaped, so that a PEM key puts a raw newline there.
#pragma once

#include <string>

#include "ledger/codec/json_value.h"
#include "ledger/result.h"

namespace ledger::updates::tuf {

// Keys are sorted by their bytes.
// Errors: invalid ("tuf-not-canonical": a number that is no integer).
Result<std::string> canonical_json(const codec::JsonValue& value);

// The same of text that is JSON. Errors: invalid ("tuf-not-json"), and as above.
Result<std::string> canonical_json(std::string_view text);

}  // namespace ledger::updates::tuf
