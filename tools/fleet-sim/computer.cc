#include "tools/fleet-sim/computer.h"

#include <algorithm>
#include <utility>

#include "ledger/codec/json_out.h"
#include "ledger/store/durable_file.h"
#include "updates/machine/identity.h"
#include "updates/machine/wire_reader.h"

namespace fleet_sim {

using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;
using ledger::codec::to_json;
namespace machine = ledger::updates::machine;
namespace openssl = ledger::updates::openssl;

namespace {

constexpr auto all_modules = {domain::Module::anti_malware, domain::Module::firewall,
                              domain::Module::intrusion_prevention,
                              domain::Module::integrity_monitoring, domain::Module::log_inspection};

std::string kind_of(const std::string& name) { return name.substr(0, name.rfind('-')); }

std::string session_name(const std::string& name, const ledger::Random& random) {
  return std::to_string(random.value(name, "session", 0));
}

Result<std::unique_ptr<Identity>> identity_of(const std::string& key,
                                              const std::string& certificate, std::string session) {
  auto made = std::make_unique<Identity>(Identity{
      openssl::private_key_from(key), openssl::certificate_from(certificate), std::move(session)});
  if (made->key != nullptr && made->certificate != nullptr) return made;
  return fail(ErrorKind::refused, "no-certificate", "The manager gave no certificate.");
}

// What an answer to joining has: a token's secret, or a certificate.
struct Joined {
  std::optional<std::string> secret;
  std::optional<std::string> certificate;

  template <class = void>
  static constexpr auto fields() {
    return domain::field_list(domain::field("secret", &Joined::secret),
                              domain::field("certificate", &Joined::certificate));
  }
};

struct Refused {
  std::string code;
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return domain::field_list(domain::field("code", &Refused::code),
                              domain::field("detail", &Refused::detail));
  }
};

tl::unexpected<ledger::Error> refusal(const Answer& answer) {
  const auto said = machine::read_answer<Refused>(answer.body);
  const auto kind = answer.status >= 500 ? ErrorKind::unavailable : ErrorKind::refused;
  if (said) return fail(kind, said->code, said->detail);
  return fail(kind, "refused", "The manager answers " + std::to_string(answer.status) + ".");
}

}  // namespace

Computer::Computer(std::string name, const Nature& nature)
    : name_(std::move(name)), nature_(nature) {
  if (nature_.state.empty()) return;
  const auto text = ledger::store::read_file(nature_.state / name_);
  auto known = text ? machine::read_answer<Memory>(*text) : fail(text.error());
  if (!known) return;
  memory_ = *std::move(known);
  if (memory_.certificate.empty()) return;
  auto identity =
      identity_of(memory_.key, memory_.certificate, session_name(name_, nature_.random));
  if (identity) identity_ = *std::move(identity);
}

Result<void> Computer::save() const {
  if (nature_.state.empty()) return {};
  return ledger::store::write_durably(nature_.state / name_, to_json(memory_) + "\n",
                                      ledger::store::Access::owner);
}

bool Computer::is_up_to_date() const {
  return wanted_ && wanted_->components == memory_.components &&
         wanted_->ruleset == memory_.ruleset && wanted_->rule_update == memory_.rule_update;
}

std::optional<domain::Duration> Computer::installing_time() const {
  return installing_ ? std::optional(nature_.installing_time) : std::nullopt;
}

// -- What it says --------------------------------------------------------------------------------

Request Computer::request(Asked asked, RequestKind kind, const std::string& path,
                          std::string body) {
  asked_ = asked;
  return {kind, body.empty() ? "GET" : "POST", "/v1/computers" + path, std::move(body),
          asked == Asked::join ? nature_.enrolment_token : memory_.token};
}

Request Computer::begin() {
  has_installed_ = false;
  answered_ = 0;
  if (!has_joined()) return join();
  return installing_ ? install() : report(RequestKind::beat);
}

Request Computer::join() {
  wire::Enrolment body;
  body.computer = {name_};
  body.name = name_ + ".example";
  body.platform = {"linux"};
  body.agent_version = nature_.agent_version;
  body.modules = all_modules;
  body.labels = {"kind=" + kind_of(name_), "simulated"};
  if (nature_.by_certificate) {
    if (memory_.key.empty()) memory_.key = machine::make_key();
    auto wish = machine::make_certificate_request(memory_.key, body.computer);
    CHECK(wish.has_value(), "the key was made here");
    body.certificate_request = *std::move(wish);
  }
  return request(Asked::join, RequestKind::join, "", to_json(body));
}

Request Computer::report(RequestKind kind) {
  wire::Report body;
  body.sequence = ++memory_.sequence;
  body.components = memory_.components;
  body.ruleset = memory_.ruleset;
  body.rule_update = memory_.rule_update;
  return request(Asked::report, kind, "/" + name_ + "/report", to_json(body));
}

