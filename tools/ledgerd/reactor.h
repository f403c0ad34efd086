// Does what events ask of the world outside: checks of sources, runs of tasks, bytes that were
// given up. The event is the order: whoever caused it, a person, a schedule, an earlier process,
// the work is done once and its outcome comes back as a command.
#pragma once

#include <set>
#include <thread>

#include "ledger/clock.h"
#include "ledger/contact_book.h"
#include "ledger/domain/event.h"
#include "ledger/store/event_log.h"
#include "ledger/writer.h"
#include "tools/ledgerd/job_pool.h"
#include "tools/ledgerd/reports.h"
#include "updates/content_store.h"

namespace api {
class Chores;
}

namespace ledgerd {

class Reactor {
 public:
  struct Parts {
    ledger::Writer& writer;
    const ledger::store::EventLog& log;
    ledger::ContactBook& contacts;
    ledger::updates::ContentStore& content;
    const ledger::Clock& clock;
    api::Chores& chores;
    Reports& reports;
  };

  // Takes up what an earlier process left undone, then follows the log from its head.
  explicit Reactor(Parts parts);
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

 private:
  void resume();
  void remove_forgotten(const std::set<ledger::domain::Digest>& wanted);
  void follow(const std::stop_token& stop);
  void react(const ledger::domain::Event& event);
  void expect_computers(const ledger::domain::World& world);

  // The event that ordered a piece of work, as its outcome will name it.
  struct Order {
    ledger::domain::Position position;
    ledger::domain::Position correlation;
  };
  static ledger::domain::Command by_service(const Order& order);
  void check_source(const ledger::domain::SourceId& source, Order order);
  void run_task(const ledger::domain::TaskId& task, std::uint64_t run, Order order);
  void give_up(const ledger::domain::Digest& digest);
  void submit(ledger::domain::CommandPayload payload, const Order& order);

  Parts parts_;
  ledger::domain::Position seen_;
  JobPool jobs_;
  std::jthread follower_;
};

}  // namespace ledgerd
