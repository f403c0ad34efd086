#include "updates/agent/agent.h"

#include <algorithm>
#include <string_view>

namespace ledger::updates::agent {
namespace {

using domain::InstructionAction;
using domain::UpdateFault;

bool is_refusal(const Error& error) { return error.reason == "identity-refused"; }

bool is_away(const Error& error) {
  return error.kind == ErrorKind::unavailable || error.kind == ErrorKind::overloaded ||
         error.kind == ErrorKind::io;
}

std::string described(const std::vector<domain::ComponentVersion>& components) {
  std::string text;
  for (const auto& each : components) {
    text += (text.empty() ? "" : ", ") + each.component.value + " " + each.version;
  }
  return text.empty() ? "none" : text;
}

bool says_the_same(const Message& a, const Message& b) {
  return a.components == b.components && a.ruleset == b.ruleset && a.rule_update == b.rule_update;
}

// The first failure counts; what was not authentic is told of both.
void join(Outcome& outcome, Outcome more) {
  outcome.changed = outcome.changed || more.changed;
  outcome.waits = outcome.waits || more.waits;
  for (auto& each : more.not_authentic) outcome.not_authentic.push_back(std::move(each));
  if (outcome.failed()) return;
  outcome.cause = more.cause;
  outcome.detail = std::move(more.detail);
}

}  // namespace

Result<std::unique_ptr<Agent>> Agent::open(AgentParts parts, AgentOptions options) {
  auto memory = Memory::open(parts.files, options.state / "memory");
  if (!memory) return fail(memory.error());
  auto outbox = Outbox::open(parts.files, options.state / "outbox");
  if (!outbox) return fail(outbox.error());
  auto rules = RuleSet::open(parts.files, options.install / "rules", options.keep);
  if (!rules) return fail(rules.error());
  auto patterns =
      PatternSet::open(parts.files, parts.open, parts.random,
                       {options.install / "patterns", options.state / "tuf", options.keep,
                        std::move(options.computer), std::move(options.components)});
  if (!patterns) return fail(patterns.error());
  return std::unique_ptr<Agent>(new Agent(std::move(parts), std::move(*patterns), std::move(*rules),
                                          std::move(*outbox), std::move(*memory)));
}

void Agent::say(const std::string& sentence) const {
  if (parts_.say) parts_.say(sentence);
}

// -- Speaking to the manager ---------------------------------------------------------------------

void Agent::queue(const Message& message) {
  if (const auto added = outbox_.add(message); !added) {
    say("What the manager is to hear is kept in memory only: " + added.error().detail);
  }
}

Result<void> Agent::flush() {
  return outbox_.flush(parts_.manager, [&](const Message& message, const Error& error) {
    say("The manager does not take a message (" + std::string(domain::name_of(message.kind)) +
        "): " + error.detail);
  });
}

// While the manager is away only what is new is kept: it hears in order what was in effect when.
Result<void> Agent::report(domain::Time now) {
  machine::Report said{0, patterns_.in_effect(), rules_.in_effect(), rules_.rule_update(), now};
  const Message message = message_of(said);
  const bool is_news = !said_ || !says_the_same(*said_, message);
  auto flushed = flush();
  if (!flushed && !is_news) return flushed;
  said.sequence = memory_.next_sequence();
  said_ = message;
  if (!flushed) {
    queue(message_of(said));
    return flushed;
  }
  const auto heard = parts_.manager.report(said);
  if (heard) {
    interval_ = *heard;
    return {};
  }
  if (is_news && is_away(heard.error())) queue(message_of(said));
  return fail(heard.error());
}

void Agent::note(Round& round, const Result<void>& spoken) {
  round.manager_heard = spoken.has_value();
  if (interval_) round.interval = *interval_;
  if (!spoken && is_refusal(spoken.error())) round.refusal = spoken.error();
}

void Agent::tell_not_authentic(const std::vector<Message>& messages) {
  for (const auto& each : messages) {
    const auto key = std::tuple(each.source->value, each.target + each.role, each.detail);
    if (!not_authentic_.insert(key).second) continue;
    say("Refused. " + each.detail);
    queue(each);
  }
}

void Agent::tell_failure(const std::string& what, const Outcome& outcome) {
  if (!outcome.failed()) {
    failures_.erase(what);
    return;
  }
  const std::pair told(outcome.cause, outcome.detail);
  const auto found = failures_.find(what);
  if (found != failures_.end() && found->second == told) return;
  failures_[what] = told;
  say("Updating the " + what + " failed: " + outcome.detail);
  Message message;
  message.kind = MessageKind::failed;
  message.what = what;
  message.cause = outcome.cause;
  message.detail = outcome.detail;
  queue(message);
}

// -- Work ----------------------------------------------------------------------------------------

void Agent::after_change(Outcome& outcome) {
  const Versions now{patterns_.version(), rules_.version()};
  const Versions before = memory_.hooked();
  if (now == before || is_stopped()) return;
  std::vector<std::string> changed;
  if (now.patterns != before.patterns) changed.emplace_back("patterns");
  if (now.rules != before.rules) changed.emplace_back("rules");
  if (parts_.hook && !run_hook(changed, outcome)) return;
  if (const auto kept = memory_.remember(now); !kept) say(kept.error().detail);
}

bool Agent::run_hook(const std::vector<std::string>& changed, Outcome& outcome) {
  const auto result = parts_.hook(changed);
  const std::string status = std::to_string(result.exit_status);
  say("The site's command ended with status " + status + ".");
  Message message;
  message.kind = MessageKind::hook_finished;
  message.exit_status = result.exit_status;
  message.detail = result.said;
  if (result.stopped) {
    message.detail =
        "It was ended as the agent was stopped, and runs again when that starts. " + result.said;
  }
  queue(message);
  if (result.exit_status != 0 && !result.stopped && !outcome.failed()) {
    outcome.cause = UpdateFault::hook_failed;
    outcome.detail = "The site's command ended with status " + status +
                     (result.said.empty() ? "." : ": " + result.said);
  }
  return !result.stopped;
}

Outcome Agent::update_patterns(const machine::Orders& orders, domain::Time now) {
  auto outcome = patterns_.update(orders.expected, places_of(orders), now);
  if (outcome.changed) say("Patterns in effect: " + described(patterns_.in_effect()) + ".");
  tell_not_authentic(outcome.not_authentic);
  if (outcome.not_authentic.empty() && !outcome.failed()) not_authentic_.clear();
  return outcome;
}

Outcome Agent::update_rules(const machine::Orders& orders, domain::Time now) {
  auto outcome = rules_.update(orders.expected_ruleset, parts_.manager, now);
  if (outcome.changed) {
    const auto update = rules_.rule_update();
    say(update ? "Rules in effect: those of " + text(*update) + "." : "Other rules are in effect.");
  }
  return outcome;
}

Outcome Agent::carry_out(const machine::Instruction& instruction, const machine::Orders& orders,
                         domain::Time now) {
  if (instruction.action == InstructionAction::send_policy) return update_rules(orders, now);
  if (instruction.action == InstructionAction::roll_back_patterns) {
    auto outcome = patterns_.roll_back(instruction.instruction);
    if (outcome.changed) {
      say("Rolled back; patterns in effect: " + described(patterns_.in_effect()) + ".");
    }
    return outcome;
  }
  auto outcome = patterns_.release();
  if (outcome.failed()) return outcome;
  join(outcome, update_patterns(orders, now));
  join(outcome, update_rules(orders, now));
  return outcome;
}

// The manager first hears what is in effect, then that the instruction is done.
void Agent::answer(const machine::Instruction& instruction, const Outcome& outcome,
                   domain::Time now, Round& round) {
  note(round, report(now));
  Message message;
  message.kind = MessageKind::finished;
  message.instruction = instruction.instruction;
  message.cause = outcome.cause;
  message.detail = outcome.failed() ? outcome.detail : "";
  message.occurred_at = now;
  queue(message);
  say("Instruction " + instruction.instruction.value +
      (outcome.failed() ? " failed: " + outcome.detail : " is done."));
  note(round, flush());
}

void Agent::work(const machine::Orders& orders, domain::Time now, Round& round) {
  for (const auto& instruction : orders.instructions) {
    if (is_stopped()) return;
    if (const auto taken = parts_.manager.take(instruction.instruction); !taken) {
      if (is_away(taken.error()) || is_refusal(taken.error()))
        return note(round, fail(taken.error()));
      continue;  // Nobody asks for it any more.
    }
    auto outcome = carry_out(instruction, orders, now);
    after_change(outcome);
    if (is_stopped()) return;
    if (outcome.waits && !outcome.failed()) continue;  // At work on it until it can be had.
    answer(instruction, outcome, now, round);
  }
  auto patterns = update_patterns(orders, now);
  auto rules = update_rules(orders, now);
  const bool changed = patterns.changed || rules.changed;
  after_change(patterns);
  if (is_stopped()) return;
  tell_failure("patterns", patterns);
  tell_failure("rules", rules);
  if (changed || !outbox_.empty()) note(round, report(now));
}

Round Agent::round(domain::Time now) {
  Round round;
  note(round, report(now));
  if (round.refusal) return round;
  if (round.manager_heard) {
    const auto orders = parts_.manager.orders();
    if (orders) {
      interval_ = orders->heartbeat_interval;
      round.interval = *interval_;
      if (const auto kept = memory_.remember(places_of(*orders)); !kept) say(kept.error().detail);
      work(*orders, now, round);
      return round;
    }
    note(round, fail(orders.error()));
    if (is_stopped()) return round;
    say("The manager gives no orders: " + orders.error().detail);
    if (round.refusal) return round;
  }
  const auto& places = memory_.places();
  if (is_stopped() || !places || !places->download_without_manager) return round;
  auto outcome = patterns_.update_undecided(*places, now);
  if (outcome.changed) {
    say("The manager is away; patterns in effect: " + described(patterns_.in_effect()) + ".");
  }
  tell_not_authentic(outcome.not_authentic);
  after_change(outcome);
  if (is_stopped()) return round;
  tell_failure("patterns", outcome);
  if (outcome.changed) static_cast<void>(report(now));
  return round;
}

}  // namespace ledger::updates::agent
