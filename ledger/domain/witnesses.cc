#include "ledger/domain/witnesses.h"

#include <utility>

#include "ledger/domain/world.h"

namespace ledger::domain {
namespace {

const SeenWitness& seen_of(const World& world, const std::string& witness) {
  static const SeenWitness never;
  const auto found = world.service.witnesses.seen.find(witness);
  return found == world.service.witnesses.seen.end() ? never : found->second;
}

Decision trouble(const std::string& witness, Payload payload) {
  std::vector<NewEvent> events;
  events.push_back(
      NewEvent{"witness/" + witness, std::move(payload), std::nullopt, Outcome::failed});
  return events;
}

}  // namespace

Decision decide(const World& world, const Command&, const RecordWitnessCosigned& told,
                const Moment& moment) {
  const SeenWitness& seen = seen_of(world, told.witness);
  const bool in_trouble = seen.refused_since || seen.unreachable_since;
  const bool is_recent = seen.cosigned_at && moment.now < *seen.cosigned_at + cosigned_told_again;
  if (is_recent && !in_trouble) return no_events();
  return one_event("witness/" + told.witness, WitnessCosigned{told.witness, told.size, told.root});
}

Decision decide(const World& world, const Command&, const RecordWitnessRefused& told,
                const Moment&) {
  if (seen_of(world, told.witness).refused_since) return no_events();
  return trouble(told.witness, WitnessRefused{told.witness, told.size, told.detail});
}

Decision decide(const World& world, const Command&, const RecordWitnessUnreachable& told,
                const Moment&) {
  if (seen_of(world, told.witness).unreachable_since) return no_events();
  return trouble(told.witness, WitnessUnreachable{told.witness, told.size, told.detail});
}

void evolve(World& world, const Event& event, const WitnessCosigned& cosigned) {
  SeenWitness seen;
  seen.cosigned_at = event.recorded_at;
  world.service.witnesses.seen[cosigned.witness] = std::move(seen);
}

void evolve(World& world, const Event& event, const WitnessRefused& refused) {
  SeenWitness& seen = world.service.witnesses.seen[refused.witness];
  seen.refused_since = event.recorded_at;
  seen.refusal = refused.detail;
}

void evolve(World& world, const Event& event, const WitnessUnreachable& unreachable) {
  SeenWitness& seen = world.service.witnesses.seen[unreachable.witness];
  seen.unreachable_since = event.recorded_at;
  seen.fault = unreachable.detail;
}

}  // namespace ledger::domain
