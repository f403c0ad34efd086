#include "updates/machine/http_manager.h"

#include <utility>

#include "ledger/codec/json_out.h"
#include "updates/machine/enrolment.h"
#include "updates/machine/wire.h"
#include "updates/machine/wire_reader.h"

namespace ledger::updates::machine {
namespace {

std::vector<OrderedRelay> relays_of(std::vector<wire::Relay> said) {
  std::vector<OrderedRelay> relays;
  relays.reserve(said.size());
  for (auto& each : said) relays.push_back({std::move(each.relay), std::move(each.url)});
  return relays;
}

Orders orders_of(wire::Orders said) {
  Orders orders;
  orders.heartbeat_interval = said.heartbeat_interval;
  for (auto& each : said.expected) {
    // What is offered no longer cannot be fetched; whoever has it keeps it.
    if (!each.digest) continue;
    orders.expected.push_back({std::move(each.component), std::move(each.expected), *each.digest,
                               each.bytes, std::move(each.source)});
  }
  orders.expected_ruleset = std::move(said.expected_ruleset);
  for (auto& each : said.instructions) {
    orders.instructions.push_back({std::move(each.instruction), each.action});
  }
  orders.relay_group = std::move(said.relay_group);
  orders.relays = relays_of(std::move(said.relays));
  for (auto& each : said.sources) {
    orders.sources.push_back({std::move(each.source), std::move(each.url),
                              std::move(each.alternative_url), std::move(each.proxy),
                              each.trust_root});
  }
  orders.direct_when_no_relay = said.direct_when_no_relay;
  orders.download_without_manager = said.download_without_manager;
  if (said.as_relay) {
    orders.is_relay = true;
    orders.air_gapped = said.as_relay->air_gapped;
    orders.parents = relays_of(std::move(said.as_relay->parents));
    orders.all_platforms = said.as_relay->all_platforms;
    orders.platforms = std::move(said.as_relay->platforms);
  }
  return orders;
}

}  // namespace

Result<std::unique_ptr<HttpManager>> HttpManager::open(Options options) {
  auto address = manager_address(options.manager);
  if (!address) return fail(address.error());
  auto identity = load_identity(options.identity);
  if (!identity) return fail(identity.error());
  if (!*identity) {
    return fail(ErrorKind::refused, "not-enrolled",
                "This machine has no certificate yet; enrol it with a token.");
  }
  return std::unique_ptr<HttpManager>(
      new HttpManager(std::move(options), std::move(*address), *std::move(*identity)));
}

HttpManager::HttpManager(Options options, ManagerAddress address, Identity identity)
    : options_(std::move(options)), address_(std::move(address)), identity_(std::move(identity)) {
  connect();
}

void HttpManager::connect() {
  const auto& files = identity_.files;
  ManagerConnection::Options options{address_, files.authority, files.certificate, files.key};
  options.stop = options_.stop;
  connection_ = std::make_unique<ManagerConnection>(options);
}

std::string HttpManager::of_computer(const std::string& rest) const {
  return "/v1/computers/" + identity_.computer.value + rest;
}

ManagerConnection::Headers HttpManager::headers() const {
  return {{"Machine-Session", options_.session}};
}

template <class Body>
Result<void> HttpManager::say(const std::string& path, const Body& body) {
  const auto answer = connection_->post(path, codec::to_json(body), headers());
  if (!answer) return fail(answer.error());
  return {};
}

Result<domain::Duration> HttpManager::report(const Report& report) {
  const wire::Report said{report.sequence, report.components, report.ruleset, report.rule_update,
                          report.occurred_at};
  const auto answer = connection_->post(of_computer("/report"), codec::to_json(said), headers());
  if (!answer) return fail(answer.error());
  const auto heard = read_answer<wire::Heard>(*answer);
  if (!heard) return fail(heard.error());
  orders_changed_ = heard->orders_changed;
  return heard->heartbeat_interval;
}

Result<Orders> HttpManager::orders() {
  const auto changed = std::exchange(orders_changed_, std::nullopt);
  if (known_orders_ && changed == known_orders_->changed) return known_orders_->orders;
  known_orders_.reset();
  const auto answer = connection_->get(of_computer("/instructions"), headers());
  if (!answer) return fail(answer.error());
  auto said = read_answer<wire::Orders>(*answer);
  if (!said) return fail(said.error());
  auto orders = orders_of(std::move(*said));
  if (changed) known_orders_ = {*changed, orders};
  return orders;
}

Result<OrderedRuleset> HttpManager::ruleset() {
  const auto answer = connection_->get(of_computer("/ruleset"), headers());
  if (!answer) return fail(answer.error());
  auto said = read_answer<wire::Ruleset>(*answer);
  if (!said) return fail(said.error());
  OrderedRuleset ruleset{said->ruleset, said->update, {}};
  ruleset.rules.reserve(said->rules.size());
  for (auto& each : said->rules) {
    ruleset.rules.push_back({each.rule, each.module, std::move(each.name),
                             std::to_string(each.version), each.body_digest, std::move(each.body)});
  }
  return ruleset;
}

Result<void> HttpManager::take(const domain::InstructionId& instruction) {
  known_orders_.reset();  // Who is at work on an instruction asks what else there is to do.
  const auto answer = connection_->post(of_computer("/instructions/" + instruction.value + ":take"),
                                        "{}", headers());
  if (!answer) return fail(answer.error());
  return {};
}

Result<void> HttpManager::finish(const domain::InstructionId& instruction,
                                 domain::UpdateFault cause, const std::string& detail) {
  const bool succeeded = cause == domain::UpdateFault::none;
  return say(of_computer("/instructions/" + instruction.value + ":finish"),
             wire::Finished{succeeded, cause, detail});
}

Result<void> HttpManager::failed(const Failure& failure) {
  return say(of_computer(":reportFailure"),
             wire::Failure{failure.what, failure.cause, failure.detail});
}

Result<void> HttpManager::hook_finished(std::int32_t exit_status, const std::string& detail) {
  return say(of_computer(":reportHook"), wire::HookResult{exit_status, detail});
}

Result<void> HttpManager::relay_report(const RelayReport& report) {
  return say("/v1/relays/" + identity_.computer.value + "/report",
             wire::RelayReport{report.metadata_version, report.metadata_digest, report.reason,
                               report.components, report.rule_update, report.free_bytes});
}

Result<void> HttpManager::not_authentic(const domain::SourceId& source, const std::string& target,
                                        const std::string& role, const std::string& detail) {
  return say(of_computer(":reportNotAuthentic"), wire::NotAuthentic{source, target, role, detail});
}

Result<bool> HttpManager::renew_if_due(domain::Time now) {
  if (now < renewal_due(identity_)) return false;
  if (const auto renewed = renew(); !renewed) return fail(renewed.error());
  return true;
}

Result<void> HttpManager::renew() {
  auto renewed = renew_identity(*connection_, headers(), identity_);
  if (!renewed) return fail(renewed.error());
  identity_ = std::move(*renewed);
  connect();
  return {};
}

void HttpManager::rest() { connection_->rest(); }

}  // namespace ledger::updates::machine
