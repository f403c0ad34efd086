// Does what events ask of the world outside: checks of sources, runs of tasks, bytes that were
// given up. The event is the order: whoever caused it, a person, a schedule, an earlier process,
// the work is done once and its outcome comes back as a command.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "ledger/clock.h"
#include "ledger/contact_book.h"
#include "ledger/domain/event.h"
#include "ledger/domain/world.h"
#include "ledger/entropy.h"
#include "ledger/store/event_log.h"
#include "ledger/writer.h"
#include "tools/ledgerd/job_pool.h"
#include "tools/ledgerd/mirrors.h"
#include "tools/ledgerd/order.h"
#include "tools/ledgerd/reports.h"
#include "tools/ledgerd/source_checks.h"
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
    Mirrors& mirrors;
    ledger::Entropy& entropy;
    api::Operations& operations;
    std::uint64_t bytes_per_second = 0;  // Of downloads from sources; 0: no bound.
  };

  // Takes up what an earlier process left undone, then follows the log from its head.
  explicit Reactor(Parts parts);
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  // See SourceChecks. Thread: any.
  ledger::Result<std::string> import_bundle(const BroughtBundle& brought,
                                            const std::function<bool()>& go_on) {
    return checks_.import_bundle(brought, go_on);
  }

 private:
  void resume();
  void remove_forgotten(const std::set<ledger::domain::Digest>& wanted);
  void follow(const std::stop_token& stop);
  void react(const ledger::domain::Event& event);
  void expect_computers(const ledger::domain::World& world);

  void run_task(const ledger::domain::TaskId& task, std::uint64_t run, Order order);
  ledger::Result<std::string> export_report(const std::string& wanted, const std::string& name,
                                            const Order& order, const std::stop_token& stop);
  void give_up(const ledger::domain::Digest& digest);
  // Whether a pattern, a rule update or the copy of a source has it; also when nobody can say.
  bool is_wanted(const ledger::domain::Digest& digest) const;
  void prune(const ledger::domain::PatternRetired& retired, const Order& order);
  void prune(const ledger::domain::PatternVersion& version, const std::optional<Order>& order);
  void prune_unsourced(const ledger::domain::PatternVersion& version,
                       const std::optional<Order>& order);
  // Has it recorded, however long that takes, and then does this.
  void tell_pruned(const ledger::domain::PatternVersion& version, const std::optional<Order>& order,
                   std::function<void()> then);

  Parts parts_;
  ledger::domain::Position seen_;
  SourceChecks checks_;
  JobPool jobs_;
  std::jthread follower_;
};

}  // namespace ledgerd
