// Tables written to files, for tasks that export a report.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "ledger/domain/commands_service.h"
#include "ledger/result.h"

namespace api {
class Router;
struct Services;
}  // namespace api

namespace ledgerd {

class Reports {
 public:
  // Files go to `directory`. The router answers what the API answers; both others outlive this.
  Reports(const api::Router& router, const api::Services& services,
          std::filesystem::path directory);

  struct Written {
    std::string detail;  // Says where, and what it is known by.
    std::optional<ledger::domain::RecordReport> report;
  };
  // Writes what a task's parameter names, and says where. A list of the API, all its pages of one
  // position: "computers" or "computers.csv" as CSV, "computers.jsonl" as one JSON object a line.
  // A report over a period as a page and as CSV: "reports/coverage", of the last thirty days, or
  // "reports/coverage?from=-P7D". `name` is that of the files.
  // Errors: not_found ("report-unknown"), invalid (of a report), io. Thread: any.
  ledger::Result<Written> write(const std::string& wanted, const std::string& name);

 private:
  ledger::Result<Written> write_list(const std::string& wanted, const std::string& name);
  ledger::Result<Written> write_report(const std::string& wanted, const std::string& name);
  ledger::Result<std::string> write_file(const std::string& name, const std::string& bytes);

  const api::Router& router_;
  const api::Services& services_;
  std::filesystem::path directory_;
};

}  // namespace ledgerd
