// Proves that the log is what it says: every record is read again, the tree over them recomputed,
// every event decoded and folded, and every digest of the views that was recorded made once more.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/ids.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"

namespace replay {

namespace domain = ledger::domain;

// One thing that is not as it must be. Kinds, which programs may rely on:
//   record-unreadable       The disk or the database does not give the record back.
//   record-altered          It is not the record whose hash stands in the tree.
//   record-malformed        Its bytes are no event.
//   record-misplaced        It says that it stands elsewhere.
//   time-decreased          It was recorded before the one before it.
//   stream-version-wrong    Its number within its stream is not the next one.
//   stream-index-wrong      The index of its stream does not lead to it.
//   receipt-missing         The command that it came from has no receipt.
//   receipt-wrong           The receipt of its command speaks of other events.
//   tile-missing, tile-altered   A stored tile of the tree is not what the records give.
//   root-wrong              The root over all records is not the one that the log answers.
//   checkpoint-wrong        The log does not begin with the records of the checkpoint.
//   digest-wrong            The views of the recorded position have other rows.
//   head-damaged            Of a directory: one of the two copies of the newest signed head.
struct Fault {
  domain::Position at;
  domain::Position last;  // Of a range; mostly the same as `at`.
  std::string kind;
  std::string expected;
  std::string found;
  bool operator==(const Fault&) const = default;
};
// "record-altered at position 17: expected hash 12ab.., found 34cd..."
std::string text(const Fault& fault);

struct Progress {
  domain::Position done;
  domain::Position size;
  double events_per_second = 0;
};

struct VerifyOptions {
  // 1: everything in the caller's thread; more: reading and hashing in a second one, and beside
  // them the indexes in a third, for a tenth of the time. It is waited for also if `go_on` says no.
  unsigned threads = 2;
  // Whether to compare the receipts and the index of streams with the records. Both are read as a
  // whole; only if they or the records are not as they must be, everything is passed a second time,
  // with a random read or two for each event, to name what is wrong.
  bool receipts = true;
  // Whether to fold the views again and compare the digests that are recorded.
  bool views = true;
  // What somebody was told earlier: the root over that many first records.
  std::optional<ledger::store::Head> checkpoint;
  std::function<void(const Progress&)> on_progress;  // About ten times a second. Thread: any.
  // Asked every few hundred records; false: the verification ends there. Thread: any.
  std::function<bool()> go_on;
};

struct VerifyReport {
  domain::Position size;      // Of the log when it was begun.
  domain::Digest root;        // As recomputed.
  std::vector<Fault> faults;  // By position; of many, the first limits::faults_told_max.
  std::uint64_t faults_total = 0;
  std::uint64_t bytes = 0;
  // Events that were folded: all, unless one of them could not be trusted.
  std::uint64_t folded = 0;
  std::uint64_t receipts_checked = 0;
  std::uint64_t tiles_checked = 0;
  std::uint64_t digests_checked = 0;
  // Recorded too long after the position they are of, which is not the end of an interval.
  std::uint64_t digests_unchecked = 0;
  std::vector<domain::ViewDigest> views;  // After the events folded; empty without `views`.
  double seconds = 0;
  bool ended_early = false;  // By `go_on`: nothing is said of the rest, nor of the whole.

  bool is_sound() const { return faults_total == 0 && !ended_early; }
};

// Verifies the log as it is when it begins; appends may go on. Faults do not end it: what can still
// be checked is. Memory: the world and a row's hash for each key, whatever the log's length.
// Thread: any.
VerifyReport verify(const ledger::store::EventLog& log, const VerifyOptions& options);

}  // namespace replay
