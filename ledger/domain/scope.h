// Whom an instruction or a task is for: a scope is a description that is looked at when asked. It
// is resolved to plain names first, so that rows of any moment can be asked without a world.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/domain/buckets.h"
#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/result.h"

namespace ledger::domain {

struct World;

struct ResolvedScope {
  ScopeKind kind{};
  std::vector<std::string> names;     // Policies, groups or relay groups with those below; sorted.
  std::vector<ComputerId> computers;  // Only for kind computers; sorted.

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("kind", &ResolvedScope::kind), field("names", &ResolvedScope::names),
                      field("computers", &ResolvedScope::computers));
  }
  bool operator==(const ResolvedScope&) const = default;
};

struct ScopeCounts {
  std::uint64_t total = 0;
  std::uint64_t online = 0;
  std::uint64_t silent = 0;
  std::uint64_t unknown = 0;  // Of the total: those that never reported what they run.

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("total", &ScopeCounts::total), field("online", &ScopeCounts::online),
                      field("silent", &ScopeCounts::silent),
                      field("unknown", &ScopeCounts::unknown));
  }
  bool operator==(const ScopeCounts&) const = default;
};

// A scope with its named computers in order, each once, and nothing that its kind does not use.
// Errors: invalid (empty or too long a list, a name missing), not_found (what it names).
Result<Scope> checked_scope(const World& world, const Scope& scope);

ResolvedScope resolve_scope(const World& world, const Scope& scope);

// Whether a scope covers the computers of a bucket. Named computers are no matter of buckets:
// false.
bool covers(const ResolvedScope& scope, const BucketFacts& facts);
bool covers(const ResolvedScope& scope, const BucketFacts& facts, const ComputerId& computer);

// From the buckets; only named computers are looked at one by one.
ScopeCounts count_scope(const World& world, const Scope& scope);

}  // namespace ledger::domain
