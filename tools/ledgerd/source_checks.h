// Checks of sources. Each source has a thread of its own, so that one that is slow, or away, never
// holds up another.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>

#include "ledger/clock.h"
#include "ledger/entropy.h"
#include "ledger/store/event_log.h"
#include "ledger/writer.h"
#include "tools/ledgerd/job_pool.h"
#include "tools/ledgerd/mirrors.h"
#include "tools/ledgerd/order.h"
#include "updates/content_store.h"
#include "updates/tuf/paced_transport.h"

namespace ledgerd {

// Thread: one at a time.
class SourceChecks {
 public:
  struct Parts {
    ledger::Writer& writer;
    const ledger::store::EventLog& log;
    ledger::updates::ContentStore& content;
    Mirrors& mirrors;
    const ledger::Clock& clock;
    ledger::Entropy& entropy;
    std::uint64_t bytes_per_second = 0;  // Of all downloads from repositories; 0: no bound.
  };

  explicit SourceChecks(Parts parts);
  // Ends what runs; it is taken up at the next start.
  ~SourceChecks() { stop_.request_stop(); }
  SourceChecks(const SourceChecks&) = delete;
  SourceChecks& operator=(const SourceChecks&) = delete;

  // Carries out the check that the event ordered, unless it is over.
  void start(const ledger::domain::SourceId& source, const Order& order);
  // From now on the source's copy is kept fresh between checks.
  void keep_fresh(const ledger::domain::SourceId& source);
  void forget(const ledger::domain::SourceId& source);

 private:
  struct Asked;
  void run(const Asked& asked, const Order& order) const;
  void run_repository(const Asked& asked, const Order& order) const;
  JobPool& thread_of(const ledger::domain::SourceId& source);
  void freshen(const ledger::domain::SourceId& source) const;
  bool again(unsigned failures) const;
  void wait(ledger::domain::Duration duration) const;
  ledger::Result<std::unique_ptr<ledger::updates::tuf::Transport>> open(
      const std::string& url, const std::string& proxy) const;

  Parts parts_;
  std::unique_ptr<ledger::updates::tuf::Pace> pace_;  // Null: no bound.
  std::stop_source stop_;
  std::set<ledger::domain::SourceId> fresh_;  // Kept so.
  std::map<ledger::domain::SourceId, std::unique_ptr<JobPool>> threads_;
};

}  // namespace ledgerd
