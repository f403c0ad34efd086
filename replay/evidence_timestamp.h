// RFC 3161 timestamps: an authority elsewhere signs that it has seen a checkpoint at a time.
#pragma once

#include <string>
#include <string_view>

#include "ledger/domain/ids.h"
#include "ledger/result.h"

namespace replay {

// The request over the SHA-256 of `signed_bytes`, DER; `nonce` makes the answer belong to it.
ledger::Result<std::string> timestamp_query(std::string_view signed_bytes, std::uint64_t nonce);

// When the authority says it saw these bytes, as RFC 3339.
// `authorities`: PEM certificates, one of which must stand above the authority's own.
// Errors: corrupt ("timestamp-wrong": over other bytes, refused, damaged, or not signed by one that
// is believed).
ledger::Result<std::string> timestamp_time(std::string_view answer, std::string_view signed_bytes,
                                           std::string_view authorities);

// Only that it speaks of these bytes; nothing is said of who signed it. Errors: as above.
ledger::Result<void> check_timestamp_imprint(std::string_view answer,
                                             std::string_view signed_bytes);

}  // namespace replay
