// The few shapes that plots are made of. Lengths are tenths of a pixel, in whole numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace replay::reports::svg {

inline constexpr std::int64_t width = 7'600;
inline constexpr std::int64_t left = 600;  // Of plots over time.
inline constexpr std::int64_t right = 7'450;
inline constexpr std::int64_t top = 100;
inline constexpr std::int64_t axis_height = 240;
inline constexpr std::int64_t time_height = 2'400;
inline constexpr std::int64_t lane_left = 2'200;   // Of plots with a lane for each row,
inline constexpr std::int64_t lane_right = 6'700;  // which leave room for labels on both sides.
inline constexpr std::int64_t lane_height = 220;

constexpr std::int64_t lanes_height(std::size_t lanes) {
  return static_cast<std::int64_t>(lanes) * lane_height + 80;
}
constexpr std::int64_t lane_top(std::size_t lane) {
  return static_cast<std::int64_t>(lane) * lane_height + 40;
}
// Where `part` of `whole` ends in a lane.
std::int64_t lane_x(std::uint64_t part, std::uint64_t whole);

// From `x` on until the next one, between two heights.
struct Step {
  std::int64_t x = 0;
  std::int64_t low = 0;
  std::int64_t high = 0;
};

class Drawing {
 public:
  explicit Drawing(std::int64_t height) : height_(height) {}

  std::int64_t height() const { return height_; }
  std::int64_t bottom() const { return height_ - axis_height; }
  // How high `part` of `whole` stands above the bottom.
  std::int64_t y(std::uint64_t part, std::uint64_t whole) const;

  void line(std::string_view kind, std::int64_t x1, std::int64_t y1, std::int64_t x2,
            std::int64_t y2);
  void text(std::string_view kind, std::int64_t x, std::int64_t y, const std::string& words);
  // What a lane is called, at its left; cut where it is too long.
  void label(std::int64_t lane, const std::string& words);
  void bar(std::string_view tone, std::int64_t lane, std::int64_t from, std::int64_t to);
  void area(std::string_view tone, const std::vector<Step>& steps);
  // A line along the upper ends, up to `end`.
  void steps(std::string_view tone, const std::vector<Step>& steps, std::int64_t end);

  // The whole drawing; `title` is what it is called where it cannot be seen.
  std::string finish(const std::string& title) const;

 private:
  std::int64_t height_;
  std::string shapes_;
};

}  // namespace replay::reports::svg
