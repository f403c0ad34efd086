// Computers that speak for themselves: they report, and are told what to do.
#include <algorithm>
#include <map>
#include <set>

#include "api/findings_limit.h"
#include "api/machine_ways.h"
#include "api/routes.h"
#include "ledger/domain/commands_computers.h"
#include "ledger/domain/computers.h"
#include "ledger/domain/hash_fields.h"
#include "projections/computer_list.h"
#include "projections/computers.h"
#include "projections/fleet.h"
#include "projections/instructions.h"
#include "projections/keys.h"
#include "updates/machine/wire.h"

namespace api {
namespace {

using domain::ComputerId;
using domain::Duration;
using domain::Position;
using projections::View;
namespace wire = ledger::updates::machine::wire;

// A command of an agent. Reports need no key: one that comes twice says nothing new.
Answered<domain::Command> agent_command(const Request& request, const Services& services) {
  auto command = new_command(request, services, IfMatch::none);
  if (command && !request.header("idempotency-key")) command->id = {};
  return command;
}

// -- Reports -------------------------------------------------------------------------------------

using ReportBody = wire::Report;

// What a report says, whenever it says it.
domain::Digest report_digest(const ReportBody& report) {
  ledger::Sha256 hash;
  domain::hash_value(hash, report.components);
  domain::hash_value(hash, report.ruleset);
  domain::hash_value(hash, report.rule_update);
  return hash.finish();
}

// How often a computer of a policy is to report, and how long it may be silent.
struct Rhythm {
  Duration interval;
  Duration allowed_silence;
};

Rhythm rhythm(const MachineWays& ways, const std::optional<domain::PolicyId>& policy) {
  const auto found = policy ? ways.intervals.find(*policy) : ways.intervals.end();
  const auto every = found == ways.intervals.end() ? ways.heartbeat_interval : found->second;
  return Rhythm{every, {every.micros * static_cast<std::int64_t>(ways.heartbeats_missed)}};
}

// Those of now, or of the moment that is asked for.
Answered<std::shared_ptr<const MachineWays>> ways_of(const Reading& reading,
                                                     MachineWaysBook& book) {
  if (reading.request.query_value("as_of")) {
    auto ways = MachineWays::read(*reading.snapshot, reading.services.log);
    if (!ways) return refused(ways.error());
    return std::make_shared<const MachineWays>(std::move(*ways));
  }
  auto newest = book.newest();
  if (!newest) return refused(newest.error());
  return std::move(*newest);
}

// What a heartbeat is told, and looked at with.
struct Told {
  Rhythm rhythm;
  Position orders_changed;  // The newest event that may have changed the computer's orders.
  bool has_failed = false;  // Its last update.
};

// What orders() reads beside MachineWays and the rows of the computer itself.
constexpr View ordering_views[] = {View::expected_patterns, View::expected_rulesets,
                                   View::open_instructions};

// The newest version of a row, and which event wrote it.
template <class Row>
ledger::Result<std::optional<std::pair<Row, Position>>> newest_version(const Reading& reading,
                                                                       View view,
                                                                       std::string_view key) {
  const auto versions = reading.services.views.versions(view, key, reading.at, 1);
  if (!versions) return ledger::fail(versions.error());
  if (versions->empty() || !versions->front().row) return std::optional<std::pair<Row, Position>>();
  auto row = projections::decode_row<Row>(*versions->front().row);
  if (!row) return ledger::fail(row.error());
  return std::optional(std::pair(std::move(*row), versions->front().position));
}

Answered<Told> told_to(const Reading& reading, const ComputerId& computer, MachineWaysBook& book) {
  const auto row =
      newest_version<projections::ComputerRow>(reading, View::computers, computer.value);
  if (!row) return refused(row.error());
  const auto ways = ways_of(reading, book);
  if (!ways) return refused(ways.error());
  if (!*row) return Told{rhythm(**ways, {}), reading.at, false};
  const auto& [known, written] = **row;
  const auto beat = rhythm(**ways, known.policy);
  const bool has_failed = known.moments.failed.has_value();
  // A relay's orders depend on every computer below it.
  if ((*ways)->serves.contains(computer)) return Told{beat, reading.at, has_failed};
  const auto& views = reading.services.views;
  auto changed = std::max({written, views.last_change(ordering_views, reading.at),
                           views.last_change(MachineWays::views, reading.at)});
  // Its bucket may have become another one with the same number and leave its own row as it is.
  if (views.last_change(View::buckets, reading.at) > written) {
    const auto bucket = newest_version<projections::BucketRow>(
        reading, View::buckets, projections::number_key(known.bucket));
    if (!bucket) return refused(bucket.error());
    changed = *bucket ? std::max(changed, (*bucket)->second) : reading.at;
  }
  return Told{beat, changed, has_failed};
}

Response heard(const Told& told, const ledger::Committed* committed) {
  Response response;
  const bool is_news = committed != nullptr && !committed->events.empty();
  response.body = "{\"news\":" + std::string(is_news ? "true" : "false") +
                  ",\"heartbeat_interval\":\"" + iso8601(told.rhythm.interval) +
                  "\",\"orders_changed\":" + std::to_string(told.orders_changed.value);
  if (is_news) {
    const auto last = committed->first.value + committed->events.size() - 1;
    response.body += ",\"position\":" + std::to_string(last);
    response.headers.emplace_back("Ledger-Position", std::to_string(last));
  }
  response.body += '}';
  return response;
}

// A report that says nothing new is noted in the contact book and nowhere else; but of a computer
// whose update failed, the ledger has to decide whether that is over.
void report(std::shared_ptr<const Request> request, const Services& services, const Reply& reply,
            MachineWaysBook& book) {
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
  const auto told = told_to(*reading, *computer, book);
  if (!told) return reply(response_of(*request, told.error()));
  const domain::Digest digest = report_digest(*said);
  command->reason = body->reason();
  command->occurred_at = said->occurred_at;
  command->payload = domain::ReportComputer{*computer, said->sequence, std::move(said->components),
                                            said->ruleset, said->rule_update};
  if (*only) return reply(validated(*request, services, *command));
  const auto known = services.contacts.heard(*computer, digest, services.clock.now(),
                                             told->rhythm.allowed_silence);
  if (!known.is_news && !known.was_silent && !told->has_failed) {
    return reply(heard(*told, nullptr));
  }
  services.writer.submit(std::move(*command),
                         [request, reply, &services, computer = *computer, digest,
                          told = *told](ledger::Result<ledger::Committed> outcome) {
                           if (!outcome)
                             return reply(response_of(*request, Refusal(outcome.error())));
                           services.contacts.recorded(computer, digest);
                           reply(heard(told, &*outcome));
                         });
}

// -- What it is to do ----------------------------------------------------------------------------

Answered<std::optional<projections::InstructionRow>> instruction_row(
    const Reading& reading, const domain::InstructionId& instruction) {
  const auto key = instruction_key(instruction);
  if (!key) return std::optional<projections::InstructionRow>();
  auto row =
      reading.snapshot->row<projections::InstructionRow>(projections::View::instructions, *key);
  if (!row) return refused(row.error());
  return std::move(*row);
}

std::vector<wire::ExpectedComponent> expected_of(const projections::ComputerDetail& detail,
                                                 const MachineWays& ways) {
  std::vector<wire::ExpectedComponent> expected;
  for (const auto& each : detail.expected) {
    wire::ExpectedComponent told{each.component,    each.running, each.expected,
                                 each.behind_since, std::nullopt, 0,
                                 std::nullopt};
    if (const auto* file = ways.find(each.component, detail.item.platform, each.expected)) {
      told.digest = file->digest;
      told.bytes = file->bytes;
      told.source = file->source;
    }
    expected.push_back(std::move(told));
  }
  return expected;
}

bool is_within(const MachineWays& ways, domain::RelayGroupId group,
               const domain::RelayGroupId& ancestor) {
  for (std::size_t steps = 0; steps <= ways.groups.size(); ++steps) {
    if (group == ancestor) return true;
    const auto found = ways.groups.find(group);
    if (found == ways.groups.end() || !found->second.parent) return false;
    group = *found->second.parent;
  }
  return false;
}

// Of the computers that get their content through a group, each once.
Answered<std::vector<domain::Platform>> platforms_of(const Reading& reading,
                                                     const MachineWays& ways,
                                                     const domain::RelayGroupId& group) {
  const auto fleet = projections::Fleet::read(*reading.snapshot);
  if (!fleet) return refused(fleet.error());
  std::set<domain::Platform> platforms;
  for (const auto& bucket : fleet->buckets()) {
    const auto& facts = bucket.row.facts;
    if (bucket.computers > 0 && is_within(ways, facts.relay_group, group)) {
      platforms.insert(facts.platform);
    }
  }
  return std::vector<domain::Platform>(platforms.begin(), platforms.end());
}

Answered<wire::RelayOrders> relay_orders(const Reading& reading, const MachineWays& ways,
                                         const ComputerId& relay,
                                         const domain::RelayGroupId& group) {
  wire::RelayOrders orders;
  const auto found = ways.groups.find(group);
  if (found != ways.groups.end()) {
    orders.air_gapped = found->second.air_gapped;
    if (found->second.parent) orders.parents = ways.relays_of(*found->second.parent, relay);
  }
  orders.all_platforms = ways.all_platforms;
  if (orders.all_platforms) return orders;
  auto platforms = platforms_of(reading, ways, group);
  if (!platforms) return refused(platforms.error());
  orders.platforms = std::move(*platforms);
  return orders;
}

Answered<Response> orders(const Reading& reading, MachineWaysBook& book) {
  const auto computer = own_computer(reading.request);
  if (!computer) return refused(computer.error());
  const auto expectations = reading.services.kept->expectations.at(*reading.snapshot);
  if (!expectations) return refused(expectations.error());
  auto detail = projections::find_computer(*reading.snapshot, *computer, **expectations);
  if (!detail) return refused(detail.error());
  const auto kept = ways_of(reading, book);
  if (!kept) return refused(kept.error());
  const MachineWays& ways = **kept;
  wire::Orders orders;
  orders.heartbeat_interval = rhythm(ways, detail->item.policy).interval;
  orders.expected = expected_of(*detail, ways);
  orders.expected_ruleset = std::move(detail->expected_ruleset);
  for (const auto& owed : detail->owed) {
    const auto row = instruction_row(reading, owed);
    if (!row) return refused(row.error());
    if (*row) orders.instructions.push_back({owed, (*row)->action, (*row)->given.position});
  }
  orders.relay_group = detail->item.relay_group;
  orders.relays = ways.relays_of(orders.relay_group, *computer);
  orders.sources = ways.sources;
  // Behind an air gap there is no other way.
  const auto group = ways.groups.find(orders.relay_group);
  const bool air_gapped = group != ways.groups.end() && group->second.air_gapped;
  orders.direct_when_no_relay = ways.direct_when_no_relay && !air_gapped;
  orders.download_without_manager = ways.download_without_manager;
  if (const auto serves = ways.serves.find(*computer); serves != ways.serves.end()) {
    auto as_relay = relay_orders(reading, ways, *computer, serves->second);
    if (!as_relay) return refused(as_relay.error());
    orders.as_relay = std::move(*as_relay);
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

// Something came that is not what was signed, and was not used.
Answered<domain::Command> finding(const Request& request, const Services& services,
                                  const ComputerId& computer) {
  auto command = agent_command(request, services);
  if (!command) return refused(command.error());
  auto body = Body::parse(request);
  if (!body) return refused(body.error());
  for (const auto* text : {"target", "role", "detail"}) body->otherwise(text, json_text(""));
  auto said = body->read<wire::NotAuthentic>();
  if (!said) return refused(said.error());
  command->reason = body->reason();
  command->payload = domain::ReportVerificationFailed{
      std::move(said->source), domain::cut_detail(said->target), domain::cut_detail(said->role),
      computer.value, domain::cut_detail(said->detail)};
  return command;
}

// More than is recorded is answered as if nothing had come of it, which is so: an agent that was
// told to try again would get no report through before it.
void report_finding(std::shared_ptr<const Request> request, const Services& services, Reply reply,
                    FindingsLimit& limit) {
  const auto computer = own_computer(*request);
  if (!computer) return reply(response_of(*request, computer.error()));
  auto command = finding(*request, services, *computer);
  if (!command) return reply(response_of(*request, command.error()));
  if (!limit.takes(*computer)) {
    return reply(committed_response({services.log.head().size, {}, false}));
  }
  submit(services, std::move(request), std::move(*command), 200, std::move(reply));
}

}  // namespace

void add_agent_routes(Routes& routes) {
  const auto book = std::make_shared<MachineWaysBook>(routes.services());
  routes.later("POST", "/v1/computers/{computer}/report", Permission::agent,
               [book](std::shared_ptr<const Request> request, const Services& services,
                      const Reply& reply) { report(std::move(request), services, reply, *book); },
               {.at_once = always});
  routes.quick_read("/v1/computers/{computer}/instructions", Permission::agent,
                    [book](const Reading& reading) { return orders(reading, *book); });
  routes.later("POST", "/v1/computers/{computer}/instructions/{instruction}:take",
               Permission::agent, speak<domain::ReportInstructionTaken>);
  routes.later("POST", "/v1/computers/{computer}/instructions/{instruction}:finish",
               Permission::agent, speak<domain::ReportInstructionFinished>);
  routes.later("POST", "/v1/computers/{computer}:reportFailure", Permission::agent,
               speak<domain::ReportUpdateFailed>);
  routes.later("POST", "/v1/computers/{computer}:reportHook", Permission::agent,
               speak<domain::ReportHook>);
  const auto limit = std::make_shared<FindingsLimit>(routes.services().clock);
  routes.later(
      "POST", "/v1/computers/{computer}:reportNotAuthentic", Permission::agent,
      [limit](std::shared_ptr<const Request> request, const Services& services,
              const Reply& reply) { report_finding(std::move(request), services, reply, *limit); });
}

}  // namespace api
