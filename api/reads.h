// Reads: every one is of one position, which its answer names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/query.h"
#include "api/services.h"
#include "projections/snapshot.h"

namespace api {

// What one request looks at.
struct Reading {
  const Request& request;
  const Services& services;
  domain::Position at;
  std::unique_ptr<projections::Snapshot> snapshot;
  bool is_pinned = false;  // By its number: the answer will never be another.
  std::string after;       // Where the page before this one ended; empty: this is the first.
};

// The position that `as_of`, `min_position` and `page_token` ask for; without them, that of now,
// after a moment's wait for the views to be as far as the log.
// Problems: those of as_of; "page-token-invalid", "page-token-mismatch"; 503 "views-behind".
Answered<Reading> open_reading(const Request& request, const Services& services);

// As open_reading(), of the newest position, whatever the request asks.
Answered<Reading> open_newest(const Request& request, const Services& services);
// The same without waiting, for what may be a moment behind.
Answered<Reading> open_visible(const Request& request, const Services& services);

// The position that a moment means, as `as_of` has it. Problems: those of as_of.
Answered<domain::Position> moment(const Services& services, std::string_view text);

// Parameters that every read has, and those that every list has.
QueryNames read_parameters(const QueryNames& more);
QueryNames list_parameters(const QueryNames& more);

// Of the list asked for: 100, or what `page_size` says, 1000 at most.
Answered<std::size_t> page_size(const Request& request);

// The token by which the page after the row `after` is asked for.
std::string page_token(const Reading& reading, std::string_view after);

// Adds Ledger-Position, Ledger-As-Of-Time, Ledger-Head and Ledger-Root, an ETag and how long the
// answer may be kept; answers 304 if the caller has it already. `version`: of the stream of the
// subject shown, for If-Match; absent: none.
Response finished(const Reading& reading, Response response,
                  std::optional<std::uint64_t> version = {});

// "v12"
std::string version_tag(std::uint64_t version);

}  // namespace api
