// Commands on rule updates.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

// A document was read and found well-formed; `digest` is of its bytes.
struct ImportRuleUpdate {
  RuleUpdateId update;
  std::string title;
  Digest digest;
  std::uint64_t bytes = 0;
  Time released_at;
  ImportOrigin origin{};
  std::optional<SourceId> source;
  std::uint64_t metadata_version = 0;
  std::vector<Rule> rules;

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("update", &ImportRuleUpdate::update), field("title", &ImportRuleUpdate::title),
        field("digest", &ImportRuleUpdate::digest), field("bytes", &ImportRuleUpdate::bytes),
        field("released_at", &ImportRuleUpdate::released_at),
        field("origin", &ImportRuleUpdate::origin), field("source", &ImportRuleUpdate::source),
        field("metadata_version", &ImportRuleUpdate::metadata_version),
        field("rules", &ImportRuleUpdate::rules));
  }
  bool operator==(const ImportRuleUpdate&) const = default;
};

// Puts a newer or the first update in force.
struct ApplyRuleUpdate {
  RuleUpdateId update;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("update", &ApplyRuleUpdate::update));
  }
  bool operator==(const ApplyRuleUpdate&) const = default;
};

// Resolves the update in force again.
struct ReapplyRuleUpdate {
  RuleUpdateId update;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("update", &ReapplyRuleUpdate::update));
  }
  bool operator==(const ReapplyRuleUpdate&) const = default;
};

// Puts an earlier update in force again.
struct RollBackRuleUpdate {
  RuleUpdateId to;
  bool hold = false;  // Against its being undone automatically.
  std::optional<Time> hold_until;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("to", &RollBackRuleUpdate::to),
                      field("hold", &RollBackRuleUpdate::hold),
                      field("hold_until", &RollBackRuleUpdate::hold_until));
  }
  bool operator==(const RollBackRuleUpdate&) const = default;
};

// Gives its bytes up.
struct DeleteRuleUpdate {
  RuleUpdateId update;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("update", &DeleteRuleUpdate::update));
  }
  bool operator==(const DeleteRuleUpdate&) const = default;
};

// Somebody takes the document.
struct RecordRuleUpdateExport {
  RuleUpdateId update;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("update", &RecordRuleUpdateExport::update));
  }
  bool operator==(const RecordRuleUpdateExport&) const = default;
};

// Holds automatic steps back.
struct PlaceHold {
  std::optional<HoldId> hold;  // Absent: named after its number.
  std::optional<RuleUpdateId> update;
  std::optional<Time> until;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("hold", &PlaceHold::hold), field("update", &PlaceHold::update),
                      field("until", &PlaceHold::until));
  }
  bool operator==(const PlaceHold&) const = default;
};

// Lets them go on.
struct ReleaseHold {
  HoldId hold;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("hold", &ReleaseHold::hold));
  }
  bool operator==(const ReleaseHold&) const = default;
};

}  // namespace ledger::domain
