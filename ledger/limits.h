// Every bound of the system, with what happens when it is reached. Nothing grows without one.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace ledger::limits {

// -- The record --------------------------------------------------------------------------------
// A longer record is refused before it is appended; what is larger is several events of one batch.
inline constexpr std::size_t record_bytes_max = 65'535;
// Events of one command; a command that needs more is refused as `invalid`.
inline constexpr std::size_t command_events_max = 20'000;
// Commands that wait for the writer; one more is answered `overloaded` at once.
inline constexpr std::size_t writer_queue_max = 65'536;
// Commands in one commit group; the rest waits for the next.
inline constexpr std::size_t commit_group_commands_max = 512;
// Newest rows of the views, kept in memory; others are looked up.
inline constexpr std::size_t newest_rows_bytes_max = 33'554'432;
// Events between two ViewsDigested events.
inline constexpr std::uint64_t events_per_digest = 65'536;
// Of a stream's name; a longer one is refused.
inline constexpr std::size_t stream_bytes_max = 512;
// Free space below which an append is answered `unavailable`; what is stored can still be read.
inline constexpr std::uint64_t log_free_bytes_low = 33'554'432;
// Events between two snapshots of the world: so many are folded at a start after a crash.
inline constexpr std::uint64_t events_per_snapshot = 1'000'000;
// A snapshot that would leave less free space than this is not written.
inline constexpr std::uint64_t snapshot_free_bytes_low = 134'217'728;
// Where streams end, kept in memory; others are looked up.
inline constexpr std::size_t stream_ends_bytes_max = 8'388'608;
// Witnesses of its heads; of more the configuration is refused.
inline constexpr std::size_t witnesses_max = 16;
// Newest records that are hashed again when a log is opened; older ones wait for a verification.
inline constexpr std::uint64_t reopen_rehash_max = 262'144;

// -- Texts that people give with a command -----------------------------------------------------
inline constexpr std::size_t reason_bytes_max = 2'000;  // A longer one is refused.
inline constexpr std::size_t ticket_bytes_max = 200;    // A longer one is refused.

// -- Rules and policies ------------------------------------------------------------------------
inline constexpr std::size_t rules_per_update_max = 100'000;  // A larger document is refused.
inline constexpr std::size_t rules_chunk_bytes_max = 48'000;  // Then another RulesRecorded begins.
inline constexpr std::size_t rules_per_assignment_max =
    10'000;                                          // Then another RulesAssigned begins.
inline constexpr std::size_t policies_max = 10'000;  // One more is refused.
inline constexpr std::size_t holds_max = 1'000;      // One more is refused.

// -- Content -----------------------------------------------------------------------------------
inline constexpr std::size_t content_bytes_max = 67'108'864;  // Of one file: refused.
inline constexpr std::size_t manifest_bytes_max = 4'194'304;  // Of a source: the check fails.
inline constexpr std::size_t manifest_updates_max = 10'000;   // Of a source: the check fails.
// Of what a manager answers to a machine; more, or later, is as if it did not answer.
inline constexpr std::size_t manager_answer_bytes_max = 67'108'864;
inline constexpr std::chrono::seconds manager_answer_deadline{120};
inline constexpr std::chrono::seconds source_timeout{5};        // Of a connection, of silence.
inline constexpr std::chrono::seconds source_file_timeout{60};  // Of one file: the check fails.

// -- Everything else that is counted; one more is refused --------------------------------------
inline constexpr std::size_t sources_max = 100;
// A computer or relay that is ahead of the ledger has sources asked at most so often.
inline constexpr std::chrono::minutes news_check_interval{10};
inline constexpr std::size_t bookmarks_max = 10'000;
inline constexpr std::size_t users_max = 10'000;
inline constexpr std::size_t tokens_max = 100'000;
inline constexpr std::uint32_t enrolment_uses_max = 1'000'000;
inline constexpr std::size_t tasks_max = 1'000;
inline constexpr std::size_t task_runs_per_tick_max = 100;  // The rest starts at the next tick.

// Findings of one computer that are recorded in an hour; further ones are only logged.
inline constexpr std::size_t findings_per_hour_max = 60;

