#include "replay/diff.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

#include "ledger/codec/codec.h"
#include "ledger/limits.h"
#include "projections/history.h"
#include "projections/mark.h"
#include "projections/page_fill.h"
#include "projections/record_walk.h"
#include "projections/row_fields.h"

namespace replay {

using domain::Position;
using ledger::fail;
using ledger::Result;
using projections::JsonText;
using projections::Page;
using projections::RowField;
using projections::View;

namespace {

// The next change to look at: those of an event are passed from the last to the first.
struct Place {
  Position position;
  std::size_t left = 0;  // Changes of that event that were not looked at.
};

std::string text_of_place(const Place& place) {
  return std::to_string(place.position.value) + "." + std::to_string(place.left);
}

Result<Place> place_from(const std::string& text) {
  Place place;
  const char* const end = text.data() + text.size();
  const auto position = std::from_chars(text.data(), end, place.position.value);
  if (position.ec == std::errc() && position.ptr != end && *position.ptr == '.') {
    const auto left = std::from_chars(position.ptr + 1, end, place.left);
    if (left.ec == std::errc() && left.ptr == end) return place;
  }
  return fail(ledger::ErrorKind::invalid, "page-invalid", "That is no page of this list.");
}

class Differ {
 public:
  Differ(const projections::ViewStore& views, const ledger::store::EventLog& log,
         const DiffQuery& query)
      : views_(views),
        log_(log),
        query_(query),
        older_(std::min(query.from, query.to)),
        newer_(std::max(query.from, query.to)),
        before_(views.as_of(older_)) {}

  Result<Page<RowDiff>> page() {
    auto place = first_place();
    if (!place) return fail(place.error());
    const std::size_t max = std::clamp<std::size_t>(query_.max, 1, ledger::limits::page_rows_max);
    Page<RowDiff> page;
    std::size_t passed = 0;
    for (Place at = *place; older_ < at.position; at = before(at)) {
      if (++passed > ledger::limits::diff_events_passed_max) return ended(std::move(page), at);
      const auto changes = views_.changed_by(at.position);
      if (!changes) return fail(changes.error());
      for (at.left = std::min(at.left, changes->size()); at.left > 0; --at.left) {
        if (page.items.size() == max) return ended(std::move(page), at);
        auto row = row_diff((*changes)[at.left - 1], at.position);
        if (!row) return fail(row.error());
        if (*row) page.items.push_back(std::move(**row));
      }
    }
    return page;
  }

 private:
  static constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

  Result<Place> first_place() const {
    if (query_.after.empty()) return Place{newer_, all};
    auto place = place_from(query_.after);
    if (place && newer_ < place->position) return Place{newer_, all};
    return place;
  }

  static Place before(const Place& at) { return {Position{at.position.value - 1}, all}; }

  static Page<RowDiff> ended(Page<RowDiff> page, const Place& at) {
    page.next = text_of_place(at);
    return page;
  }

  bool is_asked(View view) const {
    return query_.views.empty() ||
           std::find(query_.views.begin(), query_.views.end(), view) != query_.views.end();
  }

  // Nothing: the row is not asked for, was told of by a later event, or came to be as it was.
  Result<std::optional<RowDiff>> row_diff(const projections::ChangedRow& changed,
                                          Position position) {
    const std::optional<RowDiff> none;
    if (!is_asked(changed.view) || seen_.contains({changed.view, changed.key})) return none;
    const auto versions =
        views_.versions(changed.view, changed.key, newer_, ledger::limits::diff_row_events_max + 1);
    if (!versions) return fail(versions.error());
    seen_.emplace(changed.view, changed.key);
    if (versions->empty() || versions->front().position != position) return none;
    const auto before = before_->get(changed.view, changed.key);
    if (!before) return fail(before.error());
    RowDiff row;
    row.view = name_of(changed.view);
    row.key = projections::shown_key(changed.view, changed.key);
    const auto differs = compare(changed.view, *before, versions->front().row, row);
    if (!differs) return fail(differs.error());
    if (!*differs) return none;
    add_events(*versions, row);
    if (const auto told = tell(row); !told) return fail(told.error());
    if (query_.to < query_.from) turn_around(row);
    return std::optional<RowDiff>(std::move(row));
  }

  static Result<bool> compare(View view, const std::optional<std::string>& before,
                              const std::optional<std::string>& after, RowDiff& row) {
    if (before == after) return false;
    row.change = !before ? "added" : !after ? "removed" : "changed";
    if (before && after) {
      auto fields = differing_fields(view, *before, *after);
      if (!fields) return fail(fields.error());
      row.changed_fields = *std::move(fields);
      if (row.changed_fields.empty()) return false;
    }
    const std::pair<const std::optional<std::string>&, JsonText&> sides[] = {{before, row.before},
                                                                             {after, row.after}};
    for (const auto& [bytes, json] : sides) {
      if (!bytes) continue;
      auto shown = projections::row_json(view, *bytes);
      if (!shown) return fail(shown.error());
      json = std::move(*shown);
    }
    return true;
  }

  void add_events(const std::vector<projections::RowVersion>& versions, RowDiff& row) const {
    for (const auto& version : versions) {
      if (version.position <= older_) return;
      if (row.events.size() == ledger::limits::diff_row_events_max) {
        row.more_events = true;
        return;
      }
      row.events.push_back(version.position);
    }
  }

  Result<void> tell(RowDiff& row) const {
    row.position = row.events.front();
    auto envelope = projections::envelope_at(log_, row.position);
    if (!envelope) return fail(envelope.error());
    row.time = envelope->recorded_at;
    row.type = envelope->type_name();
    row.by = projections::text_of(envelope->actor);
    row.reason = std::move(envelope->reason);
    return {};
  }

  static void turn_around(RowDiff& row) {
    std::swap(row.before, row.after);
    for (auto& field : row.changed_fields) std::swap(field.before, field.after);
    if (row.change == "changed") return;
    row.change = row.change == "added" ? "removed" : "added";
  }

  const projections::ViewStore& views_;
  const ledger::store::EventLog& log_;
  const DiffQuery& query_;
  Position older_;
  Position newer_;
  std::unique_ptr<projections::Snapshot> before_;
  std::set<std::pair<View, std::string>> seen_;
};

JsonText value_in(const std::vector<RowField>& fields, const std::string& name) {
  for (const auto& each : fields) {
    if (each.name == name) return each.value;
  }
  return {};
}

}  // namespace

Result<std::vector<FieldDiff>> differing_fields(View view, std::string_view before,
                                                std::string_view after) {
  const auto old_fields = projections::row_fields(view, before);
  if (!old_fields) return fail(old_fields.error());
  const auto new_fields = projections::row_fields(view, after);
  if (!new_fields) return fail(new_fields.error());
  std::vector<FieldDiff> differing;
  for (const auto& each : *new_fields) {
    JsonText old = value_in(*old_fields, each.name);
    if (old == each.value) continue;
    differing.push_back({each.name, std::move(old), each.value});
  }
  // Parts of a row that may be absent have fields only when they are there.
  for (const auto& each : *old_fields) {
    const bool is_in_both =
        std::any_of(new_fields->begin(), new_fields->end(),
                    [&](const RowField& field) { return field.name == each.name; });
    if (!is_in_both) differing.push_back({each.name, each.value, {}});
  }
  return differing;
}

Result<Page<RowDiff>> diff(const projections::ViewStore& views, const ledger::store::EventLog& log,
                           const DiffQuery& query) {
  return Differ(views, log, query).page();
}

}  // namespace replay
