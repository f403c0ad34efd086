// A whole ledger in memory that answers requests: real routes, writer, projector and views, without
// a socket.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "api/machine_authority.h"
#include "api/operations.h"
#include "api/plans.h"
#include "api/router.h"
#include "api/routes.h"
#include "ledger/store/memory_log.h"
#include "projections/memory_view_store.h"
#include "tests/support/fold.h"
#include "updates/memory_content_store.h"

namespace tests {

// Turned by hand.
class HandClock final : public ledger::Clock {
 public:
  ledger::domain::Time now() const override { return {now_.load()}; }
  ledger::domain::Duration steady() const override { return {now_.load()}; }
  void advance(ledger::domain::Duration by) { now_ += by.micros; }
  void set(ledger::domain::Time now) { now_ = now.micros; }

 private:
  std::atomic<std::int64_t> now_{1'800'000'000'000'000};
};

struct Answer {
  int status = 0;
  std::string body;
  std::map<std::string, std::string> headers;  // By name in lower case.
  std::string content_type;
  std::unique_ptr<api::Source> source;

  // The value of the first "name":value of the body, without quotes; empty: there is none.
  std::string field(std::string_view name) const;
};

struct Asked {
  std::string method = "GET";
  std::string target;  // Path and query, escaped.
  std::string body = {};
  std::map<std::string, std::string> headers = {};  // By name in lower case.
};

class AnsweringLedger {
 public:
  static constexpr ledger::domain::Time usual_start{1'800'000'000'000'000};

  AnsweringLedger() : AnsweringLedger(usual_start) {}
  // Begins at another moment: where certificates are compared with the machine's own clock.
  explicit AnsweringLedger(ledger::domain::Time start);
  ~AnsweringLedger();

  // Computers can have certificates of this authority from now on; it outlives the ledger.
  void use_authority(const api::MachineAuthority& authority) { services_->machines = &authority; }
  // So many writes wait already until they are sealed.
  void let_wait(std::size_t writes) { *services_->acknowledging = writes; }
  ledger::Writer& writer() { return *writer_; }
  const api::Services& services() const { return *services_; }

  // By an administrator, unless `caller` says otherwise. The answer to a write is awaited.
  Answer ask(const Asked& asked);
  Answer get(const std::string& target) { return ask({"GET", target}); }
  Answer post(const std::string& target, const std::string& body) {
    return ask({"POST", target, body});
  }
  // With the version that is there now.
  Answer put(const std::string& target, const std::string& body);

  // Imports a rule update of so many rules, all of version `version`.
  void import_update(const std::string& name, int rules, int version);
  // Plans and applies.
  Answer apply(const std::string& plan_target);

  api::Caller caller;
  HandClock clock;
  ledger::store::MemoryLog log;
  projections::MemoryViewStore views;
  ledger::updates::MemoryContentStore content;
  ledger::ContactBook contacts;
  api::Router router;
  std::chrono::milliseconds sealing{0};  // Heads are sealed for who waits so long.

 private:
  class NoChores;

  ledger::SystemEntropy entropy_;
  std::unique_ptr<ledger::Writer> writer_;
  std::unique_ptr<projections::Projector> projector_;
  std::unique_ptr<NoChores> chores_;
  std::unique_ptr<api::Plans> plans_;
  std::unique_ptr<api::Operations> operations_;
  std::unique_ptr<api::Services> services_;
};

}  // namespace tests
