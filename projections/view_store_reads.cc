#include <rocksdb/iterator.h>

#include <algorithm>
#include <utility>

#include "projections/row_keys.h"
#include "projections/view_store_rocksdb.h"

namespace projections {
namespace {

using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;

// Versions of a row that are passed one by one before the rest is jumped over.
constexpr int versions_passed_max = 6;

constexpr char erased_byte = 0;
constexpr char row_byte = 1;

tl::unexpected<ledger::Error> damaged(const char* what) {
  return fail(
      ErrorKind::corrupt, "views-damaged",
      std::string("The views are damaged: ") + what + "; delete them to have them rebuilt.");
}

// Walks over the rows of a view as of one position.
class RocksCursor final : public RowCursor {
 public:
  RocksCursor(rocksdb::DB& db, domain::Position at, View view, std::string_view prefix,
              std::string_view after)
      : at_(at),
        from_(rows_prefix(view, prefix)),
        bound_(after_prefix(from_)),
        bound_slice_(slice_of(bound_)) {
    rocksdb::ReadOptions options;
    options.iterate_upper_bound = &bound_slice_;
    rows_.reset(db.NewIterator(options));
    if (!after.empty()) from_ = std::max(from_, after_row(row_prefix(view, after)));
    rows_->Seek(from_);
  }

  Result<std::optional<Entry>> next() override {
    if (started_) skip_rest();
    started_ = true;
    while (rows_->Valid()) {
      const auto stored = view_of(rows_->key());
      current_ = without_position(stored);
      if (current_.empty()) return damaged("a key is cut off");
      if (!find_version()) continue;  // Nothing of the row that early: the cursor is behind it.
      const auto version = version_from(view_of(rows_->key()));
      if (!version) return damaged("a key does not read back");
      if (rows_->value().empty()) return damaged("a row is empty");
      const auto row = row_in(view_of(rows_->value()));
      if (!row) {
        skip_rest();
        continue;
      }
      key_ = version->key;
      return std::optional<Entry>(Entry{key_, *row});
    }
    if (!rows_->status().ok()) return fail(views_error_of(rows_->status()));
    return std::optional<Entry>();
  }

 private:
  static std::string after_row(std::string prefix) {
    ++prefix.back();
    return prefix;
  }

  bool at_current() const {
    return rows_->Valid() && without_position(view_of(rows_->key())) == current_;
  }

  // Goes to the newest version at or before the position; false: there is none, and the cursor is
  // at the next row. Shape: at the newest version of all.
  bool find_version() {
    for (int passed = 0; at_current(); ++passed) {
      const auto inverted = view_of(rows_->key()).substr(current_.size());
      std::string wanted;
      append_inverted(wanted, at_);
      if (inverted >= wanted) return true;
      if (passed < versions_passed_max) {
        rows_->Next();
      } else {
        rows_->Seek(current_ + wanted);
        passed = 0;
      }
    }
    return false;
  }

  // Goes to the next row.
  void skip_rest() {
    for (int passed = 0; passed < versions_passed_max; ++passed) {
      if (!at_current()) return;
      rows_->Next();
    }
    if (at_current()) rows_->Seek(after_row(current_));
  }

  domain::Position at_;
  std::string from_;
  std::string bound_;
  rocksdb::Slice bound_slice_;
  std::unique_ptr<rocksdb::Iterator> rows_;
  bool started_ = false;
  std::string current_;  // What the versions of the row at hand begin with.
  std::string key_;
};

class RocksSnapshot final : public Snapshot {
 public:
  RocksSnapshot(rocksdb::DB& db, const ViewChanges& changes, NewestRows* newest,
                domain::Position at)
      : db_(db), changes_(changes), newest_(newest), at_(at) {}

  domain::Position at() const override { return at_; }

  bool is_same_at(View view, domain::Position other) const override {
    return changes_.is_same(view, at_, other);
  }

