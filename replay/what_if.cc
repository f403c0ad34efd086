#include "replay/what_if.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <stdexcept>
#include <utility>

#include "ledger/codec/codec.h"
#include "ledger/fold_log.h"
#include "projections/history.h"
#include "projections/row_fields.h"
#include "replay/commands_again.h"
#include "replay/limits.h"
#include "replay/supposed_fold.h"

namespace replay {

using domain::Event;
using domain::Position;
using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;
using projections::View;

namespace {

// Of these, rows say nothing that others do not: where computers are kept, and how they are found.
// Alerts are told by their conditions.
constexpr bool is_told(View view) {
  return view != View::buckets && view != View::bucket_members && view != View::bucket_counts &&
         view != View::computer_names && view != View::computers_by_name &&
         view != View::tokens_by_secret && view != View::enrolment_tokens_by_secret &&
         view != View::alerts;
}

Result<Event> event_at(const ledger::store::EventLog& log, Position at) {
  const auto record = log.record(at);
  if (!record) return fail(record.error());
  return ledger::codec::decode(*record);
}

class Supposing {
 public:
  Supposing(WhatIfBase base, const WhatIfQuery& query) : base_(std::move(base)), query_(query) {}

  Result<WhatIf> run() {
    if (const auto checked = check(); !checked) return fail(checked.error());
    if (const auto begun = find_beginning(); !begun) return fail(begun.error());
    if (told_.to.value - told_.from.value > ledger::limits::what_if_events_max) {
      return fail(ErrorKind::refused, "what-if-too-large",
                  "From the first edit on there are " +
                      std::to_string(told_.to.value - told_.from.value) + " events; at most " +
                      std::to_string(ledger::limits::what_if_events_max) +
                      " can be folded again. Ask of an earlier moment with \"to\".");
    }
    if (base_.world.size > told_.from) base_.world = {};
    if (const auto folded = ledger::fold_log(base_.log, told_.from, base_.world); !folded) {
      return fail(folded.error());
    }
    const auto root = base_.log.root_at(told_.to);
    if (!root) return fail(root.error());
    told_.root = *root;
    OverlayViews there(told_.from.value == 0 ? nullptr : base_.views.as_of({told_.from.value - 1}));
    SupposedFold fold(std::move(base_.world), there, base_.time_zones, query_, told_);
    if (const auto passed = pass(fold); !passed) return fail(passed.error());
    if (there.error()) return fail(*there.error());
    told_.alerts = fold.alerts();
    there.set_at({told_.to.value == 0 ? 0 : told_.to.value - 1});
    if (const auto compared = compare_rows(fold, there); !compared) return fail(compared.error());
    if (const auto counted = count_computers(there); !counted) return fail(counted.error());
    return std::move(told_);
  }

 private:
  Result<void> check() {
    const Position size = base_.views.size();
    told_.to = query_.to.value_or(size);
    if (query_.edits.empty()) {
      return fail(ErrorKind::invalid, "edits-missing", "Say what is to be otherwise: an edit.");
    }
    if (query_.edits.size() > ledger::limits::what_if_edits_max) {
      return fail(ErrorKind::invalid, "edits-too-many",
                  "There can be " + std::to_string(ledger::limits::what_if_edits_max) + " edits.");
    }
    if (told_.to > size || told_.to.value == 0) {
      return fail(ErrorKind::invalid, "what-if-range",
                  "The views have " + std::to_string(size.value) +
                      " events; \"to\" is one of "
                      "their counts.");
    }
    for (const auto& edit : query_.edits) {
      const bool is_drop = edit.kind == EditKind::drop_event || edit.kind == EditKind::drop_command;
      if (edit.at < told_.to || (!is_drop && edit.at == told_.to)) continue;
      return fail(ErrorKind::invalid, "edit-beyond-log",
                  "An edit at " + std::to_string(edit.at.value) + " is beyond the " +
                      std::to_string(told_.to.value) + " events that are looked at.");
    }
    return {};
  }

  // Where the command of the first edit begins: commands are taken whole.
  Result<void> find_beginning() {
    told_.from = told_.to;
    for (const auto& edit : query_.edits) told_.from = std::min(told_.from, edit.at);
    if (told_.from == told_.to) return {};
    auto first = event_at(base_.log, told_.from);
    if (!first) return fail(first.error());
    while (told_.from.value > 0) {
      auto before = event_at(base_.log, {told_.from.value - 1});
      if (!before) return fail(before.error());
      if (!of_one_command(*before, *first)) break;
      first = std::move(before);
      --told_.from.value;
    }
    return {};
  }

