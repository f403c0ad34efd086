// The RFC 3161 authority that is configured, asked over HTTP.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "ledger/entropy.h"
#include "ledger/result.h"

namespace ledgerd {

// Asks the authority at `url` for a timestamp over bytes; an answer that is not over them is an
// error. Errors of a call: unavailable ("timestamp-failed"), corrupt ("timestamp-wrong").
// Thread: any.
std::function<ledger::Result<std::string>(std::string_view)> timestamp_authority(
    const std::string& url, ledger::Entropy& entropy);

}  // namespace ledgerd
