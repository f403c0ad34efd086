#include "projections/activity.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "ledger/codec/codec.h"
#include "ledger/limits.h"
#include "projections/activity_filter.h"
#include "projections/page_fill.h"
#include "projections/record_walk.h"
#include "projections/row_filter.h"

namespace projections {

using domain::Position;
using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;
using ledger::store::EventLog;

namespace {

Result<std::optional<Position>> position_in(const std::string& page) {
  if (page.empty()) return std::optional<Position>();
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(page.data(), page.data() + page.size(), number);
  if (problem != std::errc() || end != page.data() + page.size()) {
    return fail(ErrorKind::invalid, "page-invalid", "That is no page of this list.");
  }
  return std::optional<Position>(Position{number});
}

struct Range {
  Position from;
  Position to;  // Exclusive.
};

// What of the log the query is about, by its positions, times and page.
Result<Range> range_of(const EventLog& log, const ActivityQuery& query) {
  Range range{query.from, log.head().size};
  if (query.to) range.to = std::min(range.to, Position{query.to->value + 1});
  if (query.after) {
    const auto at = position_at(log, *query.after);
    if (!at) return fail(at.error());
    if (*at) range.from = std::max(range.from, Position{(*at)->value + 1});
  }
  if (query.before) {
    const auto at = position_at(log, {query.before->micros - 1});
    if (!at) return fail(at.error());
    range.to = std::min(range.to, *at ? Position{(*at)->value + 1} : Position{0});
  }
  const auto page = position_in(query.page);
  if (!page) return fail(page.error());
  if (*page && query.direction == Direction::oldest_first)
    range.from = std::max(range.from, **page);
  if (*page && query.direction == Direction::newest_first) {
    range.to = std::min(range.to, Position{(*page)->value + 1});
  }
  return range;
}

Result<EventItem> decoded_item(std::string_view bytes) {
  const auto event = ledger::codec::decode(bytes);
  if (!event) return fail(event.error());
  return item_of(*event);
}

// Takes what walk shows, matches(envelope) accepts and `wanted` lets pass; a page names the record
// where the next begins.
template <class Matches>
Result<Page<EventItem>> fill(RecordWalk& walk, std::size_t max, Matches matches,
                             const RowFilter<EventItem>& wanted) {
  Page<EventItem> page;
  for (std::size_t passed = 0;; ++passed) {
    const auto record = walk.next();
    if (!record) return fail(record.error());
    if (!*record) return page;
    if (page.items.size() == max || passed == ledger::limits::activity_records_passed_max) {
      page.next = std::to_string((*record)->position.value);
      return page;
    }
    const auto envelope = ledger::codec::decode_envelope((*record)->bytes);
    if (!envelope) return fail(envelope.error());
    if (!matches(*envelope)) continue;
    auto item = decoded_item((*record)->bytes);
    if (!item) return fail(item.error());
    if (wanted.matches(*item)) page.items.push_back(std::move(*item));
  }
}

}  // namespace

Result<Page<EventItem>> list_events(const EventLog& log, const ActivityQuery& query) {
  const auto filter = ActivityFilter::of(query);
  if (!filter) return fail(filter.error());
  const auto wanted = RowFilter<EventItem>::parse(query.filter);
  if (!wanted) return fail(wanted.error());
  const auto range = range_of(log, query);
  if (!range) return fail(range.error());
  if (range->to <= range->from) return Page<EventItem>{};
  const auto walk = query.stream.empty()
                        ? walk_log(log, range->from, range->to, query.direction)
                        : walk_stream(log, query.stream, range->from, range->to, query.direction);
  const auto max = std::clamp<std::size_t>(query.max, 1, ledger::limits::page_rows_max);
  return fill(
      *walk, max, [&](const auto& envelope) { return filter->matches(envelope); }, *wanted);
}

Result<domain::Event> read_event(const EventLog& log, Position position) {
  if (log.head().size <= position) {
    return fail(ErrorKind::not_found, "event-unknown",
                "There is no event " + std::to_string(position.value) + "; the log has " +
                    std::to_string(log.head().size.value) + ".");
  }
  const auto record = log.record(position);
  if (!record) return fail(record.error());
  return ledger::codec::decode(*record);
}

Result<std::vector<EventItem>> causes_of(const EventLog& log, Position position) {
  auto event = read_event(log, position);
  if (!event) return fail(event.error());
  std::vector<EventItem> causes;
  while (event->causation && causes.size() < ledger::limits::causes_max) {
    // A cause comes before what it causes, so this ends.
    if (event->position <= *event->causation) break;
    event = read_event(log, *event->causation);
    if (!event) return fail(event.error());
    causes.push_back(item_of(*event));
  }
  return causes;
}

Result<Page<EventItem>> effects_of(const EventLog& log, Position position, const ListQuery& query) {
  if (const auto event = read_event(log, position); !event) return fail(event.error());
  const auto page = position_in(query.after);
  if (!page) return fail(page.error());
  const Position shown_from = page->value_or(Position{0});
  std::set<Position> known{position};
  Page<EventItem> effects;
  const Position begin{position.value + 1};
  const Position end{begin.value + ledger::limits::activity_records_passed_max};
  const auto walk = walk_log(log, begin, end, Direction::oldest_first);
  while (true) {
    const auto record = walk->next();
    if (!record) return fail(record.error());
    if (!*record) return effects;
    const auto envelope = ledger::codec::decode_envelope((*record)->bytes);
    if (!envelope) return fail(envelope.error());
    if (!envelope->causation || !known.contains(*envelope->causation)) continue;
    known.insert(envelope->position);
    if (envelope->position < shown_from) continue;
    if (effects.items.size() == rows_asked(query)) {
      effects.next = std::to_string(envelope->position.value);
      return effects;
    }
    auto item = decoded_item((*record)->bytes);
    if (!item) return fail(item.error());
    effects.items.push_back(std::move(*item));
  }
}

Result<std::optional<Position>> position_at(const EventLog& log, domain::Time time) {
  std::uint64_t low = 0;                       // Records before are at or before `time`,
  std::uint64_t high = log.head().size.value;  // those from here on are later.
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto envelope = envelope_at(log, {middle});
    if (!envelope) return fail(envelope.error());
    if (envelope->recorded_at <= time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == 0) return std::optional<Position>();
  return std::optional<Position>(Position{low - 1});
}

}  // namespace projections
