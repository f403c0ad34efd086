// Files of a source's repository, as the manager and relays serve them.
#pragma once

#include <functional>
#include <string>

#include "api/http.h"
#include "ledger/result.h"

namespace ledger::updates {
struct ServedFile;
enum class Belief;
}  // namespace ledger::updates

namespace api {

using FindFile = std::function<ledger::Result<ledger::updates::ServedFile>(
    const domain::SourceId& source, const std::string& path, ledger::updates::Belief belief)>;

// For a route "/repository/{source}/{path...}"; `find` is given the path as it was sent,
// percent-encoded. "Cache-Control: no-cache" is said by who got other bytes. Thread: a handler's.
Response repository_answer(const Request& request, const FindFile& find);

}  // namespace api
