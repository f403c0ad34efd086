#include "replay/reports/plots.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "replay/reports/period.h"
#include "replay/reports/svg.h"

namespace replay::reports {

namespace {

constexpr std::size_t lanes_max = 30;  // Rows that are drawn of bars and spans.

std::uint64_t largest_sum(const Plot& plot, const Table& table) {
  std::int64_t largest = 0;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    std::int64_t sum = 0;
    for (const auto& series : plot.series) sum += table.number(row, series.column).value_or(0);
    largest = std::max(largest, sum);
  }
  return static_cast<std::uint64_t>(largest);
}

// Series of which there is anything at all; the others would be words in the legend only.
std::vector<Series> drawn_series(const Plot& plot, const Table& table) {
  std::vector<Series> drawn;
  for (const auto& series : plot.series) {
    bool is_there = false;
    for (std::size_t row = 0; row < table.rows.size() && !is_there; ++row) {
      if (plot.kind == PlotKind::spans) {
        is_there = table.text(row, "state") == series.column;
      } else {
        is_there = table.number(row, plot.kind == PlotKind::shares ? series.of : series.column)
                       .value_or(0) > 0;
      }
    }
    if (is_there) drawn.push_back(series);
  }
  return drawn;
}

// The largest of 1, 2, 5, 10, 20, ... that goes into `largest` four times, or 1.
std::uint64_t tick_step(std::uint64_t largest) {
  std::uint64_t step = 1;
  for (std::uint64_t unit = 1;; unit *= 10) {
    for (const std::uint64_t factor : {1U, 2U, 5U}) {
      if (unit * factor * 4 > largest) return step;
      step = unit * factor;
    }
  }
}

struct TimeAxis {
  std::int64_t from = 0;  // Milliseconds.
  std::int64_t to = 0;

