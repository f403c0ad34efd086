// How many computers had cover for the same CVEs, as it went on.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "replay/reports/cover_history.h"
#include "replay/reports/period.h"

namespace replay::reports {

// Of the computers that are counted, those that have cover.
enum class CoverState { all, some, none, nobody };
constexpr auto enum_names(CoverState) {
  return std::array<std::string_view, 4>{"all", "some", "none", "no computers"};
}

struct Cover {
  std::uint64_t covered = 0;
  std::uint64_t counted = 0;

  std::uint64_t exposed() const { return counted - covered; }
  CoverState state() const {
    if (counted == 0) return CoverState::nobody;
    return covered == counted ? CoverState::all
           : covered == 0     ? CoverState::none
                              : CoverState::some;
  }
};

struct CoverCurve {
  struct Spell {
    CoverState state{};
    Moment from;
    Moment to;
    std::uint64_t covered_least = 0;
  };
  Cover before;  // At both ends of the period.
  Cover after;
  std::uint64_t most_exposed = 0;
  Moment most_exposed_since;
  std::vector<Spell> spells;           // Without gaps, oldest first.
  std::vector<CoverState> at_samples;  // As it was at each of the moments asked for.
};

// Of CVEs that those classes cover whose number is true in `covering`. Cost: the steps.
CoverCurve curve_of(const CoverHistory& history, const std::vector<bool>& covering,
                    const Period& period, const std::vector<Moment>& samples);

}  // namespace replay::reports
