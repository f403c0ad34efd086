// Checks of sources. Each source has a thread of its own, so that one that is slow, or away, never
// holds up another.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>

#include "ledger/clock.h"
#include "ledger/domain/command.h"
#include "ledger/entropy.h"
#include "ledger/store/event_log.h"
#include "ledger/writer.h"
#include "tools/ledgerd/check_watch.h"
#include "tools/ledgerd/job_pool.h"
#include "tools/ledgerd/mirrors.h"
#include "tools/ledgerd/order.h"
#include "updates/content_store.h"
#include "updates/repository_check.h"
#include "updates/tuf/paced_transport.h"

namespace ledgerd {

// A bundle that somebody carried here, of a source.
struct BroughtBundle {
  ledger::domain::SourceId source;
  std::filesystem::path file;
  ledger::domain::Command asked;  // By whom and why; its payload does not matter.
};

// Thread: one at a time, but for import_bundle().
class SourceChecks {
 public:
  struct Parts {
    ledger::Writer& writer;
    const ledger::store::EventLog& log;
    ledger::updates::ContentStore& content;
    Mirrors& mirrors;
    const ledger::Clock& clock;
    ledger::Entropy& entropy;
    api::Operations& operations;
    std::uint64_t bytes_per_second = 0;  // Of all downloads from repositories; 0: no bound.
  };

  explicit SourceChecks(Parts parts);
  // Ends what runs; it is taken up at the next start.
  ~SourceChecks() { stop_.request_stop(); }
  SourceChecks(const SourceChecks&) = delete;
  SourceChecks& operator=(const SourceChecks&) = delete;

  // Carries out the check that the event ordered, unless it is over; it is an operation of the
  // check's name meanwhile.
  void start(const ledger::domain::SourceId& source, const Order& order);
  // From now on the source's copy is kept fresh and sound between checks.
  void keep_fresh(const ledger::domain::SourceId& source);
  void forget(const ledger::domain::SourceId& source);

  // Verifies a bundle as a check would verify the source, takes it, and has recorded what came of
  // it; the answer is a JSON object. Waits for a check of the source to end. `go_on` is asked now
  // and then, and ends it by answering false. Whatever is refused changes nothing, and is recorded.
  // Errors: those of updates::import_bundle(), not_found ("source-unknown"), unavailable
  // ("given-up"). Thread: any.
  ledger::Result<std::string> import_bundle(const BroughtBundle& brought,
                                            const std::function<bool()>& go_on);

 private:
  struct Asked;
  // What the world knows of a source that is a repository.
  struct Known {
    ledger::updates::RepositoryCheckRequest repository;
    std::uint64_t metadata_version = 0;
  };
  void run(const Asked& asked, const Order& order, CheckWatch& watch) const;
  void run_repository(const Asked& asked, const Order& order, CheckWatch& watch) const;
  // Has it recorded, and tells who watches.
  void report(ledger::domain::CommandPayload payload, const Order& order, CheckWatch& watch) const;
  JobPool& thread_of(const ledger::domain::SourceId& source);
  // Reads through what changed or was not read for long; what is damaged is recorded for each
  // source that lists it, and served no more.
  void look_through(const std::optional<Order>& order) const;
  // Has what is damaged of the source's copy fetched again.
  void mend(const ledger::domain::SourceId& source) const;
  void freshen(const ledger::domain::SourceId& source) const;
  // source_bundles.cc
  ledger::Result<std::string> take(const BroughtBundle& brought, const std::stop_token& stop) const;
  ledger::Result<std::string> take_into_mirror(const BroughtBundle& brought, const Known& known,
                                               const std::stop_token& stop) const;

  ledger::Result<Known> known_of(const ledger::domain::SourceId& source) const;
  bool again(unsigned failures, CheckWatch& watch) const;
  ledger::Result<std::unique_ptr<ledger::updates::tuf::Transport>> open(
      const std::string& url, const std::string& proxy, const std::stop_token& stop) const;

  Parts parts_;
  std::unique_ptr<ledger::updates::tuf::Pace> pace_;  // Null: no bound.
  std::stop_source stop_;
  std::set<ledger::domain::SourceId> fresh_;  // Kept so.
  std::mutex mutex_;
  std::map<ledger::domain::SourceId, std::unique_ptr<JobPool>> threads_;  // Guarded.
};

}  // namespace ledgerd
