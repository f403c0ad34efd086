#include "tools/bench/fleet_process.h"

#include <utility>

#include "ledger/store/durable_file.h"
#include "tools/bench/http_load.h"
#include "updates/machine/wire_reader.h"

namespace bench {

using ledger::fail;
using ledger::Result;
using ledger::updates::machine::read_answer;

namespace {

struct Issued {
  std::string secret;

  template <class = void>
  static constexpr auto fields() {
    using ledger::domain::field;
    return ledger::domain::field_list(field("secret", &Issued::secret));
  }
};

// A file with a token by which so many computers may join.
Result<std::filesystem::path> enrolment_token(const LedgerdProcess& manager,
                                              std::uint64_t computers) {
  const auto admin = manager.admin_token();
  if (!admin) return fail(admin.error());
  const std::string wish = "{\"uses\":" + std::to_string(computers) + ",\"expires_in\":\"PT12H\"}";
  const auto answer = ask_once(manager.port(), post_request("/v1/enrolment-tokens", *admin, wish));
  if (!answer) return fail(answer.error());
  const auto issued = read_answer<Issued>(*answer);
  if (!issued) return fail(issued.error());
  const std::filesystem::path file = manager.data().string() + ".enrolment-token";
  const auto written =
      ledger::store::write_durably(file, issued->secret + "\n", ledger::store::Access::owner);
  if (!written) return fail(written.error());
  return file;
}

}  // namespace

Result<std::unique_ptr<FleetProcess>> FleetProcess::start(const std::filesystem::path& ledgerd,
                                                          const LedgerdProcess& manager,
                                                          LedgerdProcess::Machines machines,
                                                          std::uint64_t computers,
                                                          std::vector<std::string> options) {
  const auto token = enrolment_token(manager, computers);
  if (!token) return fail(token.error());
  const bool by_certificate = machines == LedgerdProcess::Machines::by_certificate;
  std::vector<std::string> words = {(ledgerd.parent_path() / "fleet-sim").string(),
                                    "--server",
                                    by_certificate
                                        ? manager.machines_url()
                                        : "http://127.0.0.1:" + std::to_string(manager.port()),
                                    "--enrolment-token-file",
                                    token->string(),
                                    "--computers",
                                    "pc:" + std::to_string(computers),
                                    "--summary",
                                    "0.1"};
  if (by_certificate) {
    words.insert(words.end(), {"--certificates", "--ca-file", manager.authority().string()});
  }
  for (auto& option : options) words.push_back(std::move(option));
  std::unique_ptr<FleetProcess> started(new FleetProcess());
  started->log_ = manager.data().string() + ".fleet-sim.log";
  auto child = Child::start(std::move(words), started->log_);
  if (!child) return fail(child.error());
  started->child_ = *std::move(child);
  return started;
}

Result<fleet_sim::Summary> FleetProcess::until(const Enough& is_enough) {
  while (true) {
    const std::string line = child_->line();
    if (line.empty()) {
      const auto told = ledger::store::read_file(log_);
      return fail(ledger::ErrorKind::unavailable, "fleet-ended",
                  "fleet-sim ended: " + (told ? *told : "see " + log_.string()));
    }
    auto summary = read_answer<fleet_sim::Summary>(line);
    if (!summary) return fail(summary.error());
    if (is_enough(*summary)) return summary;
  }
}

}  // namespace bench
