// Rule updates: which are there, which is in force, and what holds automatic steps back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

// A rule update is available; its rules follow in `chunks` events of the same batch.
struct RuleUpdateImported {
  RuleUpdateId update;
  std::string title;
  Digest digest;  // Of the document's bytes.
  std::uint64_t bytes = 0;
  Time released_at;
  ImportOrigin origin{};
  std::optional<SourceId> source;
  std::uint64_t metadata_version = 0;  // Verified under; 0 for a file.
  std::uint32_t rules = 0;
  std::uint32_t chunks = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("update", &RuleUpdateImported::update), field("title", &RuleUpdateImported::title),
        field("digest", &RuleUpdateImported::digest), field("bytes", &RuleUpdateImported::bytes),
        field("released_at", &RuleUpdateImported::released_at),
        field("origin", &RuleUpdateImported::origin), field("source", &RuleUpdateImported::source),
        field("metadata_version", &RuleUpdateImported::metadata_version),
        field("rules", &RuleUpdateImported::rules), field("chunks", &RuleUpdateImported::chunks));
  }
  bool operator==(const RuleUpdateImported&) const = default;
};

// A part of an update's complete set of rules, by id.
struct RulesRecorded {
  RuleUpdateId update;
  std::uint32_t chunk = 0;
  std::vector<Rule> rules;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("update", &RulesRecorded::update),
                      field("chunk", &RulesRecorded::chunk), field("rules", &RulesRecorded::rules));
  }
  bool operator==(const RulesRecorded&) const = default;
};

// The update is in force.
struct RuleUpdateApplied {
  RuleUpdateId update;
  std::optional<RuleUpdateId> previous;
  bool automatic = false;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("update", &RuleUpdateApplied::update),
                      field("previous", &RuleUpdateApplied::previous),
                      field("automatic", &RuleUpdateApplied::automatic));
  }
  bool operator==(const RuleUpdateApplied&) const = default;
};

// The update in force was resolved again for every policy.
struct RuleUpdateReapplied {
  RuleUpdateId update;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("update", &RuleUpdateReapplied::update));
  }
  bool operator==(const RuleUpdateReapplied&) const = default;
};

// An earlier update is in force again.
struct RuleUpdateRolledBack {
  RuleUpdateId from;
  RuleUpdateId to;
  std::optional<HoldId> hold;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("from", &RuleUpdateRolledBack::from),
                      field("to", &RuleUpdateRolledBack::to),
                      field("hold", &RuleUpdateRolledBack::hold));
  }
  bool operator==(const RuleUpdateRolledBack&) const = default;
};

// The bytes are gone, the history stays.
struct RuleUpdateDeleted {
  RuleUpdateId update;
  Digest digest;
  PruneCause cause{};

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("update", &RuleUpdateDeleted::update),
                      field("digest", &RuleUpdateDeleted::digest),
                      field("cause", &RuleUpdateDeleted::cause));
  }
  bool operator==(const RuleUpdateDeleted&) const = default;
};

// Somebody took the document.
struct RuleUpdateExported {
  RuleUpdateId update;
  Digest digest;
  std::uint64_t bytes = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("update", &RuleUpdateExported::update),
                      field("digest", &RuleUpdateExported::digest),
                      field("bytes", &RuleUpdateExported::bytes));
  }
  bool operator==(const RuleUpdateExported&) const = default;
};

// The update would have been applied by itself, but a hold stands against it.
struct AutoApplyWithheld {
  RuleUpdateId update;
  HoldId hold;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("update", &AutoApplyWithheld::update),
                      field("hold", &AutoApplyWithheld::hold));
  }
  bool operator==(const AutoApplyWithheld&) const = default;
};

// Until it is released, nothing of its scope is applied by itself.
struct HoldPlaced {
  HoldId hold;
  std::optional<RuleUpdateId> update;  // Absent: every update is held.
  std::optional<Time> until;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("hold", &HoldPlaced::hold), field("update", &HoldPlaced::update),
                      field("until", &HoldPlaced::until));
  }
  bool operator==(const HoldPlaced&) const = default;
};

// Automatic steps may go on.
struct HoldReleased {
  HoldId hold;
  HoldEnd cause{};

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("hold", &HoldReleased::hold), field("cause", &HoldReleased::cause));
  }
  bool operator==(const HoldReleased&) const = default;
};

}  // namespace ledger::domain
