// The rows of all views on disk, versioned by the position that wrote them. Disposable: it can be
// deleted at any time and is rebuilt from the log.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/domain/event.h"
#include "ledger/result.h"
#include "projections/rows.h"
#include "projections/snapshot.h"
#include "projections/views.h"

namespace rocksdb {
class FileSystem;
}

namespace projections {

// One version of a row: what an event made of it.
struct RowVersion {
  domain::Position position;
  std::optional<std::string> row;  // Absent: the event erased it.
};

struct ChangedRow {
  View view{};
  std::string key;
};

class ViewStore {
 public:
  struct Options {
    std::filesystem::path directory;  // Made if it is missing.
    // For a rebuild: rows become visible when it is flushed, all together, and are slow to read
    // until it is closed, which puts them in order.
    bool bulk = false;
    // Null for the machine's. Tests give one that fails; it outlives the store.
    std::shared_ptr<rocksdb::FileSystem> files;
    // Whether a damaged store is removed and an empty one made: the log has everything.
    bool discard_damaged = false;
  };
  // A store of another format is emptied.
  // Errors: corrupt ("views-foreign": the directory holds something else; "views-damaged"),
  //         unavailable ("disk-full"), io ("views-io").
  static ledger::Result<std::unique_ptr<ViewStore>> open(const Options& options);
  virtual ~ViewStore() = default;

  // Events folded so far: the position of the next one. Thread: any.
  virtual domain::Position size() const = 0;
  // The root of the log over those events; zeros when there are none. Thread: any.
  virtual domain::Digest root() const = 0;

  // As after the event at `at`; at < size(). Thread: any.
  virtual std::unique_ptr<Snapshot> as_of(domain::Position at) const = 0;

  // The newest event up to the one at `at` that may have changed a row of the view: as long as that
  // is the same, so are the rows. Thread: any.
  virtual domain::Position last_change(View view, domain::Position at) const = 0;
  // The same of any of these views.
  domain::Position last_change(std::span<const View> views, domain::Position at) const {
    domain::Position last;
    for (const View view : views) last = std::max(last, last_change(view, at));
    return last;
  }

  // All versions of a row, newest first, at most `max`, written at or before `at`. Thread: any.
  virtual ledger::Result<std::vector<RowVersion>> versions(View view, std::string_view key,
                                                           domain::Position at,
                                                           std::size_t max) const = 0;
  // The rows that an event changed, in the order of views and keys. Thread: any.
  virtual ledger::Result<std::vector<ChangedRow>> changed_by(domain::Position position) const = 0;

  // The same two in one pass, for whoever asks about many. Errors: corrupt, io. Thread: any.
  // The rows that the events at [from, to) changed, event by event.
  using ChangeVisit = std::function<void(View view, std::string_view key)>;
  virtual ledger::Result<void> visit_changes(domain::Position from, domain::Position to,
                                             const ChangeVisit& visit) const = 0;
  // Of each row of `keys`, which ascend: its versions at or before `at` < size(), newest first, as
  // far as the one that stood after the event at `since`. An error of `visit` ends it.
  using VersionsVisit = std::function<ledger::Result<void>(
      const std::string& key, const std::vector<RowVersion>& versions)>;
  virtual ledger::Result<void> visit_versions(View view, std::span<const std::string> keys,
                                              domain::Position since, domain::Position at,
                                              const VersionsVisit& visit) const = 0;

  // Order-independent digests of the current rows of every view, in the order of views. Thread:
  // any.
  virtual std::vector<domain::ViewDigest> digests() const = 0;

  // -- The projector's side. Thread: one.
  // Rows of the event at `position` go to what this answers, until the next call.
  virtual Rows& begin_event(domain::Position position) = 0;
  // The digests after `folded` events, those of the events begun included; nothing, if that was
  // before the store was opened or too long ago.
  virtual std::optional<std::vector<domain::ViewDigest>> digests_at(domain::Position folded) = 0;
  // What was written since the last commit becomes visible together; not yet durable.
  // Errors: io, corrupt (then the store is of no use until it is opened again).
  virtual ledger::Result<void> commit(domain::Position size, const domain::Digest& root) = 0;
  // Durable on return. A store that is not flushed is behind after a crash, never wrong.
  virtual ledger::Result<void> flush() = 0;
  // Back to an empty store; snapshots of before show nothing.
  virtual ledger::Result<void> clear() = 0;
};

}  // namespace projections