// What came of a file that did not come whole; then it begins anew.
inline constexpr std::chrono::hours content_part_kept{7 * 24};
// Whoever serves content reads it through again so often, lest it pass on what its disk damaged;
// and so many bytes of it at once, but for files that changed: the rest waits for the next time.
inline constexpr std::chrono::hours content_unread_max{24};
inline constexpr std::uint64_t content_read_through_bytes_max = 67'108'864;

// -- The fleet; one more is refused unless said otherwise ---------------------------------------
inline constexpr std::size_t computers_max = 4'000'000;       // Removed ones included.
inline constexpr std::size_t computer_name_bytes_max = 255;   // Names, agent versions: invalid.
inline constexpr std::size_t labels_max = 32;                 // Of one computer: invalid.
inline constexpr std::size_t components_max = 64;             // Of one report: invalid.
inline constexpr std::size_t version_bytes_max = 63;          // Of a component: invalid.
inline constexpr std::size_t detail_bytes_max = 2'000;        // Of a failure; the rest is cut off.
inline constexpr std::size_t scope_computers_max = 1'000;     // Named one by one in a scope.
inline constexpr std::size_t scope_names_bytes_max = 48'000;  // Of those together: invalid.
inline constexpr std::size_t open_instructions_max = 64;      // That somebody owes an answer to.
inline constexpr std::size_t silent_per_tick_max = 10'000;    // The rest falls silent next time.
inline constexpr std::size_t groups_max = 10'000;
inline constexpr std::size_t searches_max = 1'000;
inline constexpr std::size_t relay_groups_max = 1'000;
inline constexpr std::size_t relays_max = 10'000;
inline constexpr std::size_t relay_components_max = 400;      // Of one report: invalid.
inline constexpr std::size_t url_bytes_max = 2'000;           // Of a relay: invalid.
inline constexpr std::size_t pattern_components_max = 1'000;  // Pairs of component and platform.
inline constexpr std::size_t pattern_versions_max = 1'000;    // Of each; the oldest is forgotten.
inline constexpr std::size_t superseded_versions_told_max = 64;  // Newest ones, in expectations.

// -- Alerts ------------------------------------------------------------------------------------
inline constexpr std::size_t alert_names_max = 5;  // Named in a summary; the rest is counted.
// An open alert's summary changes at most so often.
inline constexpr std::chrono::seconds alert_change_interval{60};
// A clock that was set back by less than this has caught up before anybody misses what fell due.
inline constexpr std::chrono::minutes clock_set_back_alerted{5};
// A relay with less free space than this is about to fail.
inline constexpr std::uint64_t relay_free_bytes_low = 1'073'741'824;

// -- Questions ---------------------------------------------------------------------------------
inline constexpr std::size_t page_rows_max = 1'000;  // More are not given at once.
// Rows looked at for one page of a filtered list; then the page is short and the next goes on.
inline constexpr std::size_t list_rows_passed_max = 6'000;
// Of page_rows_max: looked through for count=exact, another order, or skip; more is refused.
inline constexpr std::size_t list_pages_counted_max = 100;
// Of page_rows_max: looked through for count=estimate; of a longer list so many are told.
inline constexpr std::size_t list_pages_estimated = 10;
// Rows that are put in another order than their list's own; of more that is refused.
inline constexpr std::size_t list_rows_ordered_max = 10'000;
inline constexpr std::size_t order_terms_max = 8;  // Fields of an order: refused.
// Buckets whose members are merged for one page; of more, the computers are walked.
inline constexpr std::size_t bucket_cursors_max = 256;
inline constexpr std::size_t backward_rows_max = 100'000;  // Of a view shown backwards: refused.
// Versions of a computer, or of a policy's ruleset, that a question about cover looks at.
inline constexpr std::size_t exposure_versions_max = 2'000;
inline constexpr std::size_t blame_versions_max = 1'000;  // Older ones are not looked at.
// Records looked at for one page of events; then the page is short and the next goes on.
inline constexpr std::size_t activity_records_passed_max = 50'000;
inline constexpr std::size_t causes_max = 1'000;  // Of a chain; further ones are not told.
// Of one page of a difference: events passed over; then the page is short and the next goes on.
inline constexpr std::size_t diff_events_passed_max = 50'000;
inline constexpr std::size_t diff_row_events_max = 16;  // Events named for one row: the newest.
// Moments looked at beside those that halving asks for, to see whether there are more changes.
inline constexpr std::uint64_t bisect_checks_max = 16;
// Changes told of those that were asked for; more are refused.
inline constexpr std::size_t bisect_flips_max = 100;
inline constexpr std::size_t bisect_rows_max = 20;         // Told of those that one event changed.
inline constexpr std::size_t predicate_bytes_max = 8'192;  // A longer predicate is refused.
// Of the records of one bundle of evidence; more is refused, and asked for in several.
inline constexpr std::size_t evidence_bytes_max = 64U << 20U;
// Of a whole bundle that is read: its answers are a few times as long as its records.
inline constexpr std::size_t evidence_file_bytes_max = 1U << 30U;
// Of a proof of one event that is read: a record in base 64, 64 hashes, a head with cosignatures.
inline constexpr std::size_t proof_file_bytes_max = 1U << 20U;

