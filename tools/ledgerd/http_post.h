// One request to somebody who is configured by a URL, and the answer: short and bounded.
#pragma once

#include <chrono>
#include <string>

#include "ledger/result.h"

namespace ledgerd {

struct Posted {
  std::string url;
  std::string content_type;
  std::string body;
  std::chrono::seconds patience{10};  // With its connection, and with its silence.
};
struct PostAnswer {
  int status = 0;
  std::string body;
};
// Errors: unavailable ("not-reached": why, without a full stop). Thread: any.
ledger::Result<PostAnswer> http_post(const Posted& posted);

}  // namespace ledgerd
