#include "tests/support/any_history.h"

#include <array>
#include <span>
#include <vector>

#include "tests/support/any_commands.h"

namespace tests {
namespace {

using namespace ledger::domain;

CommandPayload tick(const Dice& dice) {
  Tick tick{dice.now, {}};
  // Only what the contact book knows can be unheard; who is silent already is not told again.
  if (dice.a % 3 == 0) {
    tick.unheard.push_back({named<ComputerId>("c", dice.b, 6), dice.now - minutes(20)});
  }
  return tick;
}

// Every choice as often as it weighs, tick first.
const std::vector<const Choice*>& table() {
  static const std::vector<const Choice*> choices = [] {
    static const Choice passing{"tick", tick, 24};
    std::vector<const Choice*> all(passing.weight, &passing);
    for (const auto& part : {content_choices(), fleet_choices(), service_choices()}) {
      for (const Choice& choice : part) all.insert(all.end(), choice.weight, &choice);
    }
    return all;
  }();
  return choices;
}

const Choice& choice_of(const Step& step) { return *table()[step.what % table().size()]; }

}  // namespace

std::ostream& operator<<(std::ostream& out, const Step& step) {
  return out << choice_of(step).name << '(' << step.a << ", " << step.b << ", " << step.c << ") #"
             << step.what;
}

CommandPayload command_for(const World& world, Time now, const Step& step) {
  return choice_of(step).ask(Dice{world, now, step.a, step.b, step.c});
}

Duration wait_before(const Step& step) {
  // Long waits are rare: they end holds, tokens and tasks.
  static constexpr std::array<Duration, 16> waits = {
      Duration{0}, Duration{0}, Duration{0}, seconds(1),  seconds(1),  seconds(61),
      seconds(61), minutes(5),  minutes(11), minutes(11), minutes(31), minutes(31),
      hours(2),    hours(2),    days(1),     days(8)};
  return waits[step.c % waits.size()];
}

ledger::Result<Fold::Events> take(Fold& fold, const Step& step) {
  fold.now = fold.now + wait_before(step);
  return fold.submit(command_for(fold.world, fold.now, step));
}

std::vector<CommandPayload> settling_in(Time now) {
  std::vector<CommandPayload> commands{
      ConfigureSource{{"s1"}, "https://updates.example", "", std::nullopt, "", true},
      import_of(1, now),
      CreatePolicy{{"p1"}, std::nullopt, ""},
      CreatePolicy{{"p2"}, PolicyId{"p1"}, ""},
      AssignRules{{"p1"}, {}, {"web"}, {}},
      AssignRules{{"p2"}, {}, {}, {Module::log_inspection}},
      CreateGroup{{"g1"}, std::nullopt},
      CreateGroup{{"g2"}, GroupId{"g1"}},
      CreateRelayGroup{{"r1"}, std::nullopt, false, ""},
      ReleasePattern{{"virus-pattern"}, "Engine", {"all"}, "1.1", now, digest_of(1), 1, {}}};
  for (std::uint32_t i = 0; i < 3; ++i) {
    EnrolComputer enrol = enrolment_of(i);
    enrol.policy = PolicyId{i == 0 ? "p1" : "p2"};
    enrol.group = GroupId{i == 1 ? "g1" : "g2"};
    commands.push_back(std::move(enrol));
  }
  commands.push_back(RegisterRelay{{"c3"}, RelayGroupId{"r1"}, "https://c3.example"});
  return commands;
}

void settle_in(Fold& fold) {
  for (auto& payload : settling_in(fold.now)) {
    CHECK(fold.submit(std::move(payload)), "the fleet to begin with is sound");
  }
}

Fold play(const Steps& steps) {
  Fold fold;
  settle_in(fold);
  for (const Step& step : steps) (void)take(fold, step).has_value();
  return fold;
}

}  // namespace tests