  Result<std::optional<std::string>> get(View view, std::string_view key) const override {
    auto found = newest_ == nullptr ? newest_version(db_, view, key, at_)
                                    : kept_version(db_, changes_, *newest_, view, key, at_);
    if (!found) return fail(found.error());
    return *found ? std::move((*found)->row) : std::nullopt;
  }

  std::unique_ptr<RowCursor> scan(View view, std::string_view prefix,
                                  std::string_view after) const override {
    return std::make_unique<RocksCursor>(db_, at_, view, prefix, after);
  }

 private:
  rocksdb::DB& db_;
  const ViewChanges& changes_;
  NewestRows* newest_;  // Null: there is none.
  domain::Position at_;
};

}  // namespace

std::unique_ptr<Snapshot> snapshot_of(rocksdb::DB& db, const ViewChanges& changes,
                                      NewestRows* newest, domain::Position at) {
  return std::make_unique<RocksSnapshot>(db, changes, newest, at);
}

namespace {

Result<RowVersion> version_at(const rocksdb::Iterator& rows) {
  const auto version = version_from(view_of(rows.key()));
  if (!version) return damaged("a key does not read back");
  if (rows.value().empty()) return damaged("a row is empty");
  const auto row = row_in(view_of(rows.value()));
  return RowVersion{version->position, row ? std::optional(std::string(*row)) : std::nullopt};
}

}  // namespace

Result<NewestVersion> newest_version(rocksdb::DB& db, View view, std::string_view key,
                                     domain::Position at) {
  auto versions = versions_in(db, view, key, at, 1);
  if (!versions) return fail(versions.error());
  if (versions->empty()) return NewestVersion();
  return NewestVersion(std::move(versions->front()));
}

Result<NewestVersion> kept_version(rocksdb::DB& db, const ViewChanges& changes, NewestRows& newest,
                                   View view, std::string_view key, domain::Position at) {
  const std::string prefix = row_prefix(view, key);
  const auto is_so_early = [at](const NewestVersion& version) {
    return !version || version->position <= at;
  };
  if (auto kept = newest.find(prefix); kept && is_so_early(*kept)) return *std::move(kept);
  const std::uint64_t turn = newest.turn(prefix);
  auto found = newest_version(db, view, key, at);
  if (found && changes.is_newest(at)) newest.keep(prefix, turn, *found, bytes_of(*found));
  return found;
}

Result<std::vector<RowVersion>> versions_in(rocksdb::DB& db, View view, std::string_view key,
                                            domain::Position at, std::size_t max) {
  const std::string prefix = row_prefix(view, key);
  const std::string bound = after_prefix(prefix);
  const auto bound_slice = slice_of(bound);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &bound_slice;
  const std::unique_ptr<rocksdb::Iterator> rows(db.NewIterator(options));
  std::string start = prefix;
  append_inverted(start, at);
  std::vector<RowVersion> versions;
  if (max > 0) rows->Seek(start);
  while (versions.size() < max && rows->Valid()) {
    auto version = version_at(*rows);
    if (!version) return fail(version.error());
    versions.push_back(*std::move(version));
    if (versions.size() < max) rows->Next();  // Which may cost as much as the seek.
  }
  if (!rows->status().ok()) return fail(views_error_of(rows->status()));
  return versions;
}

namespace {

// Goes through a view from row to row, forwards.
class VersionWalk {
 public:
  VersionWalk(rocksdb::DB& db, View view)
      : view_(view), bound_(after_prefix(rows_prefix(view, ""))), bound_slice_(slice_of(bound_)) {
    rocksdb::ReadOptions options;
    options.iterate_upper_bound = &bound_slice_;
    rows_.reset(db.NewIterator(options));
  }

