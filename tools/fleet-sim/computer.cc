#include "tools/fleet-sim/computer.h"

#include <httplib.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "ledger/store/durable_file.h"

namespace fleet_sim {

using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;
using nlohmann::json;

// What the manager says that a computer is to run and do.
struct Computer::Expected {
  std::string ruleset;
  std::string rule_update;
  std::vector<std::pair<std::string, std::string>> components;
  std::vector<std::string> instructions;
};

struct Computer::Connection {
  explicit Connection(const Settings& settings) : client(settings.server) {
    client.set_tcp_nodelay(true);
    client.set_keep_alive(true);
    client.set_connection_timeout(5);
    client.set_read_timeout(30);
    if (!settings.ca_file.empty()) client.set_ca_cert_path(settings.ca_file);
  }

  Result<json> post(const std::string& path, const std::string& token, const json& body) {
    return answered(client.Post(path, bearer(token), body.dump(), "application/json"));
  }
  Result<json> get(const std::string& path, const std::string& token) {
    return answered(client.Get(path, bearer(token)));
  }

  static httplib::Headers bearer(const std::string& token) {
    return {{"Authorization", "Bearer " + token}};
  }

  static Result<json> answered(const httplib::Result& answer) {
    if (!answer) {
      return fail(ErrorKind::unavailable, "manager-unreachable",
                  "The manager does not answer: " + httplib::to_string(answer.error()) + ".");
    }
    auto parsed = json::parse(answer->body, nullptr, false);
    if (answer->status < 400 && parsed.is_object()) return parsed;
    const bool told = parsed.is_object();
    return fail(answer->status >= 500 ? ErrorKind::unavailable : ErrorKind::refused,
                told ? parsed.value("code", "refused") : "refused",
                told ? parsed.value("detail", "") : "Status " + std::to_string(answer->status));
  }

  httplib::Client client;
};

namespace {

std::string text_at(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string kind_of(const std::string& name) { return name.substr(0, name.rfind('-')); }

}  // namespace

Computer::Computer(std::string name, const Settings& settings, ledger::Random random)
    : name_(std::move(name)),
      settings_(settings),
      random_(random),
      connection_(std::make_unique<Connection>(settings)) {}

Computer::~Computer() = default;

bool Computer::load() {
  std::ifstream file(settings_.state / name_);
  const auto state = json::parse(file, nullptr, false);
  if (!state.is_object()) return false;
  token_ = text_at(state, "token");
  sequence_ = state.value("sequence", std::uint64_t{0});
  ruleset_ = text_at(state, "ruleset");
  rule_update_ = text_at(state, "rule_update");
  components_ = state.value("components", components_);
  return !token_.empty();
}

Result<void> Computer::save() const {
  const json state = {{"token", token_},
                      {"sequence", sequence_},
                      {"ruleset", ruleset_},
                      {"rule_update", rule_update_},
                      {"components", components_}};
  return ledger::store::write_durably(settings_.state / name_, state.dump() + "\n",
                                      ledger::store::Access::owner);
}

Result<void> Computer::join() {
  if (load()) return {};
  const json body = {{"computer", name_},
                     {"name", name_ + ".example"},
                     {"platform", "linux"},
                     {"agent_version", "1.0.0"},
                     {"modules",
                      {"anti_malware", "firewall", "intrusion_prevention", "integrity_monitoring",
                       "log_inspection"}},
                     {"labels", {"kind=" + kind_of(name_), "simulated"}}};
  const auto joined = connection_->post("/v1/computers", settings_.enrolment_token, body);
  if (!joined) return fail(joined.error());
  token_ = text_at(*joined, "secret");
  if (token_.empty()) {
    return fail(ErrorKind::refused, "no-token", "The manager gave " + name_ + " no token.");
  }
  return save();
}

Result<void> Computer::report() {
  json components = json::array();
  for (const auto& [component, version] : components_) {
    components.push_back({{"component", component}, {"version", version}});
  }
  const json body = {{"sequence", ++sequence_},
                     {"components", components},
                     {"ruleset", ruleset_.empty() ? json() : json(ruleset_)},
                     {"rule_update", rule_update_.empty() ? json() : json(rule_update_)}};
  const auto heard = connection_->post("/v1/computers/" + name_ + "/report", token_, body);
  if (!heard) return fail(heard.error());
  return {};
}

Result<Computer::Expected> Computer::ask() {
  const auto answer = connection_->get("/v1/computers/" + name_ + "/instructions", token_);
  if (!answer) return fail(answer.error());
  Expected expected;
  const json wanted = answer->value("expected_ruleset", json::object());
  if (wanted.is_object()) {
    expected.ruleset = text_at(wanted, "ruleset");
    expected.rule_update = text_at(wanted, "update");
  }
  for (const auto& each : answer->value("expected", json::array())) {
    expected.components.emplace_back(text_at(each, "component"), text_at(each, "expected"));
  }
  std::sort(expected.components.begin(), expected.components.end());
  for (const auto& each : answer->value("instructions", json::array())) {
    expected.instructions.push_back(text_at(each, "instruction"));
  }
  return expected;
}

Result<void> Computer::finish(const std::string& instruction, bool succeeded) {
  const json body = {{"succeeded", succeeded},
                     {"cause", succeeded ? "none" : "install_failed"},
                     {"detail", succeeded ? "" : "The simulated disk did not take it."}};
  const auto done = connection_->post(
      "/v1/computers/" + name_ + "/instructions/" + instruction + ":finish", token_, body);
  if (!done) return fail(done.error());
  return {};
}

Result<void> Computer::install(const Expected& expected) {
  const bool behind = expected.ruleset != ruleset_ || expected.components != components_;
  bool failed = false;
  if (behind) {
    const double drawn =
        static_cast<double>(random_.value(name_, "install", installations_++) >> 11) /
        static_cast<double>(std::uint64_t{1} << 53);
    failed = drawn < settings_.failures;
    if (!failed) {
      ruleset_ = expected.ruleset;
      rule_update_ = expected.rule_update;
      components_ = expected.components;
    }
  }
  for (const auto& instruction : expected.instructions) {
    if (const auto told = finish(instruction, !failed); !told) return told;
  }
  if (!behind || failed) return {};
  // Now rather than at the next beat: what runs is news.
  if (const auto reported = report(); !reported) return fail(reported.error());
  return save();
}

Result<void> Computer::beat() {
  if (token_.empty()) {
    if (const auto joined = join(); !joined) return joined;
  }
  if (const auto reported = report(); !reported) return reported;
  const auto expected = ask();
  if (!expected) return fail(expected.error());
  return install(*expected);
}

}  // namespace fleet_sim
