// Computers that speak for themselves: they report, and are told what to do.
#include <algorithm>

#include "api/routes.h"
#include "ledger/domain/commands_computers.h"
#include "ledger/domain/hash_fields.h"
#include "ledger/domain/settings.h"
#include "projections/computer_list.h"
#include "projections/computers.h"
#include "projections/instructions.h"
#include "projections/keys.h"
#include "projections/settings_list.h"

namespace api {
namespace {

using domain::ComputerId;
using domain::Duration;
using domain::SettingName;

// A command of an agent. Reports need no key: one that comes twice says nothing new.
Answered<domain::Command> agent_command(const Request& request, const Services& services) {
  auto command = new_command(request, services, IfMatch::none);
  if (command && !request.header("idempotency-key")) command->id = {};
  return command;
}

// -- Reports -------------------------------------------------------------------------------------

struct ReportBody {
  std::uint64_t sequence = 0;
  std::vector<domain::ComponentVersion> components;
  std::optional<domain::Digest> ruleset;
  std::optional<domain::RuleUpdateId> rule_update;
  std::optional<domain::Time> occurred_at;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("sequence", &ReportBody::sequence), field("components", &ReportBody::components),
        field("ruleset", &ReportBody::ruleset), field("rule_update", &ReportBody::rule_update),
        field("occurred_at", &ReportBody::occurred_at));
  }
};

// What a report says, whenever it says it.
domain::Digest report_digest(const ReportBody& report) {
  ledger::Sha256 hash;
  domain::hash_value(hash, report.components);
  domain::hash_value(hash, report.ruleset);
  domain::hash_value(hash, report.rule_update);
  return hash.finish();
}

std::optional<std::string> own_value(const projections::SettingItem& setting,
                                     const std::optional<domain::PolicyId>& policy) {
  if (!policy) return std::nullopt;
  const auto found = std::find_if(setting.policies.begin(), setting.policies.end(),
                                  [&](const auto& each) { return each.policy == *policy; });
  return found == setting.policies.end() ? std::nullopt : std::optional(found->value);
}

// How often a computer of a policy is to report, and how long it may be silent.
struct Rhythm {
  Duration interval;
  Duration allowed_silence;
};

Answered<Rhythm> rhythm(const Reading& reading, const ComputerId& computer) {
  const auto row =
      reading.snapshot->row<projections::ComputerRow>(projections::View::computers, computer.value);
  if (!row) return refused(row.error());
  const auto policy = *row ? (*row)->policy : std::nullopt;
  const auto settings = reading.services.kept->settings.at(*reading.snapshot);
  if (!settings) return refused(settings.error());
  const auto setting = [&](SettingName name) -> const projections::SettingItem& {
    return (**settings)[static_cast<std::size_t>(name)];
  };
  const auto& interval = setting(SettingName::heartbeat_interval);
  const auto every =
      domain::duration_from_iso8601(own_value(interval, policy).value_or(interval.value));
  const auto times = number_from(setting(SettingName::heartbeats_missed_until_silent).value);
  CHECK(every && times, "settings hold values of their kind");
  return Rhythm{*every, {every->micros * static_cast<std::int64_t>(*times)}};
}

Response heard(const Rhythm& rhythm, const ledger::Committed* committed) {
  Response response;
  const bool is_news = committed != nullptr && !committed->events.empty();
  response.body = "{\"news\":" + std::string(is_news ? "true" : "false") +
                  ",\"heartbeat_interval\":\"" + iso8601(rhythm.interval) + "\"";
  if (is_news) {
    const auto last = committed->first.value + committed->events.size() - 1;
    response.body += ",\"position\":" + std::to_string(last);
    response.headers.emplace_back("Ledger-Position", std::to_string(last));
  }
  response.body += '}';
  return response;
}

// A report that says nothing new is noted in the contact book and nowhere else.
void report(std::shared_ptr<const Request> request, const Services& services, const Reply& reply) {
  const auto computer = own_computer(*request);
  if (!computer) return reply(response_of(*request, computer.error()));
  auto command = agent_command(*request, services);
  if (!command) return reply(response_of(*request, command.error()));
  auto body = Body::parse(*request);
  if (!body) return reply(response_of(*request, body.error()));
  auto said = body->read<ReportBody>();
  if (!said) return reply(response_of(*request, said.error()));
  const auto only = flag_parameter(*request, "validate_only");
  if (!only) return reply(response_of(*request, only.error()));
  const auto reading = open_visible(*request, services);
  if (!reading) return reply(response_of(*request, reading.error()));
  const auto beat = rhythm(*reading, *computer);
  if (!beat) return reply(response_of(*request, beat.error()));
  const domain::Digest digest = report_digest(*said);
  command->reason = body->reason();
  command->occurred_at = said->occurred_at;
  command->payload = domain::ReportComputer{*computer, said->sequence, std::move(said->components),
                                            said->ruleset, said->rule_update};
  if (*only) return reply(validated(*request, services, *command));
  const auto known =
      services.contacts.heard(*computer, digest, services.clock.now(), beat->allowed_silence);
  if (!known.is_news && !known.was_silent) return reply(heard(*beat, nullptr));
  services.writer.submit(std::move(*command),
                         [request, reply, &services, computer = *computer, digest,
                          beat = *beat](ledger::Result<ledger::Committed> outcome) {
                           if (!outcome)
                             return reply(response_of(*request, Refusal(outcome.error())));
                           services.contacts.recorded(computer, digest);
                           reply(heard(beat, &*outcome));
                         });
}

