#include "replay/fold_check.h"

#include <string>
#include <utility>

#include "ledger/limits.h"
#include "projections/digest.h"
#include "projections/project.h"

namespace replay {
namespace {

using ledger::limits::events_per_digest;

// Sums of which a digest may still be recorded.
constexpr std::size_t kept_max = 64;
// Computers that wait for their rows to be added up; an event can name a thousand.
constexpr std::size_t touched_max = 4 * events_per_digest;

std::string count_text(std::uint64_t count) { return std::to_string(count); }

std::string receipt_text(std::uint64_t first, std::uint64_t count) {
  return count_text(count) + " events from position " + count_text(first) + " on";
}

std::string digest_text(const domain::ViewDigest& digest) {
  return digest.view + " with " + count_text(digest.rows) + " rows, sum " +
         count_text(digest.high) + ":" + count_text(digest.low);
}

}  // namespace

FoldCheck::FoldCheck(const ledger::store::EventLog& log, const VerifyOptions& options,
                     std::optional<IndexSums> index_sums)
    : log_(log), options_(options), index_sums_(std::move(index_sums)) {}

void FoldCheck::announce(const RecordChunk& chunk) {
  if (!options_.views) return;
  for (std::size_t i = 0; i < chunk.records.size(); ++i) {
    if (!chunk.readings[i]) continue;
    const auto* recorded = get_if<domain::ViewsDigested>(&chunk.events[i].payload);
    if (recorded != nullptr && recorded->folded >= world_.size) wanted_.insert(recorded->folded);
  }
}

void FoldCheck::take(const RecordChunk& chunk) {
  for (std::size_t i = 0; i < chunk.records.size(); ++i) {
    const domain::Position at{chunk.first + i};
    const auto& record = chunk.records[i];
    const auto& reading = chunk.readings[i];
    const bool trusted = record.readable && !record.altered;  // Or it was told already.
    if (trusted && reading) {
      take_event(chunk.events[i], at);
      continue;
    }
    folding_ = false;
    run_.reset();
    behind_gap_ = true;
    if (trusted) faults_.add(at, "record-malformed", "an event", reading.error().reason);
  }
}

void FoldCheck::take_event(const domain::Event& event, domain::Position at) {
  if (event.position != at) {
    folding_ = false;
    faults_.add(at, "record-misplaced", "position " + count_text(at.value),
                "position " + count_text(event.position.value));
  }
  if (event.recorded_at < last_time_) {
    faults_.add(at, "time-decreased", "at or after " + rfc3339(last_time_),
                rfc3339(event.recorded_at));
  }
  last_time_ = event.recorded_at;
  if (folding_) check_stream(event);
  if (options_.receipts) pass_command(event);
  if (folding_) fold(event);
}

void FoldCheck::check_stream(const domain::Event& event) {
  turn_to(world_, event);
  const std::uint64_t next = next_stream_version(world_, event.stream);
  if (event.stream_version != next) {
    faults_.add(event.position, "stream-version-wrong",
                "version " + count_text(next) + " of " + event.stream,
                "version " + count_text(event.stream_version));
  }
  if (!options_.receipts) return;
  if (!index_sums_) return look_up_stream(event);
  index_sums_->add_stream_entry(event.stream, event.stream_version, event.position);
}

void FoldCheck::look_up_stream(const domain::Event& event) {
  const auto indexed = log_.stream(event.stream, event.stream_version, 1);
  if (indexed && indexed->size() == 1 && indexed->front() == event.position) return;
  faults_.add(event.position, "stream-index-wrong", "position " + count_text(event.position.value),
              !indexed           ? indexed.error().reason
              : indexed->empty() ? "nothing"
                                 : "position " + count_text(indexed->front().value));
}

void FoldCheck::pass_command(const domain::Event& event) {
  if (run_ && run_->command == event.command) {
    ++run_->count;
    return;
  }
  end_command();
  // Commands of the service itself have no id: nobody asks for them again.
  if (event.command != domain::CommandId{}) {
    run_ = Run{event.command, event.position, 1, behind_gap_};
  }
  behind_gap_ = false;
}

void FoldCheck::end_command() {
  if (!run_) return;
  const Run run = *run_;
  run_.reset();
  ++receipts_checked_;
  if (!index_sums_) return look_up_receipt(run);
  index_sums_->add_receipt(run.command, run.first, run.count);
}

void FoldCheck::look_up_receipt(const Run& run) {
  const auto receipt = log_.receipt(run.command);
  if (!receipt || !*receipt) {
    return faults_.add(run.first, "receipt-missing", "a receipt of command " + hex(run.command),
                       receipt ? "none" : receipt.error().reason);
  }
  const auto& found = **receipt;
  const bool ends_there =
      found.first.value + found.count == run.first.value + std::uint64_t{run.count};
  if (ends_there && (found.count == run.count || (run.cut_off && found.count > run.count))) return;
  faults_.add(run.first, "receipt-wrong", receipt_text(run.first.value, run.count),
              receipt_text(found.first.value, found.count));
}

void FoldCheck::fold(const domain::Event& event) {
  if (!options_.views) return evolve(world_, event);
  const bool is_wanted = !wanted_.empty() && *wanted_.begin() == event.position;
  if (is_wanted || event.position.value % events_per_digest == 0) keep_sums(event.position);
  check_digest(event);
  projections::step(event, world_, rows_, touched_);
  if (touched_.size() > touched_max) touched_.project(world_, rows_);
}

// Of the events before `folded`, which are folded.
void FoldCheck::keep_sums(domain::Position folded) {
  touched_.project(world_, rows_);
  kept_[folded] = rows_.sums();
  if (kept_.size() > kept_max) kept_.erase(kept_.begin());
  wanted_.erase(wanted_.begin(), wanted_.upper_bound(folded));
}

void FoldCheck::check_digest(const domain::Event& event) {
  const auto* recorded = get_if<domain::ViewsDigested>(&event.payload);
  if (recorded == nullptr) return;
  const auto kept = kept_.find(recorded->folded);
  if (kept == kept_.end()) {
    ++digests_unchecked_;
    return;
  }
  ++digests_checked_;
  const auto own = kept->second.digests();
  for (const auto name : projections::differing_views(own, recorded->views)) {
    std::string expected = "no such view";
    std::string found = std::string(name) + " not mentioned";
    for (const auto& digest : own) {
      if (digest.view == name) expected = digest_text(digest);
    }
    for (const auto& digest : recorded->views) {
      if (digest.view == name) found = digest_text(digest);
    }
    faults_.add(event.position, "digest-wrong",
                expected + " after " + count_text(recorded->folded.value) + " events", found);
  }
}

void FoldCheck::finish() {
  end_command();
  touched_.project(world_, rows_);
}

std::optional<IndexSums> FoldCheck::index_sums() const {
  return folding_ ? index_sums_ : std::nullopt;
}

void FoldCheck::report_to(VerifyReport& report) const {
  report.folded = world_.size.value;
  report.receipts_checked = receipts_checked_;
  report.digests_checked = digests_checked_;
  report.digests_unchecked = digests_unchecked_;
  if (options_.views) report.views = rows_.sums().digests();
}

}  // namespace replay
