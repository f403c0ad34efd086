#include "replay/rebuild.h"

#include <fcntl.h>
#include <stdio.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "ledger/store/durable_file.h"
#include "projections/view_store.h"
#include "replay/progress.h"

namespace replay {
namespace {

namespace fs = std::filesystem;

using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;

double seconds_since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

tl::unexpected<ledger::Error> cannot(const char* what, const fs::path& path,
                                     const std::error_code& error) {
  return fail(ErrorKind::io, "views-io",
              std::string("Cannot ") + what + " " + path.string() + ": " + error.message() + ".");
}

Result<void> remove_whole(const fs::path& directory) {
  std::error_code error;
  fs::remove_all(directory, error);
  if (error) return cannot("remove", directory, error);
  return {};
}

// Puts `fresh` in the place of `directory`, in one step; what was there is then at `fresh`.
Result<void> swap(const fs::path& fresh, const fs::path& directory) {
  const unsigned flags = fs::exists(directory) ? RENAME_EXCHANGE : RENAME_NOREPLACE;
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, directory.c_str(), flags) != 0) {
    return cannot("put new views at", directory, {errno, std::generic_category()});
  }
  const auto parent = directory.has_parent_path() ? directory.parent_path() : fs::path(".");
  return ledger::store::sync_directory(parent);
}

Result<void> fold_into(projections::ViewStore& store, const ledger::store::EventLog& log,
                       const RebuildOptions& options, RebuildReport& report) {
  ProgressTeller progress(options.on_progress, log.head().size);
  projections::Projector::Options projecting;
  projecting.on_digest_mismatch = [&](const projections::DigestMismatch& mismatch) {
    report.mismatches.push_back(mismatch);
  };
  projecting.on_folded = [&](domain::Position size) { progress.passed(size); };
  const auto projector = projections::Projector::start(log, store, projecting);
  if (!projector) return fail(projector.error());
  (*projector)->stop();
  const auto counts = (*projector)->counts();
  report.digests_checked = counts.digests_checked;
  report.digests_unchecked = counts.digests_unchecked;
  const auto flushed = store.flush();
  if (!flushed) return flushed;
  report.size = store.size();
  report.root = store.root();
  report.views = store.digests();
  return {};
}

}  // namespace

Result<RebuildReport> rebuild(const ledger::store::EventLog& log, const RebuildOptions& options) {
  // Beside the old ones, so that it is on the same disk and can be renamed.
  fs::path directory = fs::absolute(options.directory).lexically_normal();
  if (!directory.has_filename()) directory = directory.parent_path();
  const fs::path fresh = directory.string() + ".new";
  if (const auto removed = remove_whole(fresh); !removed) return fail(removed.error());
  RebuildReport report;
  const auto began = std::chrono::steady_clock::now();
  {
    auto store = projections::ViewStore::open({fresh, true, nullptr, false});
    if (!store) return fail(store.error());
    const auto folded = fold_into(**store, log, options, report);
    if (!folded) return fail(folded.error());
    report.seconds = seconds_since(began);
  }
  report.order_seconds = seconds_since(began) - report.seconds;
  if (const auto swapped = swap(fresh, directory); !swapped) return fail(swapped.error());
  if (const auto removed = remove_whole(fresh); !removed) return fail(removed.error());
  return report;
}

}  // namespace replay