// -- What it is to do ----------------------------------------------------------------------------

struct OwedInstruction {
  domain::InstructionId instruction;
  domain::InstructionAction action{};
  domain::Position given;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("instruction", &OwedInstruction::instruction),
                      field("action", &OwedInstruction::action),
                      field("given", &OwedInstruction::given));
  }
};

struct Orders {
  Duration heartbeat_interval;
  std::vector<projections::ExpectedComponent> expected;
  std::optional<domain::ExpectedRuleset> expected_ruleset;
  std::vector<OwedInstruction> instructions;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("heartbeat_interval", &Orders::heartbeat_interval),
                      field("expected", &Orders::expected),
                      field("expected_ruleset", &Orders::expected_ruleset),
                      field("instructions", &Orders::instructions));
  }
};

Answered<std::optional<projections::InstructionRow>> instruction_row(
    const Reading& reading, const domain::InstructionId& instruction) {
  const auto key = instruction_key(instruction);
  if (!key) return std::optional<projections::InstructionRow>();
  auto row =
      reading.snapshot->row<projections::InstructionRow>(projections::View::instructions, *key);
  if (!row) return refused(row.error());
  return std::move(*row);
}

Answered<Response> orders(const Reading& reading) {
  const auto computer = own_computer(reading.request);
  if (!computer) return refused(computer.error());
  const auto expected = reading.services.kept->expectations.at(*reading.snapshot);
  if (!expected) return refused(expected.error());
  auto detail = projections::find_computer(*reading.snapshot, *computer, **expected);
  if (!detail) return refused(detail.error());
  const auto beat = rhythm(reading, *computer);
  if (!beat) return refused(beat.error());
  Orders orders{
      beat->interval, std::move(detail->expected), std::move(detail->expected_ruleset), {}};
  for (const auto& owed : detail->owed) {
    const auto row = instruction_row(reading, owed);
    if (!row) return refused(row.error());
    if (*row) orders.instructions.push_back({owed, (*row)->action, (*row)->given.position});
  }
  return object_answer(reading, orders);
}

// A command of the agent's own computer, made of its path and body; what it answers to an
// instruction belongs to that instruction's chain of causes.
template <class Command>
void speak(std::shared_ptr<const Request> request, const Services& services, Reply reply) {
  const auto computer = own_computer(*request);
  if (!computer) return reply(response_of(*request, computer.error()));
  auto command = agent_command(*request, services);
  if (!command) return reply(response_of(*request, command.error()));
  auto body = Body::parse(*request);
  if (!body) return reply(response_of(*request, body.error()));
  body->from_path("computer", computer->value);
  if constexpr (std::is_same_v<Command, domain::ReportInstructionTaken> ||
                std::is_same_v<Command, domain::ReportInstructionFinished>) {
    const auto instruction = path_name<domain::InstructionId>(*request, "instruction");
    if (!instruction) return reply(response_of(*request, instruction.error()));
    body->from_path("instruction", instruction->value);
    const auto reading = open_newest(*request, services);
    if (!reading) return reply(response_of(*request, reading.error()));
    const auto row = instruction_row(*reading, *instruction);
    if (!row) return reply(response_of(*request, row.error()));
    if (*row) set_cause(services, (*row)->given.position, *command);
  }
  if constexpr (std::is_same_v<Command, domain::ReportInstructionFinished>) {
    body->otherwise("cause", json_text("none"));
  }
  if constexpr (!std::is_same_v<Command, domain::ReportInstructionTaken>) {
    body->otherwise("detail", json_text(""));
  }
  auto payload = body->read<Command>();
  if (!payload) return reply(response_of(*request, payload.error()));
  command->reason = body->reason();
  command->payload = std::move(*payload);
  submit(services, std::move(request), std::move(*command), 200, std::move(reply));
}

}  // namespace

Answered<ComputerId> own_computer(const Request& request) {
  const auto computer = path_name<ComputerId>(request, "computer");
  if (!computer) return refused(computer.error());
  if (!request.caller || request.caller->computer != *computer) {
    return refused("not-your-computer", "This token speaks for another computer.", 403);
  }
  return *computer;
}

void add_agent_routes(Routes& routes) {
  routes.later("POST", "/v1/computers/{computer}/report", Permission::agent, report,
               {.at_once = always});
  routes.quick_read("/v1/computers/{computer}/instructions", Permission::agent, orders);
  routes.later("POST", "/v1/computers/{computer}/instructions/{instruction}:take",
               Permission::agent, speak<domain::ReportInstructionTaken>);
  routes.later("POST", "/v1/computers/{computer}/instructions/{instruction}:finish",
               Permission::agent, speak<domain::ReportInstructionFinished>);
  routes.later("POST", "/v1/computers/{computer}:reportFailure", Permission::agent,
               speak<domain::ReportUpdateFailed>);
}

}  // namespace api
