#include "ledger/domain/world.h"

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "ledger/domain/plan.h"
#include "ledger/limits.h"

namespace ledger::domain {
namespace {

constexpr std::string_view computer_prefix = "computer/";

// Nothing: the stream is of something else.
std::optional<std::string_view> computer_of(std::string_view stream) {
  if (!stream.starts_with(computer_prefix)) return std::nullopt;
  return stream.substr(computer_prefix.size());
}

Result<void> check_texts(const Command& command) {
  if (command.reason.size() > limits::reason_bytes_max) {
    return invalid("reason-too-long",
                   "A reason has at most " + std::to_string(limits::reason_bytes_max) + " bytes.");
  }
  if (command.ticket.size() > limits::ticket_bytes_max) {
    return invalid("ticket-too-long",
                   "A ticket has at most " + std::to_string(limits::ticket_bytes_max) + " bytes.");
  }
  return {};
}

// Time passes: what fell due in any topic.
Decision decide(const World& world, const Command&, const Tick& tick, const Moment& moment) {
  std::vector<NewEvent> events;
  clock_due(world, tick, events);
  rule_updates_due(world, moment.now, events);
  sources_due(world, moment.now, events);
  schedules_due(world, moment, events);
  computers_due(world, tick, events);
  alerts_due(world, moment.now, events);
  return events;
}

}  // namespace

Decision decide(const World& world, const Command& command, const Moment& moment) {
  if (const auto checked = check_texts(command); !checked) return fail(checked.error());
  Decision decision = visit(
      [&](const auto& payload) -> Decision { return decide(world, command, payload, moment); },
      command.payload);
  if (!decision) return decision;
  if (command.expected_version && !decision->empty()) {
    const auto& stream = decision->front().stream;
    const std::uint64_t version = next_stream_version(world, stream);
    if (version != *command.expected_version) {
      return fail(ErrorKind::conflict, "version-stale",
                  stream + " is at version " + std::to_string(version) + ", not " +
                      std::to_string(*command.expected_version) + "; read it again.");
    }
  }
  if (command.plan_digest &&
      plan_digest(command.payload, impact_of(world, *decision)) != *command.plan_digest) {
    return fail(ErrorKind::conflict, "plan-stale",
                "The effect would be another than the plan showed; look at the new plan.");
  }
  if (decision->size() > limits::command_events_max) {
    return refuse("command-too-large", "The command would take more than " +
                                           std::to_string(limits::command_events_max) +
                                           " events; do it in parts.");
  }
  return decision;
}

void evolve(World& world, const Event& event) {
  CHECK(event.position == world.size, "events are folded in order, each once");
  turn_to(world, event);
  visit(
      [&](const auto& payload) {
        evolve(world, event, payload);
        using T = std::decay_t<decltype(payload)>;
        if constexpr (std::is_same_v<T, ComputerEnrolled>) count_enrolment(world.access, payload);
      },
      event.payload);
  if (const auto computer = computer_of(event.stream)) {
    count_computer_event(world.computers, *computer);
  } else {
    world.stream_versions[event.stream] = event.stream_version + 1;
  }
  world.now = event.recorded_at;
  ++world.size.value;
}

void turn_to(World& world, const Event& event) {
  if (const auto computer = computer_of(event.stream)) world.computers.table.expect(*computer);
}

std::uint64_t next_stream_version(const World& world, std::string_view stream) {
  if (const auto computer = computer_of(stream)) {
    return computer_stream_version(world.computers, *computer);
  }
  const auto found = world.stream_versions.find(stream);
  return found == world.stream_versions.end() ? 0 : found->second;
}

}  // namespace ledger::domain
