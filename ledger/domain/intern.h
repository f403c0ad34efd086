// Small numbers instead of values that many computers share. Numbers are given in the order values
// come, so that every fold of a log gives the same ones; 0 is always the empty value.
//
// carried() visits what a snapshot of the world carries of a class that keeps its members to
// itself; it names every member, so that one more does not compile until somebody has said whether
// it is carried. rebuild() makes the rest of what was carried, and says whether it could: what was
// read from a file may be anything.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/ids.h"
#include "ledger/result.h"

namespace ledger::domain {

// FNV-1a over whatever identifies a value; the same on every machine.
class Hasher {
 public:
  void add(std::uint64_t number) {
    for (int i = 0; i < 8; ++i) add_byte(static_cast<std::uint8_t>(number >> (8 * i)));
  }
  void add(std::string_view text) {
    for (const char c : text) add_byte(static_cast<std::uint8_t>(c));
    add_byte(0);
  }
  // The low bits of FNV-1a are weak in short inputs, so the high ones are folded into them.
  std::uint64_t value() const { return state_ ^ (state_ >> 32); }

 private:
  void add_byte(std::uint8_t byte) { state_ = (state_ ^ byte) * 0x100000001b3ULL; }
  std::uint64_t state_ = 0xcbf29ce484222325ULL;
};

// Values that are few for good: policies, platforms, groups. None is ever forgotten.
template <class Value>
class Interner {
 public:
  Interner() { number_of(Value{}); }

  std::uint32_t number_of(const Value& value) {
    const auto found = numbers_.find(value);
    if (found != numbers_.end()) return found->second;
    const auto number = static_cast<std::uint32_t>(values_.size());
    numbers_.emplace(value, number);
    values_.push_back(value);
    return number;
  }
  const Value& value_of(std::uint32_t number) const { return values_[number]; }
  bool has(std::uint32_t number) const { return number < values_.size(); }

  template <class Self, class Visit>
  static void carried(Self& self, Visit visit) {
    auto& [numbers, values] = self;
    visit(values);
  }
  bool rebuild() {
    numbers_.clear();
    for (const auto& value : values_) {
      numbers_.emplace(value, static_cast<std::uint32_t>(numbers_.size()));
    }
    return !values_.empty() && values_.front() == Value{} && numbers_.size() == values_.size();
  }

 private:
  std::map<Value, std::uint32_t> numbers_;
  std::vector<Value> values_;
};

// Values that come and go: a number is free again when its last user released it.
template <class Value, class Hash>
class CountedInterner {
 public:
  CountedInterner() { acquire(number_of(Value{})); }

  // The number stays valid until the next call unless it is acquired.
  std::uint32_t number_of(const Value& value) {
    const auto found = numbers_.find(value);
    if (found != numbers_.end()) return found->second;
    std::uint32_t number = 0;
    if (free_.empty()) {
      number = static_cast<std::uint32_t>(slots_.size());
      slots_.emplace_back();
    } else {
      number = free_.back();
      free_.pop_back();
    }
    slots_[number].value = value;
    numbers_.emplace(value, number);
    return number;
  }
  void acquire(std::uint32_t number) { ++slots_[number].users; }
  void release(std::uint32_t number) {
    CHECK(slots_[number].users > 0, "a released value is in use");
    if (--slots_[number].users > 0) return;
    numbers_.erase(slots_[number].value);
    slots_[number].value = Value{};
    free_.push_back(number);
  }
  const Value& value_of(std::uint32_t number) const { return slots_[number].value; }
  bool has(std::uint32_t number) const {
    return number < slots_.size() && slots_[number].users > 0;
  }

  template <class Self, class Visit>
  static void carried(Self& self, Visit visit) {
    auto& [numbers, slots, free] = self;
    visit(slots);
    visit(free);
  }
  bool rebuild() {
    numbers_.clear();
    std::vector<bool> is_free(slots_.size(), false);
    for (const std::uint32_t number : free_) {
      if (number >= slots_.size() || is_free[number] || slots_[number].users > 0) return false;
      is_free[number] = true;
    }
    for (std::uint32_t number = 0; number < slots_.size(); ++number) {
      if (is_free[number]) continue;
      if (!numbers_.emplace(slots_[number].value, number).second) return false;
    }
    return has(0) && slots_.front().value == Value{};
  }

 private:
  struct Slot {
    Value value;
    std::uint64_t users = 0;

    template <class Self, class Visit>
    static void carried(Self& self, Visit visit) {
      auto& [value, users] = self;
      visit(value);
      visit(users);
    }
  };
  std::unordered_map<Value, std::uint32_t, Hash> numbers_;  // lookup only
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace ledger::domain
