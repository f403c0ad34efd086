// The agent: says what is in effect on its computer, is told what should be, makes it so, and says
// how that went. Without clock, threads or sockets of its own.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "updates/agent/hook.h"
#include "updates/agent/memory.h"
#include "updates/agent/pattern_set.h"
#include "updates/agent/rule_set.h"

namespace ledger::updates::agent {

struct AgentOptions {
  std::filesystem::path state;    // What only the agent reads.
  std::filesystem::path install;  // <install>/patterns/current, <install>/rules/current.
  std::size_t keep = 3;           // Versions before the one in effect.
  domain::ComputerId computer;
  std::vector<domain::ComponentName> components;  // That it takes; none: all that is expected.
};

// What the agent needs of the outside. All outlive it.
struct AgentParts {
  machine::Manager& manager;
  Files& files;
  const OpenWay& open;
  const Random& random;
  // The site's command after a change of what these directories have; null: none.
  std::function<HookResult(const std::vector<std::string>& changed)> hook;
  std::function<void(const std::string&)> say;  // A sentence for people. Null: nobody listens.
  // Cuts a round short; what `manager`, `open` and `hook` do ends by it too.
  std::stop_token stop = {};
};

struct Round {
  bool manager_heard = false;
  std::optional<Error> refusal;  // The manager wants nothing of this machine any more.
  domain::Duration interval = domain::minutes(10);  // Until the next round.
};

// Thread: one at a time.
class Agent {
 public:
  // Errors: unavailable ("disk-full"), io.
  static Result<std::unique_ptr<Agent>> open(AgentParts parts, AgentOptions options);

  // Report, orders, work, answers. Whatever ends the process in between, the next round goes on
  // from what is there. What a stop cut short is no failure: nobody is told of it.
  Round round(domain::Time now);

  const PatternSet& patterns() const { return patterns_; }
  const RuleSet& rules() const { return rules_; }
  const Outbox& outbox() const { return outbox_; }

 private:
  Agent(AgentParts parts, PatternSet patterns, RuleSet rules, Outbox outbox, Memory memory)
      : parts_(std::move(parts)),
        patterns_(std::move(patterns)),
        rules_(std::move(rules)),
        outbox_(std::move(outbox)),
        memory_(std::move(memory)) {}

  void say(const std::string& sentence) const;
  Result<void> report(domain::Time now);
  Result<void> flush();
  void queue(const Message& message);
  void note(Round& round, const Result<void>& spoken);
  void work(const machine::Orders& orders, domain::Time now, Round& round);
  Outcome carry_out(const machine::Instruction& instruction, const machine::Orders& orders,
                    domain::Time now);
  void answer(const machine::Instruction& instruction, const Outcome& outcome, domain::Time now,
              Round& round);
  Outcome update_patterns(const machine::Orders& orders, domain::Time now);
  Outcome update_rules(const machine::Orders& orders, domain::Time now);
  // The site's command, if a change has not been followed by it yet; `outcome` fails if it does.
  void after_change(Outcome& outcome);
  // False: it was ended before its time, and is to run again.
  bool run_hook(const std::vector<std::string>& changed, Outcome& outcome);
  bool is_stopped() const { return parts_.stop.stop_requested(); }
  void tell_not_authentic(const std::vector<Message>& messages);
  // A failure outside an instruction: told once, and again when it is another one.
  void tell_failure(const std::string& what, const Outcome& outcome);

  AgentParts parts_;
  PatternSet patterns_;
  RuleSet rules_;
  Outbox outbox_;
  Memory memory_;
  std::optional<domain::Duration> interval_;  // As last heard.
  std::optional<Message> said_;               // The last report that was given or kept.
  std::map<std::string, std::pair<domain::UpdateFault, std::string>> failures_;  // Told, by what.
  std::set<std::tuple<std::string, std::string, std::string>> not_authentic_;    // Told.
};

}  // namespace ledger::updates::agent
