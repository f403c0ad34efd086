#include "replay/reports/svg.h"

#include "ledger/codec/utf8.h"
#include "replay/reports/markup.h"

namespace replay::reports::svg {

namespace {

constexpr std::size_t label_characters_max = 32;
constexpr std::int64_t bar_height = 150;
constexpr std::int64_t bar_width_min = 15;  // What is too short to be seen is seen.

std::string pixels(std::int64_t tenths) {
  std::string text = std::to_string(tenths / 10);
  if (tenths % 10 != 0) text += '.' + std::to_string(tenths % 10);
  return text;
}

std::string attribute(std::string_view name, std::int64_t tenths) {
  return ' ' + std::string(name) + "=\"" + pixels(tenths) + '"';
}

std::string point(std::int64_t x, std::int64_t y) { return pixels(x) + ' ' + pixels(y); }

std::int64_t scaled(std::uint64_t part, std::uint64_t whole, std::int64_t length) {
  return static_cast<std::int64_t>(part * static_cast<std::uint64_t>(length) / whole);
}

std::string shortened(const std::string& words) {
  std::size_t at = 0;
  for (std::size_t characters = 0; at < words.size(); ++characters) {
    if (characters == label_characters_max) return words.substr(0, at) + "\u2026";
    const auto length = ledger::codec::utf8_length(words, at);
    at += length == 0 ? 1 : length;
  }
  return words;
}

}  // namespace

std::int64_t lane_x(std::uint64_t part, std::uint64_t whole) {
  return lane_left + scaled(part, whole, lane_right - lane_left);
}

std::int64_t Drawing::y(std::uint64_t part, std::uint64_t whole) const {
  return bottom() - scaled(part, whole, bottom() - top);
}

void Drawing::line(std::string_view kind, std::int64_t x1, std::int64_t y1, std::int64_t x2,
                   std::int64_t y2) {
  shapes_ += "<line class=\"" + std::string(kind) + '"' + attribute("x1", x1) +
             attribute("y1", y1) + attribute("x2", x2) + attribute("y2", y2) + "/>";
}

void Drawing::text(std::string_view kind, std::int64_t x, std::int64_t y,
                   const std::string& words) {
  shapes_ += "<text class=\"" + std::string(kind) + '"' + attribute("x", x) + attribute("y", y) +
             '>' + escaped(words) + "</text>";
}

void Drawing::label(std::int64_t lane, const std::string& words) {
  text("label", lane_left - 80, lane + 115, shortened(words));
}

void Drawing::bar(std::string_view tone, std::int64_t lane, std::int64_t from, std::int64_t to) {
  const auto length = to - from < bar_width_min ? bar_width_min : to - from;
  shapes_ += "<rect class=\"" + std::string(tone) + '"' + attribute("x", from) +
             attribute("y", lane) + attribute("width", length) + attribute("height", bar_height) +
             "/>";
}

void Drawing::area(std::string_view tone, const std::vector<Step>& steps) {
  if (steps.empty()) return;
  std::string path;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto end = i + 1 < steps.size() ? steps[i + 1].x : right;
    path += (i == 0 ? "M" : "L") + point(steps[i].x, steps[i].high) + 'H' + pixels(end);
  }
  for (std::size_t i = steps.size(); i-- > 0;) {
    const auto end = i + 1 < steps.size() ? steps[i + 1].x : right;
    path += 'L' + point(end, steps[i].low) + 'H' + pixels(steps[i].x);
  }
  shapes_ += "<path class=\"" + std::string(tone) + "\" d=\"" + path + "Z\"/>";
}

void Drawing::steps(std::string_view tone, const std::vector<Step>& steps, std::int64_t end) {
  if (steps.empty()) return;
  std::string path;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto next = i + 1 < steps.size() ? steps[i + 1].x : end;
    path += (i == 0 ? "M" : "L") + point(steps[i].x, steps[i].high) + 'H' + pixels(next);
  }
  shapes_ += "<path class=\"line " + std::string(tone) + "\" d=\"" + path + "\"/>";
}

std::string Drawing::finish(const std::string& title) const {
  const auto name = escaped(title);
  return "<svg class=\"plot\" viewBox=\"0 0 " + pixels(width) + ' ' + pixels(height_) +
         "\" role=\"img\" aria-label=\"" + name + "; the table below has its numbers.\">" +
         shapes_ + "</svg>";
}

}  // namespace replay::reports::svg
