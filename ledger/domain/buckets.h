// Computers that are alike in everything a status or a scope depends on share a bucket; the fleet
// is counted by its buckets, which are few, and never computer by computer.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"
#include "ledger/domain/intern.h"

namespace ledger::domain {

// What the computers of a bucket have in common, as values that stand on their own.
struct BucketFacts {
  std::optional<PolicyId> policy;
  Platform platform;
  std::vector<Module> modules;  // In the order of Module.
  std::optional<GroupId> group;
  RelayGroupId relay_group;
  std::vector<ComponentVersion> components;  // By name.
  std::optional<Digest> ruleset;
  bool silent = false;
  UpdateFault fault{};         // Why the last update failed; none: it did not.
  std::uint64_t taken = 0;     // The number of the instruction it is at work on; 0: of none.
  bool reported = false;       // It ever said what it runs.
  bool named_pending = false;  // It owes an answer to an instruction that names computers.
  std::uint64_t answered = 0;  // It owes nothing to instructions up to this number.

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("policy", &BucketFacts::policy), field("platform", &BucketFacts::platform),
        field("modules", &BucketFacts::modules), field("group", &BucketFacts::group),
        field("relay_group", &BucketFacts::relay_group),
        field("components", &BucketFacts::components), field("ruleset", &BucketFacts::ruleset),
        field("silent", &BucketFacts::silent), field("fault", &BucketFacts::fault),
        field("taken", &BucketFacts::taken), field("reported", &BucketFacts::reported),
        field("named_pending", &BucketFacts::named_pending),
        field("answered", &BucketFacts::answered));
  }
  bool operator==(const BucketFacts&) const = default;
};

// The same in numbers; those of values are given by Buckets.
struct BucketKey {
  std::uint32_t policy = 0;
  std::uint32_t platform = 0;
  std::uint32_t group = 0;
  std::uint32_t relay_group = 0;
  std::uint32_t components = 0;
  std::uint32_t ruleset = 0;
  std::uint8_t modules = 0;  // One bit each.
  UpdateFault fault{};
  bool silent = false;
  bool reported = false;
  bool named_pending = false;
  std::uint64_t taken = 0;
  std::uint64_t answered = 0;

  bool operator==(const BucketKey&) const = default;
};

struct Bucket {
  std::uint32_t id = 0;  // Counts buckets ever made; none is used twice.
  BucketKey key;
  std::uint64_t computers = 0;
  BucketFacts facts;
};

class Buckets {
 public:
  // Where a bucket is kept; a slot is used again when its bucket is empty, its id is not.
  using Slot = std::uint32_t;

  // Counts one computer in. The numbers of `key` must come from below, with nothing in between.
  Slot enter(const BucketKey& key);
  void leave(Slot slot);

  const Bucket& operator[](Slot slot) const { return slots_[slot]; }
  // Live buckets by id: id -> slot.
  const std::map<std::uint32_t, Slot>& by_id() const { return by_id_; }
  const Bucket* find(std::uint32_t id) const;

  std::uint32_t number(const std::optional<PolicyId>& id) {
    return policies_.number_of(id.value_or(PolicyId{}));
  }
  std::uint32_t number(const Platform& platform) { return platforms_.number_of(platform); }
  std::uint32_t number(const std::optional<GroupId>& id) {
    return groups_.number_of(id.value_or(GroupId{}));
  }
  std::uint32_t number(const RelayGroupId& id) { return relay_groups_.number_of(id); }
  std::uint32_t number(const std::vector<ComponentVersion>& components) {
    return components_.number_of(components);
  }
  std::uint32_t number(const std::optional<Digest>& ruleset) {
    return rulesets_.number_of(ruleset);
  }
  static std::uint8_t bits(const std::vector<Module>& modules);

  // For snapshots (intern.h).
  template <class Self, class Visit>
  static void carried(Self& self, Visit visit) {
    auto& [policies, platforms, groups, relay_groups, components, rulesets, slots, free, by_key,
           by_id, made] = self;
    visit(policies);
    visit(platforms);
    visit(groups);
    visit(relay_groups);
    visit(components);
    visit(rulesets);
    visit(slots);
    visit(free);
    visit(made);
  }
  bool rebuild();
  bool has(Slot slot) const { return slot < slots_.size() && slots_[slot].computers > 0; }

 private:
  struct KeyHash {
    std::size_t operator()(const BucketKey& key) const;
  };
  struct ComponentsHash {
    std::size_t operator()(const std::vector<ComponentVersion>& components) const;
  };
  struct RulesetHash {
    std::size_t operator()(const std::optional<Digest>& ruleset) const;
  };
  BucketFacts facts_of(const BucketKey& key) const;
  bool has_values_of(const BucketKey& key) const;

  Interner<PolicyId> policies_;
  Interner<Platform> platforms_;
  Interner<GroupId> groups_;
  Interner<RelayGroupId> relay_groups_;
  CountedInterner<std::vector<ComponentVersion>, ComponentsHash> components_;
  CountedInterner<std::optional<Digest>, RulesetHash> rulesets_;

  std::vector<Bucket> slots_;
  std::vector<Slot> free_;
  std::unordered_map<BucketKey, Slot, KeyHash> by_key_;  // lookup only
  std::map<std::uint32_t, Slot> by_id_;
  std::uint32_t made_ = 0;
};

}  // namespace ledger::domain
