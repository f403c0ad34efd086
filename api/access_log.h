// What is logged of requests. Never a query, a header or a body: they may hold secrets.
#pragma once

#include <string_view>

#include "api/http.h"

namespace api {

void log_answer(const Request& request, int status);
// A handler threw.
void log_failure(const Request& request, std::string_view what);

}  // namespace api
