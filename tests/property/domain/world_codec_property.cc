// A world that was carried to bytes and back is the world it was: whatever is folded into it and
// decided on it afterwards.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "ledger/codec/world_codec.h"
#include "tests/support/any_history.h"
#include "tests/support/observed.h"

namespace tests {
namespace {

using namespace ledger::domain;
using ledger::codec::decode_world;
using ledger::codec::encode_world;

World carried(const World& world) {
  auto decoded = decode_world(encode_world(world));
  RC_ASSERT(decoded.has_value());
  return *std::move(decoded);
}

RC_GTEST_PROP(WorldCodec, GivesBackTheSameWorldAndTheSameBytes, ()) {
  const Fold fold = play(*any_steps());
  const World again = carried(fold.world);
  RC_ASSERT(observed(again) == observed(fold.world));
  RC_ASSERT(encode_world(again) == encode_world(fold.world));
}

RC_GTEST_PROP(WorldCodec, GivesTheSameBytesForEveryFoldOfALog, ()) {
  const Fold fold = play(*any_steps());
  const std::string bytes = encode_world(fold.world);
  RC_ASSERT(encode_world(fold.refolded()) == bytes);
  // And for one that was carried on its way, once or often.
  const auto often = *rc::gen::inRange<std::size_t>(1, fold.log.size() + 1);
  World world;
  for (const Event& event : fold.log) {
    if (event.position.value % often == 0) world = carried(world);
    evolve(world, event);
  }
  RC_ASSERT(encode_world(world) == bytes);
}

RC_GTEST_PROP(WorldCodec, ChangesNothingThatIsDecidedLater, ()) {
  Fold kept = play(*any_steps());
  Fold restored = kept;
  restored.world = carried(kept.world);
  for (const Step& step : *any_steps()) {
    const auto one = take(kept, step);
    const auto other = take(restored, step);
    RC_ASSERT(one.has_value() == other.has_value());
    if (!one) RC_ASSERT(one.error() == other.error());
  }
  RC_ASSERT(kept.log == restored.log);
  RC_ASSERT(encode_world(kept.world) == encode_world(restored.world));
}

// Bytes of a world have one spelling: what is read at all is written the same again.
RC_GTEST_PROP(WorldCodec, RefusesWhatItWouldNotHaveWritten, ()) {
  std::string bytes = encode_world(play(*any_steps()).world);
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  switch (*rc::gen::inRange(0, 3)) {
    case 0:
      bytes[at] = *rc::gen::arbitrary<char>();
      break;
    case 1:
      bytes.resize(at);
      break;
    default:
      bytes.insert(at, 1, *rc::gen::arbitrary<char>());
  }
  const auto decoded = decode_world(bytes);
  if (decoded) {
    RC_ASSERT(encode_world(*decoded) == bytes);
  } else {
    RC_ASSERT(decoded.error().reason == "world-malformed");
  }
}

// Histories reach every part of the world, or the above would say little.
TEST(WorldCodec, IsTriedOnWorldsThatHaveEverything) {
  World all;
  bool has_report = false;
  rc::Random random(20'260'101);
  const auto keep = [](auto& kept, const auto& seen) {
    if (kept.empty()) kept = seen;
  };
  for (int i = 0; i < 60; ++i) {
    const World world = play(any_steps()(random.split(), 100).value()).world;
    keep(all.service.bookmarks, world.service.bookmarks);
    keep(all.service.signing_keys, world.service.signing_keys);
    keep(all.settings.values, world.settings.values);
    keep(all.settings.of_policies, world.settings.of_policies);
    keep(all.rule_updates.holds, world.rule_updates.holds);
    keep(all.rule_updates.ever_in_force, world.rule_updates.ever_in_force);
    keep(all.computers.searches.filters, world.computers.searches.filters);
    keep(all.computers.instructions.open, world.computers.instructions.open);
    keep(all.schedules.tasks, world.schedules.tasks);
    keep(all.schedules.due, world.schedules.due);
    keep(all.alerts.open, world.alerts.open);
    keep(all.alerts.dismissed, world.alerts.dismissed);
    keep(all.alerts.configured, world.alerts.configured);
    keep(all.access.users, world.access.users);
    keep(all.access.tokens, world.access.tokens);
    keep(all.access.enrolment_tokens, world.access.enrolment_tokens);
    for (const auto& [id, relay] : world.relays.relays) has_report |= relay.report.has_value();
  }
  EXPECT_FALSE(all.service.bookmarks.empty());
  EXPECT_FALSE(all.service.signing_keys.empty());
  EXPECT_FALSE(all.settings.values.empty());
  EXPECT_FALSE(all.settings.of_policies.empty());
  EXPECT_FALSE(all.rule_updates.holds.empty());
  EXPECT_FALSE(all.rule_updates.ever_in_force.empty());
  EXPECT_FALSE(all.computers.searches.filters.empty());
  EXPECT_FALSE(all.computers.instructions.open.empty());
  EXPECT_FALSE(all.schedules.tasks.empty());
  EXPECT_FALSE(all.schedules.due.empty());
  EXPECT_FALSE(all.alerts.open.empty());
  EXPECT_FALSE(all.alerts.dismissed.empty());
  EXPECT_FALSE(all.alerts.configured.empty());
  EXPECT_FALSE(all.access.users.empty());
  EXPECT_FALSE(all.access.tokens.empty());
  EXPECT_FALSE(all.access.enrolment_tokens.empty());
  EXPECT_TRUE(has_report);
}

}  // namespace
}  // namespace tests
