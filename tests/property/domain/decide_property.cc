// Deciding is a pure function, folding never fails, and folding anew gives the same world.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/any_history.h"
#include "tests/support/observed.h"

namespace tests {
namespace {

using namespace ledger::domain;

RC_GTEST_PROP(Deciding, TheSameWorldAndCommandGiveTheSameEventsTwice, ()) {
  Fold fold = play(*any_steps());
  const Step step = *any_step();
  fold.now = fold.now + wait_before(step);
  const Command command = fold.command_of(command_for(fold.world, fold.now, step));
  const Decision first = decide(fold.world, command, fold.moment());
  const Decision second = decide(fold.refolded(), command, fold.moment());
  RC_ASSERT(first.has_value() == second.has_value());
  if (!first) {
    RC_ASSERT(first.error() == second.error());
    return;
  }
  RC_ASSERT(first->size() == second->size());
  for (std::size_t i = 0; i < first->size(); ++i) {
    RC_ASSERT((*first)[i].stream == (*second)[i].stream);
    RC_ASSERT((*first)[i].payload == (*second)[i].payload);
    RC_ASSERT((*first)[i].cause == (*second)[i].cause);
    RC_ASSERT((*first)[i].outcome == (*second)[i].outcome);
  }
}

RC_GTEST_PROP(Folding, AnewGivesTheSameWorld, ()) {
  const Fold fold = play(*any_steps());
  RC_ASSERT(observed(fold.refolded()) == observed(fold.world));
}

RC_GTEST_PROP(Folding, CausesComeBeforeTheirEffectsAndVersionsAreDense, ()) {
  const Fold fold = play(*any_steps());
  std::map<std::string, std::uint64_t> versions;
  Time before{};
  for (const Event& event : fold.log) {
    RC_ASSERT(event.stream_version == versions[event.stream]++);
    RC_ASSERT(!event.causation || *event.causation < event.position);
    RC_ASSERT(event.correlation <= event.position);
    RC_ASSERT(before <= event.recorded_at);
    before = event.recorded_at;
  }
  for (const auto& [stream, version] : versions) {
    RC_ASSERT(next_stream_version(fold.world, stream) == version);
  }
}

// The choices are worth nothing if the domain refuses most of them.
TEST(AnyHistory, HalfOfItsStepsAreTaken) {
  std::size_t asked = 0;
  std::size_t taken = 0;
  std::set<std::string_view> seen;
  rc::Random random(20'260'101);
  for (int i = 0; i < 60; ++i) {
    Fold fold;
    settle_in(fold);
    const auto steps = any_steps()(random.split(), 100).value();
    for (const Step& step : steps) {
      const auto events = take(fold, step);
      ++asked;
      if (events) ++taken;
    }
    for (const Event& event : fold.log) seen.insert(type_name(event.payload));
  }
  EXPECT_GT(asked, 1'000U);
  EXPECT_GT(taken * 2, asked);
  // Of the 113 types some belong to what the domain cannot bring about yet.
  EXPECT_GT(seen.size(), 75U);
}

}  // namespace
}  // namespace tests
