// Answers of a ledgerd as JSON, and its lists page by page.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tools/ledgerctl/client.h"

namespace ledgerctl {

ledger::Result<nlohmann::json, Failure> get(const Client& client, const std::string& path);

// Takes the rows of a page; false: it has enough.
using TakeRows = std::function<bool(const nlohmann::json& rows)>;

// Page by page. Shape: `path` has a query already, as for all_rows().
ledger::Result<void, Failure> each_page(const Client& client, const std::string& path,
                                        const TakeRows& take);
ledger::Result<nlohmann::json, Failure> all_rows(const Client& client, const std::string& path);

}  // namespace ledgerctl
