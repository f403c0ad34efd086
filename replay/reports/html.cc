// A report as one page that stands by itself, on a screen and on paper.
#include <algorithm>
#include <map>

#include "replay/reports/markup.h"
#include "replay/reports/plots.h"
#include "replay/reports/report.h"
#include "replay/reports/style.h"

namespace replay::reports {

using ledger::codec::Column;
using ledger::codec::ColumnKind;

namespace {

std::string_view last_part(std::string_view name) { return name.substr(name.rfind('.') + 1); }

std::string in_words(std::string_view name) {
  std::string words(name);
  std::replace(words.begin(), words.end(), '_', ' ');
  const auto dot = words.find('.');
  if (dot != std::string::npos) words.replace(dot, 1, ": ");
  if (!words.empty() && words[0] >= 'a' && words[0] <= 'z') words[0] += 'A' - 'a';
  return words == "Cve" ? "CVE" : words == "Cves" ? "CVEs" : words;
}

// The last part of each name, where that says which it is.
std::vector<std::string> headings_of(const std::vector<Column>& columns) {
  std::map<std::string_view, int> parts;
  for (const auto& column : columns) ++parts[last_part(column.name)];
  std::vector<std::string> headings;
  for (const auto& column : columns) {
    const auto last = last_part(column.name);
    headings.push_back(in_words(parts[last] == 1 ? last : std::string_view(column.name)));
  }
  return headings;
}

std::string_view class_of(const Column& column) {
  const bool is_number = column.kind == ColumnKind::number || column.kind == ColumnKind::duration;
  if (is_number) return " class=\"number\"";
  if (column.kind == ColumnKind::time) return " class=\"time\"";
  // Where sentences stand, which are broken into lines before names are.
  static constexpr std::string_view wordy[] = {"what", "reason", "detail", "cves"};
  const bool has_words =
      std::find(std::begin(wordy), std::end(wordy), column.name) != std::end(wordy);
  return has_words ? " class=\"words\"" : "";
}

std::string cell_of(const Table& table, std::size_t row, const Column& column) {
  const auto said = shown_cell(table, row, column);
  if (said == "0") return "<td class=\"number zero\">0</td>";
  return "<td" + std::string(class_of(column)) + '>' + escaped(said) + "</td>";
}

std::string table_of(const Table& table) {
  const auto& section = table.section;
  if (section.rows.empty()) return "<p class=\"none\">None.</p>\n";
  std::string out = "<div class=\"table\"><table><thead><tr>";
  const auto headings = headings_of(section.columns);
  for (std::size_t i = 0; i < headings.size(); ++i) {
    out += "<th scope=\"col\"" + std::string(class_of(section.columns[i])) + '>' +
           escaped(headings[i]) + "</th>";
  }
  out += "</tr></thead><tbody>\n";
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    out += "<tr>";
    for (const auto& column : section.columns) out += cell_of(table, row, column);
    out += "</tr>\n";
  }
  out += "</tbody></table></div>\n";
  if (section.left_out > 0) {
    out += "<p class=\"more\">" + grouped_digits(std::to_string(section.left_out)) +
           " more are not shown.</p>\n";
  }
  return out;
}

std::string section_html(const Section& section) {
  const Table table(section);
  std::string out =
      "<section id=\"" + escaped(section.name) + "\"><h2>" + escaped(section.title) + "</h2>\n";
  if (!section.note.empty()) out += "<p class=\"note\">" + escaped(section.note) + "</p>\n";
  for (const auto& plot : section.plots) out += figure_of(plot, table);
  return out + table_of(table) + "</section>\n";
}

std::string moment_text(const Moment& moment) {
  return shown_time(moment.time) + " (event " + std::to_string(moment.position.value) + ")";
}

std::string title_of_page(const Report& report) {
  return report.about.empty() ? report.title : report.title + ": " + report.about;
}

std::string head_of(const Report& report) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/><title>";
  out += escaped(title_of_page(report) + ", " + report.origin + ", to event " +
                 std::to_string(report.to.position.value));
  out += "</title><style>";
  out += page_style;
  out += "</style></head>\n<body>\n<header><p class=\"origin\">" + escaped(report.origin) +
         "</p><h1>" + escaped(title_of_page(report)) + "</h1><p class=\"period\">From " +
         moment_text(report.from) + " to " + moment_text(report.to) +
         ". All times are UTC.</p></header>\n<main>\n<dl class=\"figures\">";
  for (const auto& figure : report.figures) {
    out +=
        "<div><dt>" + escaped(figure.label) + "</dt><dd>" + escaped(figure.value) + "</dd></div>";
  }
  out += "</dl>\n<nav aria-label=\"Contents\"><ul>";
  for (const auto& section : report.sections) {
    out += "<li><a href=\"#" + escaped(section.name) + "\">" + escaped(section.title) + "</a></li>";
  }
  return out + "</ul></nav>\n";
}

std::string foot_of(const Report& report) {
  std::string command = "ledgerctl report " + std::string(domain::name_of(report.report));
  command += " --from " + std::to_string(report.from.position.value) + " --to " +
             std::to_string(report.to.position.value);
  if (!report.about.empty()) command += " --about " + report.about;
  std::string out =
      "</main>\n<footer><h2>Where this comes from</h2><p>It follows from the record alone. Whoever "
      "asks for the same events again gets the same bytes, and the same digest; root and size are "
      "those of the record with the last of these events, which a signed checkpoint or a proof of "
      "consistency vouches for.</p><div class=\"table\"><table><tbody>";
  const auto fact = [&](const char* name, const std::string& value) {
    out += "<tr><th scope=\"row\">" + std::string(name) + "</th><td><code>" + escaped(value) +
           "</code></td></tr>\n";
  };
  fact("Record", report.origin);
  fact("Events", "after " + std::to_string(report.from.position.value) + ", to " +
                     std::to_string(report.to.position.value));
  fact("Size", std::to_string(report.size.value));
  fact("Root", hex(report.root));
  fact("Digest", hex(digest_of(report)));
  fact("Made again by", command);
  return out + "</tbody></table></div></footer>\n</body></html>\n";
}

}  // namespace

std::string report_html(const Report& report) {
  std::string out = head_of(report);
  for (const auto& section : report.sections) out += section_html(section);
  return out + foot_of(report);
}

}  // namespace replay::reports
