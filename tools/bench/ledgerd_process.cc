#include "tools/bench/ledgerd_process.h"

#include <charconv>
#include <utility>
#include <vector>

#include "ledger/store/durable_file.h"
#include "tools/bench/bench_ledger.h"
#include "tools/bench/http_load.h"
#include "tools/bench/timing.h"

namespace bench {

using ledger::fail;
using ledger::Result;

Result<std::unique_ptr<LedgerdProcess>> LedgerdProcess::start(const std::filesystem::path& program,
                                                              const std::filesystem::path& data,
                                                              Machines machines) {
  std::unique_ptr<LedgerdProcess> started(new LedgerdProcess());
  started->data_ = data;
  std::vector<std::string> words = {program.string(), "--data", data.string(), "--listen",
                                    "127.0.0.1:0",    "--name", log_name,      "--no-rate-limit"};
  if (machines == Machines::by_certificate) {
    words.insert(words.end(), {"--machines", "127.0.0.1:0"});
  }
  const auto began = Clock::now();
  auto child = Child::start(std::move(words), data.string() + ".ledgerd.log");
  if (!child) return fail(child.error());
  started->child_ = *std::move(child);
  if (const auto ready = started->await_ready(machines); !ready) return fail(ready.error());
  started->seconds_to_ready_ = seconds_since(began);
  started->processor_seconds_to_ready_ = started->child_->processor_seconds();
  return started;
}

Result<void> LedgerdProcess::await_ready(Machines machines) {
  const std::string line = child_->line();
  const auto colon = line.rfind(':');
  if (!line.starts_with("listening on ") || colon == std::string::npos) {
    return fail(ledger::ErrorKind::unavailable, "ledgerd-not-started",
                "ledgerd did not start: see " + data_.string() +
                    ".ledgerd.log. It stands beside ledger-bench, or name it by --ledgerd.");
  }
  std::from_chars(line.data() + colon + 1, line.data() + line.size(), port_);
  if (machines == Machines::by_certificate) {
    const std::string second = child_->line();
    machines_url_ = second.substr(second.rfind(' ') + 1);
  }
  const auto ready = ask_once(port_, get_request("/readyz", ""));
  if (!ready) return fail(ready.error());
  return {};
}

Result<std::string> LedgerdProcess::admin_token() const {
  auto text = ledger::store::read_file(data_ / "admin-token");
  if (!text) return fail(text.error());
  while (!text->empty() && text->back() == '\n') text->pop_back();
  return *std::move(text);
}

}  // namespace bench
