#include "ledger/domain/computer_status.h"

#include <algorithm>

#include "ledger/digest.h"

namespace ledger::domain {
namespace {

constexpr std::string_view any_platform = "all";

bool uses_patterns(const BucketFacts& facts) {
  return std::find(facts.modules.begin(), facts.modules.end(), Module::anti_malware) !=
         facts.modules.end();
}

bool has_rule_module(const BucketFacts& facts) {
  return std::any_of(facts.modules.begin(), facts.modules.end(),
                     [](Module module) { return module != Module::anti_malware; });
}

const std::string* version_of(const std::vector<ComponentVersion>& running,
                              const ComponentName& component) {
  for (const auto& each : running) {
    if (each.component == component) return &each.version;
  }
  return nullptr;
}

// Calls visit(pattern) for each pattern a computer is to run, until it answers false.
template <class Visit>
bool all_patterns(const BucketFacts& facts, const Expectations& expectations, Visit visit) {
  if (!uses_patterns(facts)) return true;
  const auto& patterns = expectations.patterns;
  for (std::size_t i = 0; i < patterns.size();) {
    // Those of one component stand together; its own platform's is preferred.
    const ExpectedPattern* chosen = nullptr;
    const ComponentName& component = patterns[i].component;
    for (; i < patterns.size() && patterns[i].component == component; ++i) {
      if (patterns[i].platform == facts.platform) {
        chosen = &patterns[i];
      } else if (chosen == nullptr && patterns[i].platform.value == any_platform) {
        chosen = &patterns[i];
      }
    }
    if (chosen != nullptr && !visit(*chosen)) return false;
  }
  return true;
}

bool runs_expected_rules(const BucketFacts& facts, const Expectations& expectations) {
  const ExpectedRuleset* expected = ruleset_for(facts, expectations);
  return expected == nullptr || facts.ruleset == expected->ruleset;
}

// The next number of a version, without its zeros in front; empty: there is none.
std::string_view take_number(std::string_view& version) {
  constexpr std::string_view digits = "0123456789";
  const auto begin = std::min(version.find_first_of(digits), version.size());
  const auto end = std::min(version.find_first_not_of(digits, begin), version.size());
  auto number = version.substr(begin, end - begin);
  version.remove_prefix(end);
  while (number.size() > 1 && number.front() == '0') number.remove_prefix(1);
  return number;
}

bool has_greater_numbers(std::string_view version, std::string_view than) {
  while (true) {
    const auto ours = take_number(version);
    const auto theirs = take_number(than);
    if (ours.size() != theirs.size()) return ours.size() > theirs.size();
    if (ours != theirs) return ours > theirs;
    if (ours.empty()) return false;
  }
}

// Since when none of its rules is expected; position 0: its policy, if it has one, gives it some.
Since empty_since(const BucketFacts& facts, const Expectations& expectations) {
  const auto& empty = expectations.empty;
  if (!facts.policy) return {};
  const auto found = std::lower_bound(
      empty.begin(), empty.end(), *facts.policy,
      [](const EmptyPolicy& each, const PolicyId& policy) { return each.policy < policy; });
  return found == empty.end() || found->policy != *facts.policy ? Since() : found->since;
}

// What is out of date about rules, in words.
std::string wrong_rules(const BucketFacts& facts, const ExpectedRuleset* expected) {
  if (expected != nullptr) {
    return "the rules are not those of policy " + expected->policy.value +
           (expected->update ? " under " + text(*expected->update) : "");
  }
  if (!facts.policy) return "it runs rules and has no policy that gives it any";
  return "it runs rules and policy " + facts.policy->value + " has none";
}

const ExpectedAnswer* at_work_on(const BucketFacts& facts, const Expectations& expectations) {
  if (facts.taken == 0) return nullptr;
  for (const auto& answer : expectations.answers) {
    if (answer.number == facts.taken) return &answer;
  }
  return nullptr;
}

// The first instruction that the bucket as a whole owes an answer to.
const ExpectedAnswer* owed_by_bucket(const BucketFacts& facts, const Expectations& expectations) {
  for (const auto& answer : expectations.answers) {
    if (answer.number > facts.answered && covers(answer.scope, facts)) return &answer;
  }
  return nullptr;
}

const ExpectedAnswer* owed_by(const ComputerId& computer, const BucketFacts& facts,
                              const Expectations& expectations) {
  for (const auto& answer : expectations.answers) {
    if (answer.number > facts.answered && covers(answer.scope, facts, computer)) return &answer;
  }
  return nullptr;
}

std::string spaced(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

void explain_out_of_date(const BucketFacts& facts, const ComputerMoments& moments,
                         const Expectations& expectations, StatusDetail& detail) {
  std::optional<Since> first;
  std::string behind;
  const auto note = [&](const Since& expected, std::string text) {
    const Since since = later(expected, moments.known);
    if (!first || since.position < first->position) first = since;
    behind += (behind.empty() ? "" : ", ") + std::move(text);
  };
  for (const ExpectedPattern* pattern : patterns_for(facts, expectations)) {
    const auto since = behind_since(*pattern, facts.components);
    if (!since) continue;
    const std::string* running = version_of(facts.components, pattern->component);
    detail.behind.push_back(pattern->component);
    note(*since, pattern->component.value + " is " +
                     (running == nullptr ? "missing" : "at " + *running) + ", not at " +
                     pattern->version);
  }
  if (!has_its_rules(facts, expectations)) {
    const ExpectedRuleset* expected = ruleset_for(facts, expectations);
    detail.rules_behind = true;
    note(expected == nullptr ? empty_since(facts, expectations) : expected->since,
         wrong_rules(facts, expected));
  }
  detail.since = first.value_or(moments.known);
  detail.reason = "Out of date: " + behind + ".";
}

// ", virus-pattern at 1.3, newer than this ledger knows"; empty: it is not ahead.
std::string ahead_in_words(const BucketFacts& facts, const Expectations& expectations) {
  std::string ahead;
  for (const ExpectedPattern* pattern : patterns_for(facts, expectations)) {
    const std::string* running = version_of(facts.components, pattern->component);
    if (running == nullptr || !is_ahead(*running, *pattern)) continue;
    ahead += ", " + pattern->component.value + " at " + *running;
  }
  return ahead.empty() ? ahead : ahead + ", newer than this ledger knows";
}

void explain_instruction(const ExpectedAnswer* answer, const std::string& doing, Since since,
                         StatusDetail& detail) {
  detail.since = since;
  if (answer == nullptr) {
    detail.reason = doing + " an instruction.";
    return;
  }
  detail.instruction = answer->instruction;
  detail.reason = doing + " instruction " + answer->instruction.value + " (" +
                  spaced(name_of(answer->action)) + ").";
}

}  // namespace

std::vector<const ExpectedPattern*> patterns_for(const BucketFacts& facts,
                                                 const Expectations& expectations) {
  std::vector<const ExpectedPattern*> found;
  all_patterns(facts, expectations, [&](const ExpectedPattern& pattern) {
    found.push_back(&pattern);
    return true;
  });
  return found;
}

const ExpectedRuleset* ruleset_for(const BucketFacts& facts, const Expectations& expectations) {
  if (!facts.policy || !has_rule_module(facts)) return nullptr;
  const auto& rulesets = expectations.rulesets;
  const auto found = std::lower_bound(
      rulesets.begin(), rulesets.end(), *facts.policy,
      [](const ExpectedRuleset& each, const PolicyId& policy) { return each.policy < policy; });
  if (found == rulesets.end() || found->policy != *facts.policy) return nullptr;
  return &*found;
}

const Digest& ruleset_of_no_rules() {
  static const Digest digest = sha256("");
  return digest;
}

bool has_its_rules(const BucketFacts& facts, const Expectations& expectations) {
  if (ruleset_for(facts, expectations) != nullptr) return runs_expected_rules(facts, expectations);
  return !has_rule_module(facts) || !facts.ruleset || *facts.ruleset == ruleset_of_no_rules();
}

Since expected_since(const BucketFacts& facts, const Expectations& expectations) {
  Since since;
  for (const ExpectedPattern* pattern : patterns_for(facts, expectations)) {
    since = later(since, pattern->since);
  }
  if (const ExpectedRuleset* expected = ruleset_for(facts, expectations)) {
    since = later(since, expected->since);
  }
  return since;
}

bool is_ahead(const std::string& version, const ExpectedPattern& expected) {
  const auto& known = expected.superseded;
  return has_greater_numbers(version, expected.version) &&
         std::none_of(known.begin(), known.end(),
                      [&](const SupersededVersion& each) { return each.version == version; });
}

std::optional<Since> behind_since(const ExpectedPattern& expected,
                                  const std::vector<ComponentVersion>& running) {
  const std::string* version = version_of(running, expected.component);
  if (version != nullptr && *version == expected.version) return std::nullopt;
  if (version != nullptr && is_ahead(*version, expected)) return std::nullopt;
  const auto& superseded = expected.superseded;
  if (superseded.empty()) return expected.since;
  if (version != nullptr) {
    for (auto each = superseded.rbegin(); each != superseded.rend(); ++each) {
      if (each->version == *version) return each->since;
    }
  }
  return superseded.front().since;
}

bool runs_what_it_should(const BucketFacts& facts, const Expectations& expectations) {
  if (!facts.reported) return false;
  const auto right = [&](const ExpectedPattern& pattern) {
    const std::string* running = version_of(facts.components, pattern.component);
    return running != nullptr && *running == pattern.version;
  };
  return runs_expected_rules(facts, expectations) && all_patterns(facts, expectations, right);
}

ComputerStatus status_of(const BucketFacts& facts, const Expectations& expectations) {
  const bool has_rules = has_its_rules(facts, expectations);
  if (!uses_patterns(facts) && has_rules && ruleset_for(facts, expectations) == nullptr) {
    return ComputerStatus::not_applicable;
  }
  if (facts.silent) return ComputerStatus::silent;
  if (facts.fault != UpdateFault::none) return ComputerStatus::failed;
  if (at_work_on(facts, expectations) != nullptr) return ComputerStatus::in_progress;
  if (facts.named_pending || owed_by_bucket(facts, expectations) != nullptr) {
    return ComputerStatus::pending;
  }
  if (!facts.reported) return ComputerStatus::unknown;
  const auto not_behind = [&](const ExpectedPattern& pattern) {
    return !behind_since(pattern, facts.components);
  };
  return has_rules && all_patterns(facts, expectations, not_behind) ? ComputerStatus::up_to_date
                                                                    : ComputerStatus::out_of_date;
}

StatusDetail explain(const ComputerId& computer, const BucketFacts& facts,
                     const ComputerMoments& moments, const Expectations& expectations) {
  StatusDetail detail;
  detail.status = status_of(facts, expectations);
  detail.since = moments.known;
  switch (detail.status) {
    case ComputerStatus::not_applicable:
      detail.reason = facts.modules.empty() ? "No module is enabled that uses patterns or rules."
                                            : "Nothing is expected of the modules it has enabled.";
      break;
    case ComputerStatus::silent:
      detail.since = moments.silent.value_or(moments.known);
      detail.reason = "Its heartbeats stopped.";
      break;
    case ComputerStatus::failed:
      detail.since = moments.failed.value_or(moments.known);
      detail.reason = "The last update failed: " + spaced(name_of(facts.fault)) + ".";
      break;
    case ComputerStatus::in_progress:
      explain_instruction(at_work_on(facts, expectations), "At work on",
                          moments.taken.value_or(moments.known), detail);
      break;
    case ComputerStatus::pending: {
      const ExpectedAnswer* answer = owed_by(computer, facts, expectations);
      const Since since = answer == nullptr ? moments.known : answer->since;
      explain_instruction(answer, "Has not answered", since, detail);
      break;
    }
    case ComputerStatus::unknown:
      detail.reason = "It has not reported yet what it runs.";
      break;
    case ComputerStatus::out_of_date:
      explain_out_of_date(facts, moments, expectations, detail);
      break;
    case ComputerStatus::up_to_date:
      // Its own report or, later, the last change of what is expected.
      detail.since = later(moments.known, expected_since(facts, expectations));
      detail.reason = "It runs what it should" + ahead_in_words(facts, expectations) + ".";
      break;
  }
  return detail;
}

}  // namespace ledger::domain