  // As ViewStore::visit_versions() tells them. Shape: a greater key than the last one.
  Result<std::vector<RowVersion>> of(const std::string& key, domain::Position since,
                                     domain::Position at) {
    const std::string prefix = row_prefix(view_, key);
    std::string newest = prefix;
    append_inverted(newest, at);
    go_to(newest);
    std::vector<RowVersion> versions;
    while (rows_->Valid() && without_position(view_of(rows_->key())) == prefix) {
      auto version = version_at(*rows_);
      if (!version) return fail(version.error());
      versions.push_back(*std::move(version));
      if (versions.back().position <= since) break;
      rows_->Next();
    }
    if (!rows_->status().ok()) return fail(views_error_of(rows_->status()));
    return versions;
  }

 private:
  void go_to(const std::string& wanted) {
    for (int passed = 0; passed < versions_passed_max && rows_->Valid(); ++passed) {
      if (view_of(rows_->key()) >= wanted) return;
      rows_->Next();
    }
    rows_->Seek(wanted);
  }

  View view_;
  std::string bound_;
  rocksdb::Slice bound_slice_;
  std::unique_ptr<rocksdb::Iterator> rows_;
};

Result<void> read_changes(std::string_view stored, const ViewStore::ChangeVisit& visit) {
  ledger::codec::VarintReader in(stored);
  while (in.left() > 0) {
    const auto view = in.bytes(1).front();
    const auto key = in.text();
    if (in.failed() || view < 1 || static_cast<std::size_t>(view) > all_views.size()) {
      return damaged("what an event changed does not read back");
    }
    visit(static_cast<View>(view), key);
  }
  return {};
}

}  // namespace

Result<void> visit_versions_in(rocksdb::DB& db, View view, std::span<const std::string> keys,
                               domain::Position since, domain::Position at,
                               const ViewStore::VersionsVisit& visit) {
  VersionWalk walk(db, view);
  for (const auto& key : keys) {
    const auto versions = walk.of(key, since, at);
    if (!versions) return fail(versions.error());
    if (const auto visited = visit(key, *versions); !visited) return visited;
  }
  return {};
}

Result<void> visit_changes_in(rocksdb::DB& db, domain::Position from, domain::Position to,
                              const ViewStore::ChangeVisit& visit) {
  const std::string bound = changes_key(to);
  const auto bound_slice = slice_of(bound);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &bound_slice;
  const std::unique_ptr<rocksdb::Iterator> events(db.NewIterator(options));
  for (events->Seek(changes_key(from)); events->Valid(); events->Next()) {
    const auto read = read_changes(view_of(events->value()), visit);
    if (!read) return read;
  }
  if (!events->status().ok()) return fail(views_error_of(events->status()));
  return {};
}

void append_stored_row(std::string& out, const std::optional<std::string>& row) {
  out += row ? row_byte : erased_byte;
  if (row) out += *row;
}

std::optional<std::string_view> row_in(std::string_view stored) {
  if (stored.front() == erased_byte) return std::nullopt;
  return stored.substr(1);
}

void append_stored_changes(std::string& out, const std::vector<EventRows::Change>& changes) {
  for (const auto& change : changes) {
    out += static_cast<char>(change.view);
    ledger::codec::add_text(out, change.key);
  }
}

Result<std::vector<ChangedRow>> changes_in(std::string_view stored) {
  std::vector<ChangedRow> changes;
  const auto read = read_changes(stored, [&changes](View view, std::string_view key) {
    changes.push_back({view, std::string(key)});
  });
  if (!read) return fail(read.error());
  return changes;
}

ledger::Error views_error_of(const rocksdb::Status& status) {
  if (status.subcode() == rocksdb::Status::kNoSpace) {
    return {ErrorKind::unavailable, "disk-full",
            "The disk of the views is full (" + status.ToString() + "); free some space."};
  }
  if (status.IsCorruption()) {
    return {ErrorKind::corrupt, "views-damaged",
            "The views are damaged: " + status.ToString() + "; delete them to have them rebuilt."};
  }
  return {ErrorKind::io, "views-io", "The views cannot be used: " + status.ToString() + "."};
}

}  // namespace projections
