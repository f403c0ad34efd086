// The manager of a relay that has none: never there.
#pragma once

#include "updates/machine/manager.h"

namespace ledger_relay {

class NoManager final : public ledger::updates::machine::Manager {
  using Orders = ledger::updates::machine::Orders;
  using OrderedRuleset = ledger::updates::machine::OrderedRuleset;
  template <class T>
  using Result = ledger::Result<T>;

 public:
  Result<ledger::domain::Duration> report(const ledger::updates::machine::Report&) override {
    return none();
  }
  Result<Orders> orders() override { return none(); }
  Result<OrderedRuleset> ruleset() override { return none(); }
  Result<void> take(const ledger::domain::InstructionId&) override { return none(); }
  Result<void> finish(const ledger::domain::InstructionId&, ledger::domain::UpdateFault,
                      const std::string&) override {
    return none();
  }
  Result<void> failed(const ledger::updates::machine::Failure&) override { return none(); }
  Result<void> hook_finished(std::int32_t, const std::string&) override { return none(); }
  Result<void> relay_report(const ledger::updates::machine::RelayReport&) override {
    return none();
  }
  Result<void> not_authentic(const ledger::domain::SourceId&, const std::string&,
                             const std::string&, const std::string&) override {
    return none();
  }

 private:
  static tl::unexpected<ledger::Error> none() {
    return ledger::fail(ledger::ErrorKind::unavailable, "manager-unreachable",
                        "This relay works without a manager.");
  }
};

}  // namespace ledger_relay
