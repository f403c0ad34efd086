// Plots of a report's tables as SVG: a few kinds, drawn from whole numbers only, so that every
// build draws the same bytes.
#pragma once

#include <string>

#include "replay/reports/markup.h"

namespace replay::reports {

// A <figure> with its legend; empty: there is nothing to draw.
std::string figure_of(const Plot& plot, const Table& table);

}  // namespace replay::reports
