// The history of a data directory or backup, asked without a server.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "ledger/result.h"
#include "ledger/store/rocksdb_log.h"
#include "projections/view_store.h"
#include "tools/ledgerctl/session.h"

namespace ledgerctl {

// The answers that the server would give to GET /v1/diff, page by page until `take` has enough, and
// to POST /v1/replays:bisect. Moments are as --as-of has them; an empty one is now. The directory's
// views must be as far as its log, as ledgerd leaves them when it ends.
struct RangeAsked {
  std::string directory;
  std::string from;
  std::string to;
};

// A log with its views, and two moments of it.
struct OpenRange {
  std::unique_ptr<ledger::store::RocksLog> log;
  std::unique_ptr<projections::ViewStore> views;
  ledger::domain::Position from;
  ledger::domain::Position to;
};
ledger::Result<OpenRange> open_range(const RangeAsked& asked);

ledger::Result<void, Failure> diff_of_directory(
    const RangeAsked& asked, const std::vector<std::string>& views,
    const std::function<bool(const nlohmann::json& rows)>& take);
ledger::Result<nlohmann::json, Failure> bisect_of_directory(const Session& session,
                                                            const RangeAsked& asked,
                                                            const std::string& where, bool all);

}  // namespace ledgerctl