  std::int64_t x(std::int64_t time) const {
    if (to == from) return svg::left;
    return svg::left + (time - from) * (svg::right - svg::left) / (to - from);
  }
};

std::string tick_label(domain::Time time, domain::Duration step, domain::Duration span) {
  const auto text = shown_time(time);
  if (domain::days(28) <= step) return text.substr(0, 7);
  if (domain::days(1) <= step) return text.substr(5, 5);
  if (step < domain::minutes(1)) return text.substr(11, 8);
  return domain::days(1) < span ? text.substr(5, 11) : text.substr(11, 5);
}

void draw_time_axis(svg::Drawing& drawing, const TimeAxis& axis) {
  constexpr std::size_t ticks = 9;
  const domain::Time from{axis.from * 1'000};
  const domain::Time to{axis.to * 1'000};
  const auto step = step_between(from, to, ticks);
  for (auto at = (from.micros / step.micros + 1) * step.micros; at <= to.micros;
       at += step.micros) {
    const auto x = axis.x(at / 1'000);
    drawing.line("tick", x, svg::top, x, drawing.bottom());
    drawing.text("x", x, drawing.bottom() + 150, tick_label({at}, step, to - from));
  }
}

void draw_value_axis(svg::Drawing& drawing, std::uint64_t largest, std::string_view unit) {
  const auto step = tick_step(largest);
  for (std::uint64_t at = 0; at <= largest; at += step) {
    const auto y = drawing.y(at, largest);
    drawing.line("tick", svg::left, y, svg::right, y);
    drawing.text("y", svg::left - 60, y + 40, grouped_digits(std::to_string(at)).append(unit));
  }
}

TimeAxis time_axis_of(const Plot& plot, const Table& table) {
  const auto last = table.rows.size() - 1;
  return {table.number(0, plot.along).value_or(0), table.number(last, plot.along).value_or(0)};
}

std::string draw_stacked(const Plot& plot, const std::vector<Series>& series, const Table& table) {
  const auto largest = std::max<std::uint64_t>(largest_sum(plot, table), 1);
  svg::Drawing drawing(svg::time_height);
  draw_value_axis(drawing, largest, "");
  const auto axis = time_axis_of(plot, table);
  draw_time_axis(drawing, axis);
  std::vector<std::uint64_t> below(table.rows.size(), 0);
  for (const auto& each : series) {
    std::vector<svg::Step> steps;
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      const auto value =
          static_cast<std::uint64_t>(table.number(row, each.column).value_or(0)) + below[row];
      steps.push_back({axis.x(table.number(row, plot.along).value_or(0)),
                       drawing.y(below[row], largest), drawing.y(value, largest)});
      below[row] = value;
    }
    drawing.area(domain::name_of(each.tone), steps);
  }
  return drawing.finish(plot.title);
}

std::string draw_shares(const Plot& plot, const std::vector<Series>& series, const Table& table) {
  svg::Drawing drawing(svg::time_height);
  draw_value_axis(drawing, 100, " %");
  const auto axis = time_axis_of(plot, table);
  draw_time_axis(drawing, axis);
  for (const auto& each : series) {
    std::vector<svg::Step> steps;
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      const auto x = axis.x(table.number(row, plot.along).value_or(0));
      const auto whole = static_cast<std::uint64_t>(table.number(row, each.of).value_or(0));
      const auto part = static_cast<std::uint64_t>(table.number(row, each.column).value_or(0));
      if (whole == 0) {
        drawing.steps(domain::name_of(each.tone), std::exchange(steps, {}), x);
      } else {
        const auto y = drawing.y(part, whole);
        steps.push_back({x, y, y});
      }
    }
    drawing.steps(domain::name_of(each.tone), steps, svg::right);
  }
  return drawing.finish(plot.title);
}

std::string lane_name(const Table& table, std::size_t row, const std::string& column) {
  const auto name = table.text(row, column);
  return name.empty() ? "(none)" : name;
}

std::string draw_bars(const Plot& plot, const std::vector<Series>& series, const Table& table) {
  const auto rows = std::min(table.rows.size(), lanes_max);
  const auto largest = std::max<std::uint64_t>(largest_sum(plot, table), 1);
  svg::Drawing drawing(svg::lanes_height(rows));
  for (std::size_t row = 0; row < rows; ++row) {
    const auto y = svg::lane_top(row);
    drawing.label(y, lane_name(table, row, plot.along));
    std::uint64_t sum = 0;
    for (const auto& each : series) {
      const auto value = static_cast<std::uint64_t>(table.number(row, each.column).value_or(0));
      if (value == 0) continue;
      drawing.bar(domain::name_of(each.tone), y, svg::lane_x(sum, largest),
                  svg::lane_x(sum + value, largest));
      sum += value;
    }
    drawing.text("value", svg::lane_x(sum, largest) + 50, y + 115,
                 grouped_digits(std::to_string(sum)));
  }
  return drawing.finish(plot.title);
}

std::string draw_durations(const Plot& plot, const std::vector<Series>& series,
                           const Table& table) {
  const auto rows = std::min(table.rows.size(), lanes_max);
  std::int64_t largest = 1;
  for (std::size_t row = 0; row < rows; ++row) {
    for (const auto& each : series) {
      largest = std::max(largest, table.number(row, each.column).value_or(0));
    }
  }
  svg::Drawing drawing(svg::lanes_height(rows));
  for (std::size_t row = 0; row < rows; ++row) {
    const auto y = svg::lane_top(row);
    drawing.label(y, lane_name(table, row, plot.along));
    std::int64_t longest = -1;
    for (const auto& each : series) {
      const auto value = table.number(row, each.column);
      if (!value) continue;
      const auto x =
          svg::lane_x(static_cast<std::uint64_t>(*value), static_cast<std::uint64_t>(largest));
      drawing.bar(domain::name_of(each.tone), y, svg::lane_x(0, 1), x);
      longest = std::max(longest, *value);
    }
    const auto end = svg::lane_x(static_cast<std::uint64_t>(std::max<std::int64_t>(longest, 0)),
                                 static_cast<std::uint64_t>(largest));
    drawing.text("value", end + 50, y + 115,
                 longest < 0 ? "not by half" : spoken({longest * 1'000}));
  }
  return drawing.finish(plot.title);
}

std::string draw_spans(const Plot& plot, const std::vector<Series>& series, const Table& table) {
  std::map<std::string, std::size_t> lanes;
  std::vector<std::string> names;
  TimeAxis axis{table.number(0, "from").value_or(0), 0};
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    axis.from = std::min(axis.from, table.number(row, "from").value_or(0));
    axis.to = std::max(axis.to, table.number(row, "to").value_or(0));
    const auto name = lane_name(table, row, plot.along);
    if (names.size() == lanes_max || !lanes.emplace(name, names.size()).second) continue;
    names.push_back(name);
  }
  svg::Drawing drawing(svg::lanes_height(names.size()) + svg::axis_height);
  const auto x = [&](std::int64_t time) {
    const auto span = static_cast<std::uint64_t>(std::max<std::int64_t>(axis.to - axis.from, 1));
    return svg::lane_x(static_cast<std::uint64_t>(time - axis.from), span);
  };
  for (std::size_t lane = 0; lane < names.size(); ++lane) {
    drawing.label(svg::lane_top(lane), names[lane]);
  }
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const auto lane = lanes.find(lane_name(table, row, plot.along));
    if (lane == lanes.end()) continue;
    for (const auto& each : series) {
      if (table.text(row, "state") != each.column) continue;
      drawing.bar(domain::name_of(each.tone), svg::lane_top(lane->second),
                  x(table.number(row, "from").value_or(0)), x(table.number(row, "to").value_or(0)));
    }
  }
  const auto y = drawing.height() - 60;
  drawing.text("from", svg::lane_left, y, shown_time({axis.from * 1'000}));
  drawing.text("to", svg::lane_right, y, shown_time({axis.to * 1'000}));
  return drawing.finish(plot.title);
}

std::string draw(const Plot& plot, const std::vector<Series>& series, const Table& table) {
  switch (plot.kind) {
    case PlotKind::stacked:
      return draw_stacked(plot, series, table);
    case PlotKind::shares:
      return draw_shares(plot, series, table);
    case PlotKind::bars:
      return draw_bars(plot, series, table);
    case PlotKind::durations:
      return draw_durations(plot, series, table);
    case PlotKind::spans:
      return draw_spans(plot, series, table);
  }
  return {};
}

}  // namespace

std::string figure_of(const Plot& plot, const Table& table) {
  if (table.rows.empty()) return {};
  const auto series = drawn_series(plot, table);
  if (series.empty()) return {};
  std::string out = "<figure>" + draw(plot, series, table) + "<figcaption>";
  out += escaped(plot.title);
  for (const auto& each : series) {
    out += " <span class=\"key\"><svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect class=\"";
    out += domain::name_of(each.tone);
    out += "\" width=\"10\" height=\"10\"/></svg>" + escaped(each.name) + "</span>";
  }
  return out + "</figcaption></figure>\n";
}

}  // namespace replay::reports
