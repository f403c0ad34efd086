// A report over a period: figures, tables and plots that follow from the record alone, so that
// whoever asks for the same positions again gets the same bytes, whenever and wherever.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/codec/json_out.h"
#include "ledger/codec/table.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"
#include "projections/json_text.h"
#include "projections/view_store.h"

namespace replay::reports {

namespace domain = ledger::domain;

enum class ReportKind { coverage, time_to_protect, changes, exposure, access };
constexpr auto enum_names(ReportKind) {
  return std::array<std::string_view, 5>{"coverage", "time-to-protect", "changes", "exposure",
                                         "access"};
}

// The state after an event.
struct Moment {
  domain::Position position;
  domain::Time time;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("position", &Moment::position), field("time", &Moment::time));
  }
  bool operator==(const Moment&) const = default;
};

// What a colour says; of `hue_…`, only that it is another one.
enum class Tone { good, late, bad, idle, hue_a, hue_b, hue_c, hue_d, hue_e };
constexpr auto enum_names(Tone) {
  return std::array<std::string_view, 9>{"good",  "late",  "bad",   "idle", "hue_a",
                                         "hue_b", "hue_c", "hue_d", "hue_e"};
}

struct Series {
  std::string name;    // For people.
  std::string column;  // Of the section's table; of spans, what their column "state" says.
  Tone tone{};
  std::string of;  // Of shares: the column that is 100 percent.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("name", &Series::name), field("column", &Series::column),
                      field("tone", &Series::tone), field("of", &Series::of));
  }
  bool operator==(const Series&) const = default;
};

enum class PlotKind {
  stacked,    // Numbers over time, one above the other.
  shares,     // Parts of a whole over time.
  bars,       // Numbers of each row, one behind the other.
  durations,  // Of each row, from the same beginning.
  spans,      // Rows with "from", "to" and "state", those of one label in one lane.
};
constexpr auto enum_names(PlotKind) {
  return std::array<std::string_view, 5>{"stacked", "shares", "bars", "durations", "spans"};
}

// A drawing of the table that it stands above: it has no data of its own.
struct Plot {
  PlotKind kind{};
  std::string title;
  std::string along;  // The column that tells the time, or what each row is called.
  std::vector<Series> series;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("kind", &Plot::kind), field("title", &Plot::title),
                      field("along", &Plot::along), field("series", &Plot::series));
  }
  bool operator==(const Plot&) const = default;
};

// The answer to one question: a table, and plots of it.
struct Section {
  std::string name;   // "status_over_time"
  std::string title;  // For people, as the next two are.
  std::string note;
  std::vector<Plot> plots;
  std::vector<ledger::codec::Column> columns;
  std::vector<projections::JsonText> rows;  // One object each.
  std::uint64_t left_out = 0;               // Rows that there are beside those.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("name", &Section::name), field("title", &Section::title),
                      field("note", &Section::note), field("plots", &Section::plots),
                      field("columns", &Section::columns), field("rows", &Section::rows),
                      field("left_out", &Section::left_out));
  }
  bool operator==(const Section&) const = default;
};

// What stands at the top in large print.
struct Figure {
  std::string value;
  std::string label;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("value", &Figure::value), field("label", &Figure::label));
  }
  bool operator==(const Figure&) const = default;
};

inline constexpr std::string_view report_format = "update-ledger report 1";

struct Report {
  std::string format;  // report_format.
  ReportKind report{};
  std::string title;
  std::string origin;  // The log's name.
  std::string about;   // What it was narrowed down to: a CVE; empty: nothing.
  Moment from;
  Moment to;
  domain::Position size;  // Of the log with the event at `to` as its last,
  domain::Digest root;    // and its root then.
  std::vector<Figure> figures;
  std::vector<Section> sections;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("format", &Report::format), field("report", &Report::report),
                      field("title", &Report::title), field("origin", &Report::origin),
                      field("about", &Report::about), field("from", &Report::from),
                      field("to", &Report::to), field("size", &Report::size),
                      field("root", &Report::root), field("figures", &Report::figures),
                      field("sections", &Report::sections));
  }
  bool operator==(const Report&) const = default;
};

struct ReportRequest {
  ReportKind report{};
  domain::Position from;  // What happened at the events after this one,
  domain::Position to;    // this one included.
  std::string origin;
  std::string about;  // Of exposure: one CVE; empty: all.
};

// Errors: invalid ("report-range-backward", "report-range-too-large", "cve-invalid",
// "report-about-nothing"), corrupt, io. Shape: positions before the size of the views. Thread: any.
ledger::Result<Report> make_report(const projections::ViewStore& views,
                                   const ledger::store::EventLog& log,
                                   const ReportRequest& request);

// Where a report begins that says nothing of it: thirty days before the event at `to`.
// Errors: corrupt, io.
ledger::Result<domain::Position> usual_beginning(const ledger::store::EventLog& log,
                                                 domain::Position to);

// The SHA-256 of the report as canonical JSON: the value of "report" in report_json().
domain::Digest digest_of(const Report& report);

// {"digest": "...", "report": {...}}
std::string report_json(const Report& report);
// A line for each fact about it, then table by table, with an empty line between them.
std::string report_csv(const Report& report);
// One page of XHTML: no scripts, nothing from elsewhere, fit for a screen and for paper.
std::string report_html(const Report& report);

}  // namespace replay::reports
