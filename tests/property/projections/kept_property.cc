// What is kept of views is what they say, at every position and while they grow.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "api/kept.h"
#include "ledger/domain/world.h"
#include "projections/memory_view_store.h"
#include "projections/project.h"
#include "tests/support/any_history.h"

namespace {

using api::KeptAnswers;
using ledger::domain::Position;
using projections::Snapshot;

void expect_fresh(KeptAnswers& kept, const Snapshot& snapshot) {
  RC_ASSERT(*kept.expectations.at(snapshot).value() ==
            projections::expectations_at(snapshot).value());
}

RC_GTEST_PROP(Kept, IsWhatTheViewsSay, ()) {
  const auto fold = tests::play(*tests::any_steps());
  const auto reopened = *rc::gen::inRange<std::size_t>(0, fold.log.size() + 1);
  projections::MemoryViewStore views;
  ledger::domain::World world;
  KeptAnswers kept;
  for (std::size_t at = 0; at < fold.log.size(); ++at) {
    projections::step(fold.log[at], world, views.begin_event(Position{at}));
    RC_ASSERT(views.commit(Position{at + 1}, {}).has_value());
    if (at == reopened) views.reopen();
    expect_fresh(kept, *views.as_of(Position{at}));
    expect_fresh(kept, *views.as_of(Position{at / 2}));
  }
}

int times_made = 0;

ledger::Result<int> made_once_more(const Snapshot&) { return ++times_made; }

TEST(Kept, IsMadeAgainOnlyWhenOneOfItsViewsChanged) {
  using projections::View;
  projections::MemoryViewStore views;
  api::Kept<int> kept({View::settings}, made_once_more);
  const auto write = [&](std::uint64_t at, View view) {
    views.begin_event(Position{at}).put(view, "key", std::to_string(at));
    ASSERT_TRUE(views.commit(Position{at + 1}, {}));
  };
  const auto asked_at = [&](std::uint64_t at) {
    return *kept.at(*views.as_of(Position{at})).value();
  };
  write(0, View::settings);
  EXPECT_EQ(asked_at(0), 1);
  write(1, View::groups);
  EXPECT_EQ(asked_at(1), 1);
  EXPECT_EQ(asked_at(0), 1);
  write(2, View::settings);
  EXPECT_EQ(asked_at(2), 2);
  EXPECT_EQ(asked_at(1), 3) << "an old position is not kept";
  EXPECT_EQ(asked_at(2), 2);
}

}  // namespace
