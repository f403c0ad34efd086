// The history of a data directory or backup, asked without a server.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "ledger/result.h"
#include "tools/ledgerctl/client.h"

namespace ledgerctl {

// The answers that the server would give to GET /v1/diff and POST /v1/replays:bisect, all rows at
// once. Moments are as --as-of has them; an empty one is now. The directory's views must be as far
// as its log, as ledgerd leaves them when it ends.
struct RangeAsked {
  std::string directory;
  std::string from;
  std::string to;
};
ledger::Result<nlohmann::json, Failure> diff_of_directory(const RangeAsked& asked,
                                                          const std::vector<std::string>& views);
ledger::Result<nlohmann::json, Failure> bisect_of_directory(const RangeAsked& asked,
                                                            const std::string& where, bool all);

}  // namespace ledgerctl
