#include "projections/as_of.h"

#include <charconv>
#include <limits>
#include <optional>
#include <string>

#include "ledger/limits.h"
#include "projections/activity.h"
#include "projections/keys.h"
#include "projections/rule_updates.h"
#include "projections/service.h"

namespace projections {

using domain::Position;
using domain::Time;
using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;

namespace {

std::optional<std::uint64_t> digits_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::string_view> rest_after(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

tl::unexpected<ledger::Error> malformed(std::string_view text) {
  return fail(ErrorKind::invalid, "as-of-malformed",
              "\"" + std::string(text) +
                  "\" is no moment; expected now, a position, a time as 2026-11-03T10:00:00Z, a "
                  "duration back as -PT2H, bookmark:NAME, event:POSITION, before:POSITION or "
                  "last-rollback.");
}

tl::unexpected<ledger::Error> before_genesis(const std::string& what) {
  return fail(ErrorKind::invalid, "as-of-before-genesis",
              "Nothing was recorded at or before " + what + ".");
}

// A position, if its rows are there.
Result<Position> shown(Position position, const ledger::store::EventLog& log,
                       const ViewStore& views) {
  if (position < views.size()) return position;
  if (position < log.head().size) {
    return fail(ErrorKind::unavailable, "views-behind",
                "Event " + std::to_string(position.value) +
                    " is recorded, but the views have not come so far yet; ask again.");
  }
  return fail(ErrorKind::invalid, "as-of-in-future",
              "There is no event " + std::to_string(position.value) + " yet; the log has " +
                  std::to_string(log.head().size.value) + ".");
}

Result<Position> at_time(Time time, const ledger::store::EventLog& log, const ViewStore& views) {
  const auto found = position_at(log, time);
  if (!found) return fail(found.error());
  if (!*found) return before_genesis(domain::rfc3339(time));
  return shown(**found, log, views);
}

Result<Position> just_before(Position position, const ledger::store::EventLog& log,
                             const ViewStore& views) {
  if (const auto there = shown(position, log, views); !there) return fail(there.error());
  if (position.value == 0) return before_genesis("what comes before event 0");
  return Position{position.value - 1};
}

Result<Position> bookmarked(std::string_view name, const ledger::store::EventLog& log,
                            const ViewStore& views) {
  const Position size = views.size();
  if (size.value > 0) {
    const auto row = views.as_of({size.value - 1})->row<BookmarkRow>(View::bookmarks, name);
    if (!row) return fail(row.error());
    if (*row) return shown((*row)->position, log, views);
  }
  return fail(ErrorKind::not_found, "bookmark-unknown",
              "There is no bookmark named " + std::string(name) + ".");
}

// When an update last went from being in force to being rolled back.
Result<std::optional<Position>> last_rolled_back(const ViewStore& views, const std::string& key,
                                                 Position at) {
  const auto versions =
      views.versions(View::rule_updates, key, at, ledger::limits::blame_versions_max);
  if (!versions) return fail(versions.error());
  std::optional<RuleUpdateRow> later;
  for (const auto& version : *versions) {
    if (!version.row) continue;
    auto row = decode_row<RuleUpdateRow>(*version.row);
    if (!row) return fail(row.error());
    if (later && later->status == domain::RuleUpdateStatus::rolled_back &&
        row->status == domain::RuleUpdateStatus::applied) {
      return std::optional<Position>(later->changed.position);
    }
    later = std::move(*row);
  }
  return std::optional<Position>();
}

Result<Position> before_last_rollback(const ledger::store::EventLog& log, const ViewStore& views) {
  std::optional<Position> last;
  if (const Position size = views.size(); size.value > 0) {
    const Position newest{size.value - 1};
    const auto updates =
        views.as_of(newest)->rows<RuleUpdateRow>(View::rule_updates, "", "", every);
    if (!updates) return fail(updates.error());
    for (const auto& each : *updates) {
      const auto found = last_rolled_back(views, each.key, newest);
      if (!found) return fail(found.error());
      if (*found && (!last || *last < **found)) last = *found;
    }
  }
  if (!last) {
    return fail(ErrorKind::not_found, "rollback-unknown", "No rule update was ever rolled back.");
  }
  return just_before(*last, log, views);
}

}  // namespace

Result<Position> resolve_as_of(std::string_view text, Time now, const ledger::store::EventLog& log,
                               const ViewStore& views) {
  if (const auto number = digits_in(text)) return shown({*number}, log, views);
  if (const auto rest = rest_after(text, "event:")) {
    const auto number = digits_in(*rest);
    return number ? shown({*number}, log, views) : malformed(text);
  }
  if (const auto rest = rest_after(text, "before:")) {
    const auto number = digits_in(*rest);
    return number ? just_before({*number}, log, views) : malformed(text);
  }
  if (const auto name = rest_after(text, "bookmark:")) return bookmarked(*name, log, views);
  if (text == "now") {
    if (views.size().value == 0) return before_genesis("now");
    return Position{views.size().value - 1};
  }
  if (text == "last-rollback") return before_last_rollback(log, views);
  if (const auto back = rest_after(text, "-")) {
    const auto duration = domain::duration_from_iso8601(*back);
    if (!duration || duration->micros < 0) return malformed(text);
    return at_time(now - *duration, log, views);
  }
  const auto time = domain::time_from_rfc3339(text);
  if (!time) return malformed(text);
  if (now < *time) {
    return fail(ErrorKind::invalid, "as-of-in-future",
                domain::rfc3339(*time) + " has not come yet; it is " + domain::rfc3339(now) + ".");
  }
  return at_time(*time, log, views);
}

}  // namespace projections
