// Bounds of what is asked of the record as a whole, beside those of ledger/limits.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace ledger::limits {

// Rows that a bisection looks at, where a predicate cannot be answered by counts (some seconds): it
// is refused, or looks at fewer moments beside those that it needs.
inline constexpr std::uint64_t bisect_rows_passed_max = 5'000'000;
// Events passed over for all changes before a request is answered; more take an operation.
inline constexpr std::uint64_t bisect_events_at_once_max = 1'000;
// Rows that a bisection looks at in an operation, which can be watched and cancelled (minutes).
inline constexpr std::uint64_t bisect_operation_rows_passed_max = 1'000'000'000;
// Of bundles of evidence that are kept in case a request for one is repeated; the oldest goes.
inline constexpr std::size_t evidence_kept_bytes_max = 128U << 20U;
// Of one what-if: more edits, or more events behind the first of them, are refused.
inline constexpr std::size_t what_if_edits_max = 100;
inline constexpr std::uint64_t what_if_events_max = 2'000'000;
// Rows that differ, and events that would not have happened, told of one; the rest is counted.
inline constexpr std::size_t what_if_rows_max = 1'000;
inline constexpr std::size_t what_if_dropped_told_max = 1'000;
// Sessions that step through the record: one more ends the one that was not used for longest, of
// the same caller if that has so many.
inline constexpr std::size_t replay_sessions_max = 64;
inline constexpr std::size_t replay_sessions_per_caller_max = 8;
inline constexpr std::chrono::minutes replay_session_life{30};  // Without use; then it is gone.
inline constexpr std::size_t replay_stops_max = 32;  // Breakpoints and watches of one: refused.
// Events that one request passes over, questions asked of views on the way, and rows looked at for
// them; then it stops and can be asked to go on.
inline constexpr std::uint64_t replay_events_passed_max = 100'000;
inline constexpr std::uint64_t replay_asks_max = 2'000;
inline constexpr std::uint64_t replay_rows_passed_max = 2'000'000;
// Of a report: moments between its ends at which the fleet is counted; events that are read one by
// one, more are refused; rows of one table, the rest is counted; releases, the newest.
inline constexpr std::size_t report_samples_max = 60;
inline constexpr std::uint64_t report_events_max = 1'000'000;
inline constexpr std::size_t report_rows_max = 5'000;
inline constexpr std::size_t report_releases_max = 200;

}  // namespace ledger::limits
