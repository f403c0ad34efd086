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

  // Writes a list of the API, all its pages of one position, and says where: "computers" or
  // "computers.csv" as CSV, "computers.jsonl" as one JSON object a line.
  // Errors: not_found ("report-unknown"), io. Thread: any.
  ledger::Result<std::string> write(const std::string& wanted, const std::string& name);

 private:
  const api::Router& router_;
  std::filesystem::path directory_;
};

}  // namespace ledgerd
