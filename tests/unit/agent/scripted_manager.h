// A manager that a test scripts: it gives the orders that the test sets, and remembers what it was
// told.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ledger/digest.h"
#include "updates/machine/manager.h"

namespace tests {

namespace domain = ledger::domain;
namespace machine = ledger::updates::machine;

class ScriptedManager final : public machine::Manager {
 public:
  template <class T>
  using Result = ledger::Result<T>;

  bool away = false;
  std::string refusal;  // The reason with which it refuses whatever it is told; empty: none.
  machine::Orders given;
  machine::OrderedRuleset rules;
  std::vector<std::string> heard;  // "report 1.0", "take i1", "finish i1 none", ...
  std::vector<machine::Report> reports;

  Result<domain::Duration> report(const machine::Report& said) override {
    std::string line = "report";
    for (const auto& each : said.components)
      line += " " + each.component.value + "/" + each.version;
    if (said.ruleset) line += " rules " + hex(*said.ruleset).substr(0, 4);
    if (auto done = note(line); !done) return ledger::fail(done.error());
    reports.push_back(said);
    return given.heartbeat_interval;
  }
  Result<machine::Orders> orders() override {
    if (away) return gone();
    return given;
  }
  Result<machine::OrderedRuleset> ruleset() override {
    if (away) return gone();
    return rules;
  }
  Result<void> take(const domain::InstructionId& instruction) override {
    return note("take " + instruction.value);
  }
  Result<void> finish(const domain::InstructionId& instruction, domain::UpdateFault cause,
                      const std::string&) override {
    auto done = note("finish " + instruction.value + " " + std::string(domain::name_of(cause)));
    if (done) {
      std::erase_if(given.instructions,
                    [&](const auto& each) { return each.instruction == instruction; });
    }
    return done;
  }
  Result<void> failed(const machine::Failure& failure) override {
    return note("failed " + failure.what + " " + std::string(domain::name_of(failure.cause)));
  }
  Result<void> hook_finished(std::int32_t status, const std::string& detail) override {
    return note("hook " + std::to_string(status) + " " + detail);
  }
  Result<void> relay_report(const machine::RelayReport&) override { return {}; }
  Result<void> not_authentic(const domain::SourceId& source, const std::string& target,
                             const std::string& role, const std::string&) override {
    return note("not_authentic " + source.value + " " + target + role);
  }

  // What was heard since the last time, heartbeats that say what `usual` says left out.
  std::vector<std::string> news(const std::string& usual = "-") {
    std::vector<std::string> lines;
    for (auto& each : heard) {
      if (each != usual) lines.push_back(std::move(each));
    }
    heard.clear();
    return lines;
  }

 private:
  static tl::unexpected<ledger::Error> gone() {
    return ledger::fail(ledger::ErrorKind::unavailable, "manager-unreachable", "It is away.");
  }
  Result<void> note(const std::string& line) {
    if (away) return gone();
    heard.push_back(line);
    if (!refusal.empty()) return ledger::fail(ledger::ErrorKind::refused, refusal, "Never.");
    return {};
  }
};

}  // namespace tests
