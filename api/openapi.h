// The description of this API, as openapi.yaml beside this file has it; made part of the program
// by embed_openapi.py.
#pragma once

#include <string_view>

namespace api {

std::string_view openapi_yaml();
std::string_view openapi_json();  // The same.

}  // namespace api
