// What a computer's status is, why and since when: functions of values alone, so that the fold, the
// views of any past moment and a test give the same answer.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/domain/buckets.h"
#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"
#include "ledger/domain/scope.h"
#include "ledger/domain/since.h"

namespace ledger::domain {

enum class ComputerStatus {
  up_to_date,
  out_of_date,
  pending,
  in_progress,
  failed,
  silent,
  unknown,
  not_applicable,
};
constexpr auto enum_names(ComputerStatus) {
  return std::array<std::string_view, 8>{"up_to_date", "out_of_date", "pending", "in_progress",
                                         "failed",     "silent",      "unknown", "not_applicable"};
}

// A version that another one took the place of.
struct SupersededVersion {
  std::string version;
  Since since;  // When it was superseded.

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("version", &SupersededVersion::version),
                      field("since", &SupersededVersion::since));
  }
  bool operator==(const SupersededVersion&) const = default;
};

// What computers of a platform with the anti_malware module are to run of one component.
struct ExpectedPattern {
  ComponentName component;
  Platform platform;
  std::string version;
  Since since;
  std::vector<SupersededVersion> superseded;  // Oldest first; only the newest of them.

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("component", &ExpectedPattern::component),
        field("platform", &ExpectedPattern::platform), field("version", &ExpectedPattern::version),
        field("since", &ExpectedPattern::since), field("superseded", &ExpectedPattern::superseded));
  }
  bool operator==(const ExpectedPattern&) const = default;
};

// What computers of a policy with a module of rules are to run; a policy without rules has none.
struct ExpectedRuleset {
  PolicyId policy;
  Digest ruleset;
  std::optional<RuleUpdateId> update;
  Since since;

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("policy", &ExpectedRuleset::policy), field("ruleset", &ExpectedRuleset::ruleset),
        field("update", &ExpectedRuleset::update), field("since", &ExpectedRuleset::since));
  }
  bool operator==(const ExpectedRuleset&) const = default;
};

// A policy that amounts to no rules, and when that became so.
struct EmptyPolicy {
  PolicyId policy;
  Since since;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("policy", &EmptyPolicy::policy), field("since", &EmptyPolicy::since));
  }
  bool operator==(const EmptyPolicy&) const = default;
};

// An instruction that somebody still owes an answer to.
struct ExpectedAnswer {
  InstructionId instruction;
  std::uint64_t number = 0;
  InstructionAction action{};
  ResolvedScope scope;
  Since since;

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("instruction", &ExpectedAnswer::instruction),
        field("number", &ExpectedAnswer::number), field("action", &ExpectedAnswer::action),
        field("scope", &ExpectedAnswer::scope), field("since", &ExpectedAnswer::since));
  }
  bool operator==(const ExpectedAnswer&) const = default;
};

// All that a status depends on beside the computer itself.
struct Expectations {
  std::vector<ExpectedPattern> patterns;  // By component, then platform.
  std::vector<ExpectedRuleset> rulesets;  // By policy.
  std::vector<ExpectedAnswer> answers;    // By number.
  std::vector<EmptyPolicy> empty;         // By policy: those without a ruleset.

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("patterns", &Expectations::patterns), field("rulesets", &Expectations::rulesets),
        field("answers", &Expectations::answers), field("empty", &Expectations::empty));
  }
  bool operator==(const Expectations&) const = default;
};

// not_applicable > silent > failed > in_progress > pending > unknown > out_of_date > up_to_date.
ComputerStatus status_of(const BucketFacts& facts, const Expectations& expectations);

// Whether it runs what is expected of it, whatever else it runs and is the matter; false if it
// never reported. The fold ends failures by this, so what it means cannot change.
bool runs_what_it_should(const BucketFacts& facts, const Expectations& expectations);

// The patterns that a computer is to run: its platform's own before those of any platform.
std::vector<const ExpectedPattern*> patterns_for(const BucketFacts& facts,
                                                 const Expectations& expectations);
// Null: nothing expected.
const ExpectedRuleset* ruleset_for(const BucketFacts& facts, const Expectations& expectations);

// What a computer without any rule in effect reports.
const Digest& ruleset_of_no_rules();

// Whether its rules are those of its policy: none, where that has none or there is no policy.
bool has_its_rules(const BucketFacts& facts, const Expectations& expectations);

// The last change of what is expected of it; position 0: nothing ever was.
Since expected_since(const BucketFacts& facts, const Expectations& expectations);

// Whether a version that this ledger never heard of is newer than the one expected, as its numbers
// say: somebody had it before the ledger's next check. What is known is ordered by its releases.
bool is_ahead(const std::string& version, const ExpectedPattern& expected);

// Since when a computer that runs `running` (nothing, if absent) is behind: when that version was
// superseded, or the component first expected. Nothing: it is not behind, but perhaps ahead.
std::optional<Since> behind_since(const ExpectedPattern& expected,
                                  const std::vector<ComponentVersion>& running);

// When what counts about one computer became so; absent where it is not so.
struct ComputerMoments {
  Since known;  // What it is and runs: the last event that changed it.
  std::optional<Since> silent;
  std::optional<Since> failed;
  std::optional<Since> taken;

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("known", &ComputerMoments::known), field("silent", &ComputerMoments::silent),
        field("failed", &ComputerMoments::failed), field("taken", &ComputerMoments::taken));
  }
  bool operator==(const ComputerMoments&) const = default;
};

struct StatusDetail {
  ComputerStatus status{};
  Since since;                        // The event that made it so.
  std::string reason;                 // A sentence for people.
  std::vector<ComponentName> behind;  // Components not at the version expected.
  bool rules_behind = false;
  std::optional<InstructionId> instruction;  // Pending or being worked on.

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("status", &StatusDetail::status), field("since", &StatusDetail::since),
                      field("reason", &StatusDetail::reason),
                      field("behind", &StatusDetail::behind),
                      field("rules_behind", &StatusDetail::rules_behind),
                      field("instruction", &StatusDetail::instruction));
  }
  bool operator==(const StatusDetail&) const = default;
};

StatusDetail explain(const ComputerId& computer, const BucketFacts& facts,
                     const ComputerMoments& moments, const Expectations& expectations);

}  // namespace ledger::domain
