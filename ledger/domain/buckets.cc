#include "ledger/domain/buckets.h"

#include "ledger/domain/word_hash.h"
#include "ledger/result.h"

namespace ledger::domain {

std::size_t Buckets::KeyHash::operator()(const BucketKey& key) const {
  // Two multiplications over packed words: this runs at every move of a computer.
  const auto pair = [](std::uint32_t a, std::uint32_t b) { return (std::uint64_t{a} << 32) | b; };
  const std::uint64_t small = (std::uint64_t{key.modules} << 8) |
                              (static_cast<std::uint64_t>(key.fault) << 16) |
                              (std::uint64_t{key.silent} << 2) |
                              (std::uint64_t{key.reported} << 1) | std::uint64_t{key.named_pending};
  std::uint64_t hash = 0x9e3779b97f4a7c15ULL;
  for (const std::uint64_t word :
       {pair(key.policy, key.platform), pair(key.group, key.relay_group),
        pair(key.components, key.ruleset), small, key.taken, key.answered}) {
    hash = (hash ^ word) * 0xff51afd7ed558ccdULL;
    hash ^= hash >> 32;
  }
  return hash;
}

std::size_t Buckets::ComponentsHash::operator()(
    const std::vector<ComponentVersion>& components) const {
  WordHasher hasher;
  for (const auto& each : components) {
    hasher.add(each.component.value);
    hasher.add(each.version);
  }
  return hasher.value();
}

std::size_t Buckets::RulesetHash::operator()(const std::optional<Digest>& ruleset) const {
  // A digest is random already: its first bytes do.
  if (!ruleset) return 0;
  std::size_t hash = 1;
  for (std::size_t i = 0; i < 8; ++i) hash = (hash << 8) | ruleset->bytes[i];
  return hash;
}

std::uint8_t Buckets::bits(const std::vector<Module>& modules) {
  std::uint8_t bits = 0;
  for (const Module module : modules) {
    bits = static_cast<std::uint8_t>(bits | (1U << static_cast<unsigned>(module)));
  }
  return bits;
}

BucketFacts Buckets::facts_of(const BucketKey& key) const {
  BucketFacts facts;
  if (key.policy != 0) facts.policy = policies_.value_of(key.policy);
  facts.platform = platforms_.value_of(key.platform);
  for (std::size_t i = 0; i < enum_names(Module{}).size(); ++i) {
    if ((key.modules & (1U << i)) != 0) facts.modules.push_back(static_cast<Module>(i));
  }
  if (key.group != 0) facts.group = groups_.value_of(key.group);
  facts.relay_group = relay_groups_.value_of(key.relay_group);
  facts.components = components_.value_of(key.components);
  facts.ruleset = rulesets_.value_of(key.ruleset);
  facts.silent = key.silent;
  facts.fault = key.fault;
  facts.taken = key.taken;
  facts.reported = key.reported;
  facts.named_pending = key.named_pending;
  facts.answered = key.answered;
  return facts;
}

Buckets::Slot Buckets::enter(const BucketKey& key) {
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    ++slots_[found->second].computers;
    return found->second;
  }
  Slot slot = 0;
  if (free_.empty()) {
    slot = static_cast<Slot>(slots_.size());
    slots_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  components_.acquire(key.components);
  rulesets_.acquire(key.ruleset);
  slots_[slot] = Bucket{made_++, key, 1, facts_of(key)};
  by_key_.emplace(key, slot);
  by_id_.emplace(slots_[slot].id, slot);
  return slot;
}

void Buckets::leave(Slot slot) {
  Bucket& bucket = slots_[slot];
  CHECK(bucket.computers > 0, "a computer leaves a bucket that counts it");
  if (--bucket.computers > 0) return;
  by_key_.erase(bucket.key);
  by_id_.erase(bucket.id);
  components_.release(bucket.key.components);
  rulesets_.release(bucket.key.ruleset);
  bucket = Bucket{};
  free_.push_back(slot);
}

bool Buckets::has_values_of(const BucketKey& key) const {
  return policies_.has(key.policy) && platforms_.has(key.platform) && groups_.has(key.group) &&
         relay_groups_.has(key.relay_group) && components_.has(key.components) &&
         rulesets_.has(key.ruleset);
}

bool Buckets::rebuild() {
  by_key_.clear();
  by_id_.clear();
  std::vector<bool> is_free(slots_.size(), false);
  for (const Slot slot : free_) {
    if (slot >= slots_.size() || is_free[slot] || has(slot)) return false;
    is_free[slot] = true;
  }
  for (Slot slot = 0; slot < slots_.size(); ++slot) {
    if (is_free[slot]) continue;
    Bucket& bucket = slots_[slot];
    if (!has(slot) || bucket.id >= made_ || !has_values_of(bucket.key)) return false;
    bucket.facts = facts_of(bucket.key);
    if (!by_key_.emplace(bucket.key, slot).second) return false;
    if (!by_id_.emplace(bucket.id, slot).second) return false;
  }
  return true;
}

const Bucket* Buckets::find(std::uint32_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &slots_[found->second];
}

}  // namespace ledger::domain
