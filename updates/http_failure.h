// What a failed HTTP request is told as.
#pragma once

#include <string>

namespace ledger::updates {

// Words for an httplib::Error, given as a number so that the library stays out of headers; they go
// on after "The manager does not answer: ".
std::string http_failure(int error);

}  // namespace ledger::updates