std::optional<Request> Computer::next_instruction(Asked asked) {
  if (answered_ == wanted_->instructions.size()) return std::nullopt;
  const std::string path =
      "/" + name_ + "/instructions/" + wanted_->instructions[answered_++].value;
  if (asked == Asked::take) return request(asked, RequestKind::news, path + ":take", "{}");
  wire::Finished body{!has_failed_, domain::UpdateFault::none, ""};
  if (has_failed_) {
    body.cause = domain::UpdateFault::install_failed;
    body.detail = "The simulated disk did not take it.";
  }
  return request(asked, RequestKind::news, path + ":finish", to_json(body));
}

// -- What it hears -------------------------------------------------------------------------------

Computer::Next Computer::hear(const Answer& answer) {
  if (answer.status >= 400) return refusal(answer);
  switch (asked_) {
    case Asked::join:
      return heard_joined(answer.body);
    case Asked::report:
      return heard_report(answer.body);
    case Asked::orders:
      return heard_orders(answer.body);
    case Asked::take:
      if (auto next = next_instruction(Asked::take)) return next;
      return work();
    case Asked::finish:
      if (auto next = next_instruction(Asked::finish)) return next;
      wanted_.reset();  // What is left to do is asked anew.
      return std::optional<Request>();
    case Asked::failure:
      return std::optional<Request>();
  }
  return std::optional<Request>();
}

Computer::Next Computer::heard_joined(const std::string& body) {
  auto joined = machine::read_answer<Joined>(body);
  if (!joined) return fail(joined.error());
  memory_.token = std::move(joined->secret).value_or("");
  memory_.certificate = std::move(joined->certificate).value_or("");
  if (nature_.by_certificate) {
    auto identity =
        identity_of(memory_.key, memory_.certificate, session_name(name_, nature_.random));
    if (!identity) return fail(identity.error());
    identity_ = *std::move(identity);
  } else if (memory_.token.empty()) {
    return fail(ErrorKind::refused, "no-token", "The manager gave no token.");
  }
  if (const auto saved = save(); !saved) return fail(saved.error());
  return std::optional<Request>();
}

Computer::Next Computer::heard_report(const std::string& body) {
  const auto heard = machine::read_answer<wire::Heard>(body);
  if (!heard) return fail(heard.error());
  interval_ = heard->heartbeat_interval;
  if (has_installed_) {
    if (const auto saved = save(); !saved) return fail(saved.error());
    return next_instruction(Asked::finish);
  }
  const bool knows = wanted_ && heard->orders_changed && orders_changed_ == heard->orders_changed;
  orders_changed_ = heard->orders_changed;
  if (knows) return work();
  return request(Asked::orders, RequestKind::orders, "/" + name_ + "/instructions", "");
}

Computer::Next Computer::heard_orders(const std::string& body) {
  auto orders = machine::read_answer<wire::Orders>(body);
  if (!orders) return fail(orders.error());
  wanted_.emplace();
  if (orders->expected_ruleset) {
    wanted_->ruleset = orders->expected_ruleset->ruleset;
    wanted_->rule_update = orders->expected_ruleset->update;
  }
  for (auto& each : orders->expected) {
    wanted_->components.push_back({std::move(each.component), std::move(each.expected)});
  }
  std::sort(wanted_->components.begin(), wanted_->components.end(),
            [](const auto& a, const auto& b) { return a.component < b.component; });
  for (auto& each : orders->instructions) {
    wanted_->instructions.push_back(std::move(each.instruction));
  }
  if (auto next = next_instruction(Asked::take)) return next;
  return work();
}

// -- What it does --------------------------------------------------------------------------------

Computer::Next Computer::work() {
  answered_ = 0;
  installing_ = !is_up_to_date() || !wanted_->instructions.empty();
  if (!installing_ || nature_.installing_time.micros > 0) return std::optional<Request>();
  return install();
}

// The end of an installation. The manager first hears what is in effect, then of instructions.
Request Computer::install() {
  installing_ = false;
  has_installed_ = true;
  const bool was_behind = !is_up_to_date();
  const auto drawn = nature_.random.value(name_, "install", installations_++) >> 11;
  has_failed_ = was_behind && static_cast<double>(drawn) * 0x1p-53 < nature_.failures;
  if (has_failed_) {
    ++failed_updates_;
    const bool told = std::exchange(told_failure_, true);
    if (told || !wanted_->instructions.empty()) return report(RequestKind::news);
    const wire::Failure body{"patterns", domain::UpdateFault::install_failed,
                             "The simulated disk did not take it."};
    return request(Asked::failure, RequestKind::news, "/" + name_ + ":reportFailure",
                   to_json(body));
  }
  told_failure_ = false;
  if (was_behind) {
    ++updates_;
    memory_.components = wanted_->components;
    memory_.ruleset = wanted_->ruleset;
    memory_.rule_update = wanted_->rule_update;
  }
  return report(RequestKind::news);
}

}  // namespace fleet_sim
