// ViewStore on RocksDB: one column family, no WAL (after a crash the views are behind, which the
// log makes good; two families would come back each at another moment). Only view_store*.cc see it.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/limits.h"
#include "ledger/newest_cache.h"
#include "projections/event_rows.h"
#include "projections/view_changes.h"
#include "projections/view_store.h"
#include "projections/view_store_bulk.h"

namespace projections {

// What the store knows of itself, written with every batch.
struct StoreState {
  std::uint32_t format = 0;
  domain::Position size;
  domain::Digest root;
  std::vector<domain::ViewDigest> digests;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("format", &StoreState::format), field("size", &StoreState::size),
                      field("root", &StoreState::root), field("digests", &StoreState::digests));
  }
};

// Goes up when the rows of the same log become others, or are kept in another way; not when a view
// is added, which is noticed by itself.
inline constexpr std::uint32_t views_format = 2;

// What rows became last; nothing: the row never was.
using NewestVersion = std::optional<RowVersion>;
using NewestRows = ledger::NewestCache<NewestVersion>;
inline std::size_t bytes_of(const NewestVersion& newest) {
  return sizeof(NewestVersion) + (newest && newest->row ? newest->row->size() : 0);
}

class RocksViewStore final : public ViewStore {
 public:
  RocksViewStore(Options options, std::unique_ptr<rocksdb::Env> env,
                 std::unique_ptr<rocksdb::DB> db, StoreState state);
  ~RocksViewStore() override;
  RocksViewStore(const RocksViewStore&) = delete;
  RocksViewStore& operator=(const RocksViewStore&) = delete;

  domain::Position size() const override;
  domain::Digest root() const override;
  std::unique_ptr<Snapshot> as_of(domain::Position at) const override;
  domain::Position last_change(View view, domain::Position at) const override {
    return changes_.last_change(view, at);
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
  ledger::Result<void> flush() override;
  ledger::Result<void> clear() override;

  // Ends what a crash in clear() left undone. To be called first. Errors: corrupt, io.
  ledger::Result<void> erase_leftovers();

 private:
  std::unique_ptr<EventRows> rows_since(const StoreState& state) const;
  void end_event();
  ledger::Result<void> erase_rows();
  void write(std::string_view key, std::string_view value);
  ledger::Result<void> write_batch(const StoreState& state);
  void tell_newest_rows();

  Options options_;
  std::unique_ptr<rocksdb::Env> env_;  // Over checked files.
  std::unique_ptr<rocksdb::DB> db_;

  // The projector's.
  std::unique_ptr<EventRows> rows_;
  std::optional<domain::Position> open_event_;
  std::string key_;               // Being written.
  std::string value_;             // Being written.
  GatheredRows written_;          // Since the last commit.
  std::optional<BulkRows> bulk_;  // Instead, in a bulk store.
  rocksdb::WriteBatch batch_;

  ViewChanges changes_;
  mutable NewestRows newest_rows_{ledger::limits::newest_rows_bytes_max};
  mutable std::mutex mutex_;
  StoreState state_;  // As committed.
};

// The newest row at or before `at`. Errors: corrupt, io.
ledger::Result<NewestVersion> newest_version(rocksdb::DB& db, View view, std::string_view key,
                                             domain::Position at);
// The same, of what is kept in memory if it is there, and kept from now on if it is the newest.
ledger::Result<NewestVersion> kept_version(rocksdb::DB& db, const ViewChanges& changes,
                                           NewestRows& newest, View view, std::string_view key,
                                           domain::Position at);
// `newest`: null, if the store does not say what it changes.
std::unique_ptr<Snapshot> snapshot_of(rocksdb::DB& db, const ViewChanges& changes,
                                      NewestRows* newest, domain::Position at);
ledger::Result<std::vector<RowVersion>> versions_in(rocksdb::DB& db, View view,
                                                    std::string_view key, domain::Position at,
                                                    std::size_t max);
ledger::Result<void> visit_versions_in(rocksdb::DB& db, View view,
                                       std::span<const std::string> keys, domain::Position since,
                                       domain::Position at, const ViewStore::VersionsVisit& visit);
ledger::Result<void> visit_changes_in(rocksdb::DB& db, domain::Position from, domain::Position to,
                                      const ViewStore::ChangeVisit& visit);

// Rows and the absence of one, as stored.
void append_stored_row(std::string& out, const std::optional<std::string>& row);
// Nothing: erased. Shape: not empty.
std::optional<std::string_view> row_in(std::string_view stored);
// What an event changed, as stored.
void append_stored_changes(std::string& out, const std::vector<EventRows::Change>& changes);
ledger::Result<std::vector<ChangedRow>> changes_in(std::string_view stored);

// What RocksDB said, in our words.
ledger::Error views_error_of(const rocksdb::Status& status);

inline rocksdb::Slice slice_of(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
inline std::string_view view_of(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

}  // namespace projections
