// The commands that steps of a history become; see any_history.h.
#pragma once

#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>

#include "ledger/domain/world.h"

namespace tests {

// What one step may choose from: the world as it is, and three numbers.
struct Dice {
  const ledger::domain::World& world;
  ledger::domain::Time now;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t c = 0;
};
using Ask = ledger::domain::CommandPayload (*)(const Dice&);

struct Choice {
  const char* name;
  Ask ask;
  std::uint32_t weight;
};
// content: settings, sources, patterns, rule updates, policies; fleet: the rest but what follows;
// service: tasks, alerts, users and tokens, the ledger about itself.
std::span<const Choice> content_choices();
std::span<const Choice> fleet_choices();
std::span<const Choice> service_choices();

// "c3": one of `many` names.
template <class Id>
Id named(const char* prefix, std::uint32_t number, std::uint32_t many) {
  return Id{prefix + std::to_string(number % many + 1)};
}

// One of a map's keys; nothing if it is empty.
template <class Map>
std::optional<typename Map::key_type> one_of(const Map& map, std::uint32_t number) {
  if (map.empty()) return std::nullopt;
  return std::next(map.begin(), static_cast<std::ptrdiff_t>(number % map.size()))->first;
}

// The same, or nothing one time in three.
template <class Map>
std::optional<typename Map::key_type> perhaps_one_of(const Map& map, std::uint32_t number) {
  if (number % 3 == 0) return std::nullopt;
  return one_of(map, number / 3);
}

ledger::domain::Digest digest_of(std::uint32_t number);
ledger::domain::RuleUpdateId update_id(std::uint32_t number);  // From 1.
// The same update always has the same content.
ledger::domain::ImportRuleUpdate import_of(std::uint32_t number, ledger::domain::Time now);
ledger::domain::EnrolComputer enrolment_of(std::uint32_t number);
ledger::domain::Scope scope_of(const Dice& dice);  // Of any kind; mostly of what is there.

}  // namespace tests