// -- Times, filters, JSON ----------------------------------------------------------------------
inline constexpr std::uint32_t recurrence_every_max = 366;  // Days or weeks: invalid.
inline constexpr std::size_t filter_bytes_max = 4'000;      // A longer filter is refused.
inline constexpr std::size_t filter_terms_max = 64;         // Comparisons: refused.
inline constexpr std::size_t filter_depth_max = 16;         // Parentheses and NOTs: refused.
inline constexpr std::size_t json_depth_max = 64;           // Objects and arrays: refused.
inline constexpr std::size_t json_values_max = 4'000'000;   // Of one document: refused.
inline constexpr std::size_t json_errors_max = 100;  // Told at once; the rest is not looked for.

// -- Verification ------------------------------------------------------------------------------
inline constexpr std::size_t faults_told_max = 1'000;  // The rest is only counted.

// -- HTTP --------------------------------------------------------------------------------------
inline constexpr std::size_t http_header_bytes_max = 16'384;                 // 431
inline constexpr std::size_t http_body_bytes_max = 1'048'576;                // 413
inline constexpr std::size_t http_import_bytes_max = 67'108'864;             // 413, on imports
inline constexpr std::size_t http_bundle_bytes_max = std::size_t{4} << 30U;  // 413, on bundles
inline constexpr std::size_t http_uploads_max = 4;  // Bodies that go to files: 503
// Free space that such a body leaves to the record and to what is made of it; else 503.
inline constexpr std::uint64_t http_upload_free_bytes_low = 268'435'456;
inline constexpr std::size_t http_connections_max = 16'384;      // closed at accept
inline constexpr std::size_t http_sse_streams_max = 256;         // 503 with Retry-After
inline constexpr std::chrono::seconds http_header_deadline{10};  // closed
inline constexpr std::chrono::seconds http_body_deadline{30};    // 408 and closed
inline constexpr std::chrono::seconds http_idle_deadline{60};    // closed
inline constexpr std::chrono::seconds http_write_deadline{30};   // of silence; closed
inline constexpr std::chrono::seconds http_stop_deadline{20};    // then requests are cut off
inline constexpr std::chrono::seconds http_sse_interval{15};     // of silence; then a comment
inline constexpr std::size_t http_headers_max = 100;             // 431
inline constexpr std::size_t http_handlers_queue_max = 4'096;    // 503 with Retry-After
// Of one address other than loopback; one more is closed at accept.
inline constexpr std::size_t http_connections_per_address_max = 1'024;
// Requests a second of one token, or of one address without one; 429 with Retry-After.
inline constexpr std::uint32_t http_requests_per_second_max = 600;

// -- Answers, plans and operations ---------------------------------------------------------------
inline constexpr std::size_t http_page_rows = 100;                         // When nobody says.
inline constexpr std::size_t http_page_rows_max = 1'000;                   // More are not given.
inline constexpr std::chrono::milliseconds http_min_position_wait{2'000};  // Then 503.
// For a write that asks to be sealed or witnessed; then it is answered with what was reached.
inline constexpr std::chrono::milliseconds http_acknowledge_wait{5'000};
// Of those, half of the handlers; one more does not wait.
inline constexpr std::size_t http_acknowledge_waiters_max = 8;
inline constexpr std::size_t plans_max = 256;         // Then the oldest is forgotten.
inline constexpr std::chrono::minutes plan_life{15};  // Then it has to be made anew.
inline constexpr std::size_t operations_max = 256;    // Then the oldest that ended is forgotten.
inline constexpr std::size_t operations_running_max = 2;  // One more is answered 503.

}  // namespace ledger::limits
