// Files of a source's repository, as the manager and relays serve them.
#pragma once

#include <functional>
#include <string>

#include "api/http.h"
#include "ledger/result.h"

namespace ledger::updates {
struct ServedFile;
}

namespace api {

using FindFile = std::function<ledger::Result<ledger::updates::ServedFile>(
    const domain::SourceId& source, const std::string& path)>;

// For a route "/repository/{source}/{path...}"; `find` is given the path as it was sent,
// percent-encoded. Thread: a handler's.
Response repository_answer(const Request& request, const FindFile& find);

}  // namespace api
