// What the reports are made of: two moments of the record, samples between them, rows as tables.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "replay/reports/report.h"

namespace replay::reports {

struct Period {
  const projections::ViewStore& views;
  const ledger::store::EventLog& log;
  Moment from;
  Moment to;
  std::string about;

  std::unique_ptr<projections::Snapshot> at(const Moment& moment) const {
    return views.as_of(moment.position);
  }
};

// What a report says, without what all of them say.
struct Content {
  std::vector<Figure> figures;
  std::vector<Section> sections;
};

// Errors: corrupt, io.
ledger::Result<Moment> moment_at(const ledger::store::EventLog& log, domain::Position position);

// Both ends and, between them, whole seconds, minutes, hours or days of UTC, whichever gives at
// most limits::report_samples_max. Cost: a few lookups for each. Errors: corrupt, io.
ledger::Result<std::vector<Moment>> samples_of(const Period& period);

// Those before which something happened, and both ends: in between, all is as it was.
std::vector<Moment> without_repeats(const std::vector<Moment>& samples);

// How far apart whole times lie, of which at most `most` fit between the two.
domain::Duration step_between(domain::Time from, domain::Time to, std::size_t most);

// The events of the period, refused if they are more than a report reads one by one.
// Errors: invalid ("report-range-too-large").
ledger::Result<void> check_events(const Period& period);

struct About {
  std::string name;
  std::string title;
  std::string note;
};

template <domain::HasFields Row>
Section section_of(About about, const std::vector<Row>& rows, std::uint64_t left_out = 0) {
  Section section;
  section.name = std::move(about.name);
  section.title = std::move(about.title);
  section.note = std::move(about.note);
  section.columns = ledger::codec::columns_of<Row>();
  section.rows.reserve(rows.size());
  for (const Row& row : rows) section.rows.push_back({ledger::codec::to_json(row)});
  section.left_out = left_out;
  return section;
}

// "97 %", "0 of 0": never rounded up to all, nor down to none.
std::string percent(std::uint64_t part, std::uint64_t whole);

// As people say it, in its two largest units: "3 d 4 h", "12 min 5 s".
std::string spoken(domain::Duration duration);

ledger::Result<Content> coverage(const Period& period);
ledger::Result<Content> time_to_protect(const Period& period);
ledger::Result<Content> changes(const Period& period);
ledger::Result<Content> exposure(const Period& period);
ledger::Result<Content> access(const Period& period);

}  // namespace replay::reports
