// What is logged of requests. Never a query, a header or a body: they may hold secrets.
#pragma once

#include <string>
#include <string_view>

#include "api/http.h"

namespace api {

// The path of a request as it may stand in a log: of one line, without a token.
std::string loggable_path(const Request& request);

void log_answer(const Request& request, int status);
// A handler threw.
void log_failure(const Request& request, std::string_view what);

}  // namespace api
