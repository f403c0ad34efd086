// The views in memory, with the contract of those on disk: for the simulation, for property tests
// and for ThreadSanitizer, which cannot see into RocksDB.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "projections/event_rows.h"
#include "projections/view_changes.h"
#include "projections/view_store.h"

namespace projections {

class MemoryViewStore final : public ViewStore {
 public:
  MemoryViewStore();
  MemoryViewStore(const MemoryViewStore&) = delete;
  MemoryViewStore& operator=(const MemoryViewStore&) = delete;

  domain::Position size() const override;
  domain::Digest root() const override;
  // A snapshot does not outlive the store.
  std::unique_ptr<Snapshot> as_of(domain::Position at) const override;
  domain::Position last_change(View view, domain::Position at) const override {
    return view_changes_.last_change(view, at);
  }
  ledger::Result<std::vector<RowVersion>> versions(View view, std::string_view key,
                                                   domain::Position at,
                                                   std::size_t max) const override;
  ledger::Result<std::vector<ChangedRow>> changed_by(domain::Position position) const override;
  ledger::Result<void> visit_changes(domain::Position from, domain::Position to,
                                     const ChangeVisit& visit) const override;
  ledger::Result<void> visit_versions(View view, std::span<const std::string> keys,
                                      domain::Position since, domain::Position at,
                                      const VersionsVisit& visit) const override;
  std::vector<domain::ViewDigest> digests() const override;

  Rows& begin_event(domain::Position position) override;
  std::optional<std::vector<domain::ViewDigest>> digests_at(domain::Position folded) override;
  ledger::Result<void> commit(domain::Position size, const domain::Digest& root) override;
  ledger::Result<void> flush() override { return {}; }
  ledger::Result<void> clear() override;

  // As after a crash and a new start: what is committed, and nothing else known of it.
  void reopen();

 private:
  class MemorySnapshot;
  class MemoryCursor;
  using Key = std::pair<View, std::string>;
  using Versions = std::map<domain::Position, std::optional<std::string>>;
  struct Written {
    domain::Position position;
    std::vector<EventRows::Change> changes;
  };

  std::unique_ptr<EventRows> rows_since(domain::Position size,
                                        const std::vector<domain::ViewDigest>& digests) const;
  void end_event();
  static const std::optional<std::string>* newest(const Versions& versions, domain::Position at);

  // The projector's.
  std::unique_ptr<EventRows> rows_;
  std::optional<domain::Position> open_event_;
  std::vector<Written> written_;  // Since the last commit.

  ViewChanges view_changes_;
  mutable std::mutex mutex_;
  std::map<Key, Versions> versions_;
  std::map<domain::Position, std::vector<ChangedRow>> changes_;
  domain::Position size_;
  domain::Digest root_;
  std::vector<domain::ViewDigest> digests_;
};

}  // namespace projections