  Result<void> pass(SupposedFold& fold) {
    const auto began = std::chrono::steady_clock::now();
    const auto cursor = base_.log.read(told_.from, told_.to);
    std::vector<Event> command;
    for (std::uint64_t passed = 0;; ++passed) {
      const auto entry = cursor->next();
      if (!entry) return fail(entry.error());
      if (!*entry) break;
      auto event = ledger::codec::decode((*entry)->bytes);
      if (!event) return fail(event.error());
      if (!command.empty() && !of_one_command(command.front(), *event)) {
        if (const auto taken = take(fold, command); !taken) return taken;
        command.clear();
      }
      command.push_back(*std::move(event));
      if (passed % 1'024 == 0 && query_.go_on && !query_.go_on(progress(passed, began))) {
        return fail(ErrorKind::unavailable, "what-if-ended", "It was ended before it was done.");
      }
    }
    if (!command.empty()) {
      if (const auto taken = take(fold, command); !taken) return taken;
    }
    fold.finish(told_.to);
    return {};
  }

  // A world that never was may lack what the domain relies on in one that was.
  static Result<void> take(SupposedFold& fold, const std::vector<Event>& command) {
    try {
      fold.take(command);
      return {};
    } catch (const std::out_of_range&) {
      return fail(ErrorKind::refused, "what-if-impossible",
                  "With these edits nothing can be said of what comes after event " +
                      std::to_string(command.front().position.value) + ", " +
                      std::string(type_name(command.front().payload)) + ".");
    }
  }

  Progress progress(std::uint64_t passed, std::chrono::steady_clock::time_point began) const {
    const auto now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - began).count();
    return {{passed},
            {told_.to.value - told_.from.value},
            seconds > 0 ? static_cast<double>(passed) / seconds : 0};
  }

  Result<void> compare_rows(const SupposedFold& fold, const OverlayViews& there) {
    std::set<OverlayViews::Key> keys;
    for (const auto& [key, row] : there.written()) {
      if (is_told(key.first)) keys.insert(key);
    }
    for (const auto position : fold.otherwise()) {
      const auto changed = base_.views.changed_by(position);
      if (!changed) return fail(changed.error());
      for (const auto& each : *changed) {
        if (is_told(each.view)) keys.insert({each.view, each.key});
      }
    }
    const auto in_fact = base_.views.as_of({told_.to.value - 1});
    for (const auto& [view, key] : keys) {
      const auto fact = in_fact->get(view, key);
      if (!fact) return fail(fact.error());
      const auto supposed = there.get(view, key);
      if (!supposed) return fail(supposed.error());
      if (*fact == *supposed) continue;
      if (const auto told = tell(view, key, *fact, *supposed); !told) return told;
    }
    return {};
  }

  Result<void> tell(View view, const std::string& key, const std::optional<std::string>& fact,
                    const std::optional<std::string>& there) {
    SupposedRow row;
    row.change = !fact ? "only_there" : !there ? "only_in_fact" : "changed";
    if (fact && there) {
      const auto fields = differing_fields(view, *fact, *there);
      if (!fields) return fail(fields.error());
      row.changed_fields = *fields;
      // The bucket of a computer is a number that only says where it is kept.
      if (view == View::computers) {
        std::erase_if(row.changed_fields,
                      [](const FieldDiff& each) { return each.field == "bucket"; });
      }
      if (row.changed_fields.empty()) return {};
    }
    ++told_.rows_differ;
    if (told_.rows.size() >= ledger::limits::what_if_rows_max) return {};
    row.view = name_of(view);
    row.key = projections::shown_key(view, key);
    using Side = std::pair<const std::optional<std::string>&, projections::JsonText&>;
    for (const auto& [bytes, shown] : {Side{fact, row.in_fact}, Side{there, row.there}}) {
      if (!bytes) continue;
      auto json = projections::row_json(view, *bytes);
      if (!json) return fail(json.error());
      shown = *std::move(json);
    }
    told_.rows.push_back(std::move(row));
    return {};
  }

  Result<void> count_computers(const OverlayViews& there) {
    const auto in_fact = base_.views.as_of({told_.to.value - 1});
    const auto fact = projections::overview_at(*in_fact);
    if (!fact) return fail(fact.error());
    const auto supposed = projections::overview_at(there);
    if (!supposed) return fail(supposed.error());
    told_.computers_in_fact = fact->computers.by_status;
    told_.computers_there = supposed->computers.by_status;
    return {};
  }

  WhatIfBase base_;
  const WhatIfQuery& query_;
  WhatIf told_;
};

}  // namespace

Result<WhatIf> what_if(WhatIfBase base, const WhatIfQuery& query) {
  return Supposing(std::move(base), query).run();
}

}  // namespace replay
