#include "projections/history.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "ledger/codec/codec.h"
#include "ledger/limits.h"
#include "projections/mark.h"
#include "projections/page_fill.h"
#include "projections/record_walk.h"
#include "projections/row_fields.h"

namespace projections {

using domain::Position;
using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;
using ledger::store::EventLog;

namespace {

Result<std::optional<std::uint64_t>> number_after(const std::string& after) {
  if (after.empty()) return std::optional<std::uint64_t>();
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(after.data(), after.data() + after.size(), number);
  if (problem != std::errc() || end != after.data() + after.size()) {
    return fail(ErrorKind::invalid, "page-invalid", "That is no page of this list.");
  }
  return std::optional<std::uint64_t>(number);
}

// Who did it, and why, into a step or a field's blame.
template <class Told>
Result<void> tell_event(const EventLog& log, Position position, Told& told) {
  auto envelope = envelope_at(log, position);
  if (!envelope) return fail(envelope.error());
  told.position = position;
  told.time = envelope->recorded_at;
  told.type = envelope->type_name();
  told.by = text_of(envelope->actor);
  told.reason = std::move(envelope->reason);
  return {};
}

Result<JsonText> shown_row(View view, const std::optional<std::string>& row) {
  if (!row) return JsonText{};
  return row_json(view, *row);
}

const JsonText* find_field(const std::vector<RowField>& fields, const std::string& name) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const RowField& field) { return field.name == name; });
  return found == fields.end() ? nullptr : &found->value;
}

// The oldest version, in a run from the newest, in which each field already had its value.
Result<std::vector<std::size_t>> oldest_equal(View view, const std::vector<RowVersion>& versions,
                                              const std::vector<RowField>& now) {
  std::vector<std::size_t> oldest(now.size(), 0);
  std::vector<bool> open(now.size(), true);
  for (std::size_t i = 1; i < versions.size() && versions[i].row; ++i) {
    const auto fields = row_fields(view, *versions[i].row);
    if (!fields) return fail(fields.error());
    for (std::size_t f = 0; f < now.size(); ++f) {
      const JsonText* then = find_field(*fields, now[f].name);
      open[f] = open[f] && then != nullptr && *then == now[f].value;
      if (open[f]) oldest[f] = i;
    }
  }
  return oldest;
}

}  // namespace

Result<Page<RowStep>> row_history(const ViewStore& store, const EventLog& log, View view,
                                  std::string_view key, Position at, const ListQuery& query) {
  const auto page_begin = number_after(query.after);
  if (!page_begin) return fail(page_begin.error());
  if (*page_begin) at = std::min(at, Position{**page_begin});
  const std::size_t max = rows_asked(query);
  const auto versions = store.versions(view, key, at, max + 1);
  if (!versions) return fail(versions.error());
  Page<RowStep> page;
  for (const auto& version : *versions) {
    if (page.items.size() == max) {
      page.next = std::to_string(version.position.value);
      break;
    }
    RowStep step;
    if (const auto told = tell_event(log, version.position, step); !told) return fail(told.error());
    step.erased = !version.row;
    auto row = shown_row(view, version.row);
    if (!row) return fail(row.error());
    step.row = std::move(*row);
    page.items.push_back(std::move(step));
  }
  return page;
}

Result<std::vector<FieldBlame>> blame(const ViewStore& store, const EventLog& log, View view,
                                      std::string_view key, Position at) {
  const std::size_t max = ledger::limits::blame_versions_max;
  const auto versions = store.versions(view, key, at, max);
  if (!versions) return fail(versions.error());
  if (versions->empty() || !versions->front().row) {
    const std::string row = std::string(name_of(view)) + " row " + shown_key(view, key);
    if (versions->empty()) {
      return fail(ErrorKind::not_found, "row-unknown", "There is no " + row + ".");
    }
    const auto erased = std::to_string(versions->front().position.value);
    return fail(ErrorKind::not_found, "row-unknown",
                "There is no " + row + " any more: event " + erased +
                    " removed it. Ask as of before:" + erased + ".");
  }
  auto now = row_fields(view, *versions->front().row);
  if (!now) return fail(now.error());
  const auto oldest = oldest_equal(view, *versions, *now);
  if (!oldest) return fail(oldest.error());
  std::vector<FieldBlame> blamed;
  for (std::size_t i = 0; i < now->size(); ++i) {
    FieldBlame field;
    const std::size_t version = (*oldest)[i];
    if (const auto told = tell_event(log, (*versions)[version].position, field); !told) {
      return fail(told.error());
    }
    field.field = std::move((*now)[i].name);
    field.value = std::move((*now)[i].value);
    field.is_oldest_seen = version + 1 == max;
    blamed.push_back(std::move(field));
  }
  return blamed;
}

Result<Page<RowChange>> changes_of_event(const ViewStore& store, Position position,
                                         const ListQuery& query) {
  const auto begin = number_after(query.after);
  if (!begin) return fail(begin.error());
  Page<RowChange> page;
  if (store.size() <= position) return page;
  const auto changed = store.changed_by(position);
  if (!changed) return fail(changed.error());
  const auto after = store.as_of(position);
  const auto before = position.value == 0 ? nullptr : store.as_of({position.value - 1});
  for (std::size_t i = begin->value_or(0); i < changed->size(); ++i) {
    if (page.items.size() == rows_asked(query)) {
      page.next = std::to_string(i);
      break;
    }
    const auto& [view, key] = (*changed)[i];
    RowChange change{std::string(name_of(view)), shown_key(view, key), {}, {}};
    for (const auto side : {&change.before, &change.after}) {
      const auto& snapshot = side == &change.before ? before : after;
      if (snapshot == nullptr) continue;
      const auto row = snapshot->get(view, key);
      if (!row) return fail(row.error());
      auto json = shown_row(view, *row);
      if (!json) return fail(json.error());
      *side = std::move(*json);
    }
    page.items.push_back(std::move(change));
  }
  return page;
}

}  // namespace projections
