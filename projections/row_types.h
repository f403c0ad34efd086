// Which struct each view's rows are: the one place that knows.
#pragma once

#include <array>
#include <cstddef>
#include <tuple>

#include "projections/access.h"
#include "projections/alerts.h"
#include "projections/computers.h"
#include "projections/instructions.h"
#include "projections/patterns.h"
#include "projections/policies.h"
#include "projections/relays.h"
#include "projections/rule_updates.h"
#include "projections/schedules.h"
#include "projections/service.h"
#include "projections/settings.h"
#include "projections/sources.h"
#include "projections/views.h"

namespace projections {

// By number of the view, from 1 on.
template <class... Rows>
struct RowTypes {
  static constexpr std::size_t count = sizeof...(Rows);
  template <class Use>
  static auto call(std::size_t number, const Use& use) {
    using First = std::tuple_element_t<0, std::tuple<Rows...>>;
    using Answer = decltype(use.template operator()<First>());
    using Call = Answer (*)(const Use&);
    constexpr std::array<Call, count> calls = {
        [](const Use& each) { return each.template operator()<Rows>(); }...};
    return calls.at(number - 1)(use);
  }
};
using ViewRowTypes =
    RowTypes<ComputerRow, BucketRow, BucketMemberRow, domain::ExpectedPattern,
             domain::ExpectedRuleset, InstructionRow, GroupRow, SearchRow, RelayRow, RelayGroupRow,
             PatternRow, SourceRow, SettingRow, PolicySettingRow, PolicyRow, RuleUpdateRow,
             domain::Rule, HoldRow, TaskRow, TaskRunRow, AlertRow, AlertTypeRow, UserRow, TokenRow,
             TokenRow, EnrolmentTokenRow, EnrolmentTokenRow, BookmarkRow, SigningKeyRow,
             OverviewRow, OpenInstructionsRow, BucketCountsRow, RemovedComputerRow, ComputerNameRow,
             ComputerNameRow>;
static_assert(ViewRowTypes::count == all_views.size());

// Calls use.operator()<Row>() with the type of a view's rows.
template <class Use>
auto with_row_type(View view, const Use& use) {
  return ViewRowTypes::call(static_cast<std::size_t>(view), use);
}

}  // namespace projections
