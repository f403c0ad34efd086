#include "projections/view_store.h"

#include <rocksdb/convenience.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/iterator.h>
#include <rocksdb/perf_level.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "ledger/store/checked_files.h"
#include "projections/row_keys.h"
#include "projections/view_store_options.h"
#include "projections/view_store_rocksdb.h"

namespace projections {
namespace {

namespace fs = std::filesystem;

using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;

constexpr std::uint32_t keys_erased_at_once = 10'000;

Result<void> check_directory(const ViewStore::Options& options) {
  if (options.files) return {};
  std::error_code error;
  fs::create_directories(options.directory, error);
  if (error) {
    return fail(ErrorKind::io, "views-io",
                "The directory " + options.directory.string() +
                    " for the views cannot be made: " + error.message() + ".");
  }
  if (fs::exists(options.directory / "CURRENT", error)) return {};
  if (fs::is_empty(options.directory, error)) return {};
  return fail(ErrorKind::corrupt, "views-foreign",
              "The directory " + options.directory.string() +
                  " is not empty and holds no views; name another one.");
}

// The state that a database was left in; of a new one, the empty state.
Result<StoreState> state_in(rocksdb::DB& db) {
  StoreState empty;
  empty.format = views_format;
  empty.digests = ViewSums().digests();
  std::string stored;
  const auto status = db.Get(rocksdb::ReadOptions(), slice_of(state_key), &stored);
  if (status.IsNotFound()) return empty;
  if (!status.ok()) return fail(views_error_of(status));
  return decode_row<StoreState>(stored);
}

Result<std::unique_ptr<rocksdb::DB>> open_database(const ViewStore::Options& options,
                                                   rocksdb::Env* env) {
  rocksdb::DB* db = nullptr;
  const auto status =
      rocksdb::DB::Open(views_options(env, options.bulk), options.directory.string(), &db);
  if (!status.ok()) return fail(views_error_of(status));
  return std::unique_ptr<rocksdb::DB>(db);
}

Result<void> remove_store(const ViewStore::Options& options) {
  std::error_code error;
  fs::remove_all(options.directory, error);
  if (!error) return {};
  return fail(ErrorKind::io, "views-io",
              "The views at " + options.directory.string() +
                  " cannot be removed: " + error.message() + ".");
}

struct Opened {
  std::unique_ptr<rocksdb::DB> db;
  StoreState state;
};

Result<Opened> open_with_state(const ViewStore::Options& options, rocksdb::Env* env) {
  auto db = open_database(options, env);
  if (!db) return fail(db.error());
  auto state = state_in(**db);
  if (!state) return fail(state.error());
  return Opened{*std::move(db), *std::move(state)};
}

// Whether it has rows of every view that there is now, as they are written now.
bool is_of_our_format(const StoreState& state) {
  return state.format == views_format && state.digests.size() == all_views.size() &&
         ViewSums::from(state.digests);
}

}  // namespace

Result<std::unique_ptr<ViewStore>> ViewStore::open(const Options& options) {
  const auto checked = check_directory(options);
  if (!checked) return fail(checked.error());
  auto env = rocksdb::NewCompositeEnv(std::make_shared<ledger::store::CheckedFiles>(options.files));
  auto opened = open_with_state(options, env.get());
  const bool damaged = !opened && opened.error().kind == ErrorKind::corrupt;
  const bool of_another_format = opened && !is_of_our_format(opened->state);
  if ((damaged && options.discard_damaged) || of_another_format) {
    spdlog::warn("the views at {} are made anew: {}", options.directory.string(),
                 damaged ? opened.error().detail : "they are of another format");
    opened = fail(ErrorKind::io, "views-io", "The views are closed.");
    if (const auto removed = remove_store(options); !removed) return fail(removed.error());
    opened = open_with_state(options, env.get());
  }
  if (!opened) return fail(opened.error());
  auto store = std::make_unique<RocksViewStore>(options, std::move(env), std::move(opened->db),
                                                std::move(opened->state));
  if (const auto erased = store->erase_leftovers(); !erased) return fail(erased.error());
  return std::unique_ptr<ViewStore>(std::move(store));
}

RocksViewStore::RocksViewStore(Options options, std::unique_ptr<rocksdb::Env> env,
                               std::unique_ptr<rocksdb::DB> db, StoreState state)
    : options_(std::move(options)),
      env_(std::move(env)),
      db_(std::move(db)),
      rows_(rows_since(state)),
      state_(std::move(state)) {
  changes_.opened(state_.size);
  if (options_.bulk) bulk_.emplace(*db_, options_.directory);
}

RocksViewStore::~RocksViewStore() {
  // A close that fails leaves the views behind, as a crash does.
  if (options_.bulk) {
    auto flushed = db_->Flush(rocksdb::FlushOptions());
    if (flushed.ok()) flushed = db_->CompactRange(compact_whole(), nullptr, nullptr);
    flushed.PermitUncheckedError();
  }
  db_->Close().PermitUncheckedError();
}

std::unique_ptr<EventRows> RocksViewStore::rows_since(const StoreState& state) const {
  const auto sums = ViewSums::from(state.digests);
  CHECK(sums.has_value(), "the digests of an opened store are of its views");
  rocksdb::DB* const db = db_.get();
  // What is newest is asked at the committed position: a crash can leave newer rows of events that
  // are folded again.
  return std::make_unique<EventRows>(
      RowBook::Start{state.size, *sums, [this, db](View view, std::string_view key) {
                       using Row = std::optional<std::string>;
                       auto newest = newest_version(*db, view, key, {size().value - 1});
                       if (!newest) return Result<Row>(fail(newest.error()));
                       return Result<Row>(*newest ? std::move((*newest)->row) : std::nullopt);
                     }});
}

domain::Position RocksViewStore::size() const {
  const std::lock_guard lock(mutex_);
  return state_.size;
}

domain::Digest RocksViewStore::root() const {
  const std::lock_guard lock(mutex_);
  return state_.root;
}

std::unique_ptr<Snapshot> RocksViewStore::as_of(domain::Position at) const {
  return snapshot_of(*db_, changes_, options_.bulk ? nullptr : &newest_rows_, at);
}

Result<std::vector<RowVersion>> RocksViewStore::versions(View view, std::string_view key,
                                                         domain::Position at,
                                                         std::size_t max) const {
  const auto newest = size();
  if (newest.value == 0) return std::vector<RowVersion>();
  at = std::min(at, domain::Position{newest.value - 1});
  if (max != 1 || options_.bulk) return versions_in(*db_, view, key, at, max);
  auto version = kept_version(*db_, changes_, newest_rows_, view, key, at);
  if (!version) return fail(version.error());
  std::vector<RowVersion> versions;
  if (*version) versions.push_back(**std::move(version));
  return versions;
}

Result<std::vector<ChangedRow>> RocksViewStore::changed_by(domain::Position position) const {
  if (position >= size()) return std::vector<ChangedRow>();
  std::string stored;
  const auto status = db_->Get(rocksdb::ReadOptions(), changes_key(position), &stored);
  if (status.IsNotFound()) return std::vector<ChangedRow>();
  if (!status.ok()) return fail(views_error_of(status));
  return changes_in(stored);
}

Result<void> RocksViewStore::visit_changes(domain::Position from, domain::Position to,
                                           const ChangeVisit& visit) const {
  return visit_changes_in(*db_, from, std::min(to, size()), visit);
}

Result<void> RocksViewStore::visit_versions(View view, std::span<const std::string> keys,
                                            domain::Position since, domain::Position at,
                                            const VersionsVisit& visit) const {
  return visit_versions_in(*db_, view, keys, since, at, visit);
}

std::vector<domain::ViewDigest> RocksViewStore::digests() const {
  const std::lock_guard lock(mutex_);
  return state_.digests;
}

void RocksViewStore::end_event() {
  if (!open_event_) return;
  const auto& changes = rows_->end();
  for (const auto& change : changes) {
    changes_.changed(change.view, *open_event_);
    key_.clear();
    append_version_key(key_, change.view, change.key, *open_event_);
    value_.clear();
    append_stored_row(value_, change.row);
    write(key_, value_);
  }
  if (!changes.empty()) {
    value_.clear();
    append_stored_changes(value_, changes);
    write(changes_key(*open_event_), value_);
  }
  open_event_.reset();
}

void RocksViewStore::write(std::string_view key, std::string_view value) {
  if (bulk_) return bulk_->put(key, value);
  written_.put(key, value);
}

Rows& RocksViewStore::begin_event(domain::Position position) {
  end_event();
  open_event_ = position;
  rows_->begin(position);
  return *rows_;
}

std::optional<std::vector<domain::ViewDigest>> RocksViewStore::digests_at(domain::Position folded) {
  end_event();
  const auto sums = rows_->sums_at(folded);
  return sums ? std::optional(sums->digests()) : std::nullopt;
}

Result<void> RocksViewStore::commit(domain::Position size, const domain::Digest& root) {
  end_event();
  if (rows_->error()) return fail(*rows_->error());
  StoreState state;
  state.format = views_format;
  state.size = size;
  state.root = root;
  state.digests = rows_->sums().digests();
  const auto written = bulk_ ? bulk_->pass_on() : write_batch(state);
  if (!written) return written;
  // Of a bulk store nothing can be read yet.
  if (!bulk_) changes_.committed(size);
  const std::lock_guard lock(mutex_);
  state_ = std::move(state);
  return {};
}

// In the order of their keys: RocksDB finds the place of each next to that of the last.
Result<void> RocksViewStore::write_batch(const StoreState& state) {
  batch_.Clear();
  written_.sort();
  written_.visit([this](std::string_view key, std::string_view value) {
    batch_.Put(slice_of(key), slice_of(value))
        .PermitUncheckedError();  // Of a batch without limits.
    return true;
  });
  batch_.Put(slice_of(state_key), encode_row(state)).PermitUncheckedError();
  changes_.writing(state.size);
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  rocksdb::SetPerfLevel(rocksdb::kDisable);  // Of this thread: nobody asks for its counts.
  const auto status = db_->Write(options, &batch_);
  if (!status.ok()) return fail(views_error_of(status));
  rows_->committed();
  tell_newest_rows();
  written_.clear();
  return {};
}

// Of a row that was written several times the newest comes first.
void RocksViewStore::tell_newest_rows() {
  std::string_view last;
  written_.visit([&](std::string_view key, std::string_view value) {
    const auto row = without_position(key);
    if (row.empty() || row == last) return true;  // What an event changed is no row.
    last = row;
    newest_rows_.changed(row, [&] {
      const auto stored = row_in(value);
      NewestVersion newest =
          RowVersion{position_in(key), stored ? std::optional(std::string(*stored)) : std::nullopt};
      const auto bytes = bytes_of(newest);
      return std::pair(std::move(newest), bytes);
    });
    return true;
  });
}

Result<void> RocksViewStore::flush() {
  if (bulk_) {
    auto written = bulk_->finish();
    if (written) written = write_batch(state_);
    if (!written) return written;
  }
  const auto status = db_->Flush(rocksdb::FlushOptions());
  if (!status.ok()) return fail(views_error_of(status));
  return {};
}

// Rows are erased one by one. A range deletion would be shorter, but RocksDB 7.8 aborts when the
// disk fails while it merges files in which nothing else is left. Not by deleting the database
// either: readers may be at it.
Result<void> RocksViewStore::erase_rows() {
  StoreState empty;
  empty.format = views_format;
  empty.digests = ViewSums().digests();
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  // First, so that rows which a crash leaves behind are those of an empty store, and erased when it
  // is opened.
  auto status = db_->Put(options, slice_of(state_key), encode_row(empty));
  if (status.ok()) status = db_->Flush(rocksdb::FlushOptions());
  if (status.ok()) {
    status = rocksdb::DeleteFilesInRange(db_.get(), db_->DefaultColumnFamily(), nullptr, nullptr);
  }
  if (!status.ok()) return fail(views_error_of(status));
  const std::unique_ptr<rocksdb::Iterator> rows(db_->NewIterator(rocksdb::ReadOptions()));
  rocksdb::WriteBatch erased;
  for (rows->SeekToFirst(); rows->Valid() && status.ok(); rows->Next()) {
    if (view_of(rows->key()) == state_key) continue;
    erased.Delete(rows->key()).PermitUncheckedError();  // Of a batch without limits.
    if (erased.Count() < keys_erased_at_once) continue;
    status = db_->Write(options, &erased);
    erased.Clear();
  }
  if (status.ok()) status = rows->status();
  if (status.ok()) status = db_->Write(options, &erased);
  if (!status.ok()) return fail(views_error_of(status));
  newest_rows_.clear();
  const std::lock_guard lock(mutex_);
  state_ = std::move(empty);
  return {};
}

Result<void> RocksViewStore::erase_leftovers() {
  if (size().value > 0) return {};
  const std::unique_ptr<rocksdb::Iterator> rows(db_->NewIterator(rocksdb::ReadOptions()));
  rows->SeekToFirst();
  if (rows->Valid() && view_of(rows->key()) == state_key) rows->Next();
  if (!rows->status().ok()) return fail(views_error_of(rows->status()));
  return rows->Valid() ? erase_rows() : Result<void>();
}

Result<void> RocksViewStore::clear() {
  changes_.opened({});
  open_event_.reset();
  written_.clear();
  if (bulk_) bulk_.emplace(*db_, options_.directory);
  if (const auto erased = erase_rows(); !erased) return erased;
  rows_ = rows_since(state_);
  return flush();
}

}  // namespace projections
