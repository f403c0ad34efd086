// Rows of every view as JSON and field by field: the one place that knows which struct each view's
// rows are.
#include <utility>

#include "ledger/codec/json_out.h"
#include "projections/access.h"
#include "projections/alerts.h"
#include "projections/computers.h"
#include "projections/instructions.h"
#include "projections/patterns.h"
#include "projections/policies.h"
#include "projections/relays.h"
#include "projections/row_fields.h"
#include "projections/rule_updates.h"
#include "projections/schedules.h"
#include "projections/service.h"
#include "projections/settings.h"
#include "projections/sources.h"

namespace projections {

using ledger::fail;
using ledger::Result;

namespace {

// Calls use.operator()<Row>() with the type of a view's rows.
template <class Use>
auto with_row_type(View view, const Use& use) {
  switch (view) {
    case View::computers:
      return use.template operator()<ComputerRow>();
    case View::buckets:
      return use.template operator()<BucketRow>();
    case View::bucket_members:
      return use.template operator()<BucketMemberRow>();
    case View::expected_patterns:
      return use.template operator()<domain::ExpectedPattern>();
    case View::expected_rulesets:
      return use.template operator()<domain::ExpectedRuleset>();
    case View::instructions:
      return use.template operator()<InstructionRow>();
    case View::groups:
      return use.template operator()<GroupRow>();
    case View::searches:
      return use.template operator()<SearchRow>();
    case View::relays:
      return use.template operator()<RelayRow>();
    case View::relay_groups:
      return use.template operator()<RelayGroupRow>();
    case View::patterns:
      return use.template operator()<PatternRow>();
    case View::sources:
      return use.template operator()<SourceRow>();
    case View::settings:
      return use.template operator()<SettingRow>();
    case View::policy_settings:
      return use.template operator()<PolicySettingRow>();
    case View::policies:
      return use.template operator()<PolicyRow>();
    case View::rule_updates:
      return use.template operator()<RuleUpdateRow>();
    case View::update_rules:
      return use.template operator()<domain::Rule>();
    case View::holds:
      return use.template operator()<HoldRow>();
    case View::tasks:
      return use.template operator()<TaskRow>();
    case View::task_runs:
      return use.template operator()<TaskRunRow>();
    case View::alerts:
      return use.template operator()<AlertRow>();
    case View::alert_types:
      return use.template operator()<AlertTypeRow>();
    case View::users:
      return use.template operator()<UserRow>();
    case View::tokens:
    case View::tokens_by_secret:
      return use.template operator()<TokenRow>();
    case View::enrolment_tokens:
    case View::enrolment_tokens_by_secret:
      return use.template operator()<EnrolmentTokenRow>();
    case View::bookmarks:
      return use.template operator()<BookmarkRow>();
    case View::signing_keys:
      return use.template operator()<SigningKeyRow>();
    case View::overview:
      return use.template operator()<OverviewRow>();
    case View::bucket_counts:
      return use.template operator()<BucketCountsRow>();
    case View::removed_computers:
      return use.template operator()<RemovedComputerRow>();
    case View::open_instructions:
      break;
  }
  return use.template operator()<OpenInstructionsRow>();
}

template <class T>
void append_fields(const T& object, const std::string& prefix, std::vector<RowField>& fields) {
  domain::for_each_field(object, [&](std::string_view name, const auto& member) {
    using Member = std::decay_t<decltype(member)>;
    const std::string path = prefix + std::string(name);
    if constexpr (std::is_same_v<Member, Mark>) {
      return;  // It says of the whole row what blame says of each field.
    } else if constexpr (domain::HasFields<Member>) {
      append_fields(member, path + ".", fields);
    } else {
      fields.push_back(RowField{path, JsonText{ledger::codec::to_json(member)}});
    }
  });
}

}  // namespace

Result<JsonText> row_json(View view, std::string_view bytes) {
  return with_row_type(view, [&]<class Row>() -> Result<JsonText> {
    const auto row = decode_row<Row>(bytes);
    if (!row) return fail(row.error());
    return JsonText{ledger::codec::to_json(*row)};
  });
}

Result<std::vector<RowField>> row_fields(View view, std::string_view bytes) {
  return with_row_type(view, [&]<class Row>() -> Result<std::vector<RowField>> {
    const auto row = decode_row<Row>(bytes);
    if (!row) return fail(row.error());
    std::vector<RowField> fields;
    append_fields(*row, "", fields);
    return fields;
  });
}

}  // namespace projections
