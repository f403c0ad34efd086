#include "tools/ledgerd/check_watch.h"

#include <algorithm>
#include <utility>

#include "ledger/codec/json_out.h"

namespace ledgerd {

namespace domain = ledger::domain;

namespace {

constexpr domain::Duration rate_interval = domain::seconds(1);

std::string name_of(ledger::updates::CheckProgress::Phase phase) {
  using Phase = ledger::updates::CheckProgress::Phase;
  switch (phase) {
    case Phase::asking:
      return "asking";
    case Phase::downloading:
      return "downloading";
    case Phase::recording:
      return "recording";
  }
  return {};
}

}  // namespace

CheckWatch::CheckWatch(api::Operations& operations, const ledger::Clock& clock, Check check,
                       const std::stop_token& service)
    : clock_(clock),
      check_(std::move(check)),
      with_service_(service, [this] { stop_.request_stop(); }) {
  progress_.unit = "bytes";
  progress_.phase = "waiting";
  operation_ =
      operations.watch({check_.check.value, "check_source", "source/" + check_.source.value,
                        check_.started_by, [this](const std::string& by) {
                          {
                            const std::lock_guard lock(mutex_);
                            cancelled_by_ = by;
                          }
                          stop_.request_stop();
                        }});
  operation_->tell(progress_);
}

void CheckWatch::tell(const ledger::updates::CheckProgress& progress) {
  if (progress.target_done > progress_.file_done) progress_.attempt = 1;
  progress_.next_attempt_at.reset();
  progress_.phase = name_of(progress.phase);
  progress_.done = progress.done;
  progress_.total = progress.total;
  progress_.file = progress.target;
  progress_.file_done = progress.target_done;
  progress_.file_total = progress.target_total;
  measure(progress.done);
  operation_->tell(progress_);
}

void CheckWatch::measure(std::uint64_t done) {
  const auto now = clock_.steady();
  const domain::Duration passed{now.micros - measured_at_.micros};
  if (done >= measured_done_ && passed < rate_interval) return;
  const auto micros = static_cast<std::uint64_t>(passed.micros);
  progress_.per_second =
      done > measured_done_ && micros > 0 ? (done - measured_done_) * 1'000'000 / micros : 0;
  measured_done_ = done;
  measured_at_ = now;
}

void CheckWatch::tell_pause(unsigned failures, domain::Duration pause) {
  progress_.attempt = failures + 1;
  progress_.next_attempt_at = clock_.now() + pause;
  progress_.per_second = 0;
  operation_->tell(progress_);
}

auto CheckWatch::outcome_of(const domain::CommandPayload& payload) -> std::optional<Outcome> {
  if (const auto* checked = get_if<domain::ReportSourceChecked>(&payload)) {
    return Outcome(ledger::codec::to_json(*checked));
  }
  const auto* failed = get_if<domain::ReportSourceCheckFailed>(&payload);
  if (failed == nullptr) return std::nullopt;
  std::string code(domain::name_of(failed->cause));
  std::replace(code.begin(), code.end(), '_', '-');
  return Outcome(ledger::fail(ledger::ErrorKind::unavailable, std::move(code), failed->detail));
}

void CheckWatch::end(Outcome outcome) {
  ended_ = true;
  operation_->end(std::move(outcome));
}

std::optional<domain::ReportSourceCheckFailed> CheckWatch::cancellation() {
  const std::lock_guard lock(mutex_);
  if (ended_ || cancelled_by_.empty()) return std::nullopt;
  return domain::ReportSourceCheckFailed{check_.source, check_.check, domain::SourceFault::other,
                                         "It was cancelled by " + cancelled_by_ + "."};
}

}  // namespace ledgerd
