// What the server itself counts, as Prometheus reads it.
#pragma once

#include <string>

#include "api/front.h"
#include "api/server.h"

namespace ledgerd {

std::string metrics_text(const api::Server& server, const api::Front& front);

}  // namespace ledgerd
