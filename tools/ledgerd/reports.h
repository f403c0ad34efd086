// Tables written to files, for tasks that export a report.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "ledger/result.h"

namespace api {
class Router;
}

namespace ledgerd {

class Reports {
 public:
  // Files go to `directory`. The router answers what the API answers; it outlives this.
  Reports(const api::Router& router, std::filesystem::path directory);

  // Writes the list "/v1/<report>" as CSV, all its pages of one position, and says where.
  // Errors: not_found ("report-unknown"), io. Thread: any.
  ledger::Result<std::string> write(const std::string& report, const std::string& name);

 private:
  const api::Router& router_;
  std::filesystem::path directory_;
};

}  // namespace ledgerd
