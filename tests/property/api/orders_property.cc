// Who asks for orders only when the answer to a heartbeat names another event than before has the
// orders of now, whatever happened in between.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>

#include "tests/support/any_history.h"
#include "tests/unit/api/answering_ledger.h"

namespace {

namespace domain = ledger::domain;
using tests::AnsweringLedger;

void submit(AnsweringLedger& ledger, domain::CommandPayload payload) {
  domain::Command command;
  command.reason = "The test asks for it.";
  command.payload = std::move(payload);
  (void)ledger.writer().call(std::move(command)).has_value();  // A refusal changes no orders.
}

// What it asks for in the world that the steps before it made.
void take(AnsweringLedger& ledger, const tests::Step& step) {
  ledger.clock.advance(tests::wait_before(step));
  domain::CommandPayload payload;
  const auto looked = ledger.writer().inspect([&](const domain::World& world, const auto&) {
    payload = tests::command_for(world, ledger.clock.now(), step);
  });
  RC_ASSERT(looked.has_value());
  submit(ledger, std::move(payload));
}

// Without the position that it was asked at, which stands first.
std::string without_position(const std::string& body) { return body.substr(body.find(',')); }

// A computer that speaks as an agent does: a heartbeat first, then orders if it has none of the
// event that the answer names. It asks for them each time, to compare.
class Listener {
 public:
  explicit Listener(std::string computer)
      : computer_(std::move(computer)), path_("/v1/computers/" + computer_) {}

  void beat(AnsweringLedger& ledger) {
    ledger.caller.role = domain::Role::agent;
    ledger.caller.computer = domain::ComputerId{computer_};
    const auto heard = ledger.post(path_ + "/report", R"({"sequence":1})");
    const auto orders = ledger.get(path_ + "/instructions");
    ledger.caller.role = domain::Role::admin;
    if (heard.status != 200 || orders.status != 200) return changed_.clear();  // It was removed.
    const auto changed = heard.field("orders_changed");
    if (changed == changed_) RC_ASSERT(without_position(orders.body) == orders_);
    changed_ = changed;
    orders_ = without_position(orders.body);
  }

 private:
  std::string computer_;
  std::string path_;
  std::string changed_;  // As the last heartbeat said; empty: it knows no orders.
  std::string orders_;
};

RC_GTEST_PROP(Orders, AreThoseOfNowForWhoAsksWhenToldThatTheyMayHaveChanged, ()) {
  AnsweringLedger ledger;
  for (auto& payload : tests::settling_in(ledger.clock.now())) submit(ledger, std::move(payload));
  Listener listeners[] = {Listener("c1"), Listener("c2"), Listener("c3"), Listener("c4")};
  for (const auto& step : *tests::any_steps()) {
    take(ledger, step);
    ledger.get("/v1/overview");  // By then the views have what was said before.
    for (auto& each : listeners) each.beat(ledger);
  }
}

}  // namespace
