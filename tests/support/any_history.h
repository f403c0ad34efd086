// Histories that reach deep: a step is four small numbers, which the world of the moment turns into
// a command (a report of what is released, an answer to an instruction that is open), so that most
// commands are taken, and a history that fails a test shrinks to few steps.
//
//   rc::check("...", [] {
//     const auto steps = *tests::any_steps();
//     const tests::Fold fold = tests::play(steps);   // fold.log, fold.world
//   });
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <ostream>
#include <string_view>
#include <vector>

#include "tests/support/fold.h"

namespace tests {

struct Step {
  std::uint32_t what = 0;  // Which command; small ones are the dull ones.
  std::uint32_t a = 0;     // Whatever the command needs choosing.
  std::uint32_t b = 0;
  std::uint32_t c = 0;
};
std::ostream& operator<<(std::ostream& out, const Step& step);
using Steps = std::vector<Step>;

// What a step asks for in a world. A pure function.
ledger::domain::CommandPayload command_for(const ledger::domain::World& world,
                                           ledger::domain::Time now, const Step& step);
// How much time passes before a step.
ledger::domain::Duration wait_before(const Step& step);

// Takes one step: time passes, the command is submitted. Returns what it became.
ledger::Result<Fold::Events> take(Fold& fold, const Step& step);
// A fleet with policies, rules, patterns and computers, so that the first step is not into nothing.
std::vector<ledger::domain::CommandPayload> settling_in(ledger::domain::Time now);
void settle_in(Fold& fold);
Fold play(const Steps& steps);

inline rc::Gen<Step> any_step() {
  const auto small = [] { return rc::gen::inRange<std::uint32_t>(0, 1'000); };
  return rc::gen::build<Step>(rc::gen::set(&Step::what, small()), rc::gen::set(&Step::a, small()),
                              rc::gen::set(&Step::b, small()), rc::gen::set(&Step::c, small()));
}

// Longer histories than RapidCheck's own sizes would make.
inline rc::Gen<Steps> any_steps() {
  return rc::gen::scale(4.0, rc::gen::container<Steps>(any_step()));
}

}  // namespace tests
