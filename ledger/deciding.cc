#include "ledger/deciding.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "ledger/codec/codec.h"
#include "ledger/domain/hash_fields.h"
#include "ledger/limits.h"

namespace ledger {

using domain::ActorKind;
using domain::Command;
using domain::CommandId;
using domain::Digest;
using domain::Event;
using domain::NewEvent;
using domain::Position;
using domain::Time;

namespace {

bool is_person(const domain::Actor& actor) {
  return actor.kind == ActorKind::user || actor.kind == ActorKind::token;
}

// Refusals that auditors want to see: somebody who may ask asked for what is not allowed. Mistakes
// in the input are no attempts at anything.
bool is_recorded(const Command& command, const Error& error) {
  return is_person(command.actor) &&
         (error.kind == ErrorKind::refused || error.kind == ErrorKind::conflict);
}

tl::unexpected<Error> key_reused() {
  return fail(
      ErrorKind::conflict, "idempotency-key-reused",
      "This Idempotency-Key was used for another request; take a new key for a new request.");
}

}  // namespace

Digest body_digest(const Command& command) {
  Sha256 hash;
  domain::hash_text(hash, domain::command_name(command.payload));
  visit([&](const auto& payload) { domain::hash_value(hash, payload); }, command.payload);
  domain::hash_text(hash, command.reason);
  domain::hash_text(hash, command.ticket);
  domain::hash_value(hash, command.plan_digest);
  return hash.finish();
}

Deciding::Deciding(domain::World world, const store::EventLog& log, const Clock& clock,
                   const domain::TimeZones& time_zones)
    : world_(std::move(world)), log_(log), clock_(clock), time_zones_(time_zones) {}

domain::Moment Deciding::moment() const {
  return {std::max(clock_.now(), world_.now), time_zones_};
}

void Deciding::restart(domain::World world) {
  world_ = std::move(world);
  in_flight_.clear();
}

void Deciding::settled(const std::vector<CommandId>& commands) {
  for (const auto& id : commands) in_flight_.erase(id);
}

Result<std::optional<Committed>> Deciding::earlier_answer(const CommandId& id,
                                                          const Digest& body) const {
  const auto receipt = log_.receipt(id);
  if (!receipt) return fail(receipt.error());
  if (!*receipt) return std::optional<Committed>{};
  if ((*receipt)->body != body) return key_reused();
  Committed committed{(*receipt)->first, {}, true};
  for (std::uint32_t i = 0; i < (*receipt)->count; ++i) {
    const auto record = log_.record(Position{committed.first.value + i});
    if (!record) return fail(record.error());
    auto event = codec::decode(*record);
    if (!event) return fail(event.error());
    committed.events.push_back(std::move(*event));
  }
  if (!committed.events.empty()) {
    const auto* refused = domain::get_if<domain::CommandRefused>(&committed.events.front().payload);
    if (refused != nullptr) {
      return fail(refused->conflict ? ErrorKind::conflict : ErrorKind::refused, refused->code,
                  refused->detail);
    }
  }
  return std::optional<Committed>(std::move(committed));
}

void Deciding::decide(Command command, Answer answer, Group& group) {
  if (group.empty()) group.batch.expected = world_.size;
  const bool named = command.id != CommandId{};
  const auto respond = [&](Result<Committed> outcome, bool registered) {
    group.waiting.push_back({std::move(answer), std::move(outcome),
                             registered ? std::optional<CommandId>(command.id) : std::nullopt});
  };
  Digest body;
  if (named) {
    body = body_digest(command);
    const auto flying = in_flight_.find(command.id);
    if (flying != in_flight_.end()) {
      if (flying->second != body) return respond(key_reused(), false);
      return respond(fail(ErrorKind::conflict, "request-in-flight",
                          "The same request is being worked on; ask again in a moment."),
                     false);
    }
    auto earlier = earlier_answer(command.id, body);
    if (!earlier) return respond(fail(earlier.error()), false);
    if (*earlier) return respond(std::move(**earlier), false);
  }
  const auto now = moment();
  auto decision = domain::decide(world_, command, now);
  if (!decision && !is_recorded(command, decision.error())) {
    return respond(fail(decision.error()), false);
  }
  auto outcome = decision ? append_events(command, std::move(*decision), now.now, group)
                          : append_refusal(command, decision.error(), now.now, group);
  if (named && (outcome || !decision)) {
    const auto events = group.batch.records.size();
    const auto count = outcome ? outcome->events.size() : std::size_t{1};
    const Position first{group.batch.expected.value + events - count};
    group.batch.receipts.push_back({command.id, body, first, static_cast<std::uint32_t>(count)});
    in_flight_.emplace(command.id, body);
  }
  respond(std::move(outcome), named);
}

Result<Committed> Deciding::append_refusal(const Command& command, const Error& error, Time now,
                                           Group& group) {
  std::vector<NewEvent> refusal;
  refusal.push_back(NewEvent{
      "access",
      domain::CommandRefused{std::string(command_name(command.payload)), command.actor.id,
                             error.reason, error.detail, error.kind == ErrorKind::conflict},
      std::nullopt, domain::Outcome::refused});
  const auto recorded = append_events(command, std::move(refusal), now, group);
  return recorded ? fail(error) : fail(recorded.error());
}

Result<Committed> Deciding::append_events(const Command& command, std::vector<NewEvent> decided,
                                          Time now, Group& group) {
  Committed committed{world_.size, {}, false};
  committed.events.reserve(decided.size());
  std::vector<std::string> records;
  std::map<std::string, std::uint64_t, std::less<>> versions;
  for (auto& each : decided) {
    Event event;
    event.position = Position{committed.first.value + committed.events.size()};
    event.recorded_at = now;
    event.occurred_at = command.occurred_at.value_or(now);
    const auto [version, fresh] = versions.try_emplace(each.stream, 0);
    if (fresh) version->second = next_stream_version(world_, each.stream);
    event.stream = std::move(each.stream);
    event.stream_version = version->second++;
    event.command = command.id;
    event.correlation = command.correlation.value_or(committed.first);
    event.causation = command.causation;
    if (each.because) event.causation = each.because;
    if (each.cause) event.causation = Position{committed.first.value + *each.cause};
    event.actor = command.actor;
    event.outcome = each.outcome;
    event.reason = command.reason;
    event.ticket = command.ticket;
    event.plan_digest = command.plan_digest;
    event.payload = std::move(each.payload);
    auto record = codec::encode(event);
    if (!record) return fail(record.error());
    records.push_back(std::move(*record));
    committed.events.push_back(std::move(event));
  }
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Event& event = committed.events[i];
    group.batch.records.push_back({std::move(records[i]), event.stream, event.stream_version});
    evolve(world_, event);
  }
  return committed;
}

}  // namespace ledger
