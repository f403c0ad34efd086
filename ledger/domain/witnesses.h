// Witnesses of the ledger's heads, as far as its own record tells of them: who vouches for it, who
// does not answer, who refuses. Not every cosignature is recorded, since each event makes another
// head to be cosigned: only the first, the first after a trouble, and one a day.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "ledger/domain/decider.h"

namespace ledger::domain {

struct SeenWitness {
  std::optional<Time> cosigned_at;  // When that was recorded last.
  std::optional<Time> refused_since;
  std::string refusal;
  std::optional<Time> unreachable_since;
  std::string fault;  // Why it is.
};

struct Witnesses {
  std::map<std::string, SeenWitness> seen;  // By name.
};

inline constexpr Duration cosigned_told_again = hours(24);

Decision decide(const World&, const Command&, const RecordWitnessCosigned&, const Moment&);
Decision decide(const World&, const Command&, const RecordWitnessRefused&, const Moment&);
Decision decide(const World&, const Command&, const RecordWitnessUnreachable&, const Moment&);

void evolve(World&, const Event&, const WitnessCosigned&);
void evolve(World&, const Event&, const WitnessRefused&);
void evolve(World&, const Event&, const WitnessUnreachable&);

}  // namespace ledger::domain
