#include "replay/reports/event_kinds.h"

#include <algorithm>

#include "ledger/codec/json_value.h"
#include "projections/record_walk.h"

namespace replay::reports {

using ledger::fail;
using ledger::Result;

namespace {

struct Kind {
  std::string_view type;  // Or what types begin with.
  std::string_view kind;
};
constexpr Kind decisions[] = {
    {"rule_update.imported", "rule updates"},
    {"rule_update.applied", "rule updates"},
    {"rule_update.reapplied", "rule updates"},
    {"rule_update.rolled_back", "rule updates"},
    {"rule_update.deleted", "rule updates"},
    {"hold.", "holds"},
    {"pattern.retired", "patterns"},
    {"policy.created", "policies"},
    {"policy.changed", "policies"},
    {"policy.deleted", "policies"},
    {"policy.assigned", "policies"},
    {"policy_setting.", "policies"},
    {"rules.assigned", "policies"},
    {"rules.unassigned", "policies"},
    {"setting.", "settings"},
    {"alert_type.", "settings"},
    {"timetable.", "settings"},
    {"source.configured", "sources"},
    {"source.removed", "sources"},
    {"task.", "tasks"},
    {"token.", "tokens"},
    {"enrolment_token.", "tokens"},
    {"identity.revoked", "tokens"},
    {"user.", "users"},
    {"user_credential.", "users"},
    {"relay.registered", "relays"},
    {"relay.removed", "relays"},
    {"relay_group.", "relays"},
    {"computer.moved", "computers"},
    {"computer.removed", "computers"},
    {"group.", "computers"},
    {"search.", "computers"},
    {"instruction.given", "instructions"},
    {"instruction.cancelled", "instructions"},
    {"alert.acknowledged", "alerts"},
    {"bookmark.", "bookmarks"},
    {"signing_key.", "record"},
    {"backup.", "record"},
    {"ledger.restored", "record"},
};

// Not for people: what identifies bytes, and what repeats the event's subject at length.
constexpr std::string_view not_told[] = {"secret", "digest",     "ruleset",
                                         "root",   "public_key", "trust_root"};

constexpr std::size_t value_bytes_max = 80;
constexpr std::size_t told_bytes_max = 240;

void cut(std::string& text, std::size_t most) {
  if (text.size() <= most) return;
  const auto is_inside = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  while (most > 0 && is_inside(text[most])) --most;
  text.resize(most);
  text += "\u2026";
}

}  // namespace

std::string_view decision_kind(std::string_view type) {
  for (const auto& each : decisions) {
    const bool is_whole = !each.type.ends_with('.');
    if (is_whole ? type == each.type : type.starts_with(each.type)) return each.kind;
  }
  return {};
}

bool is_of_machine(const domain::Payload& payload) {
  const auto* issued = get_if<domain::TokenIssued>(&payload);
  return issued != nullptr && issued->computer.has_value();
}

Result<void> for_each_event(const Period& period, const VisitEvent& visit) {
  if (const auto checked = check_events(period); !checked) return checked;
  const auto walk =
      projections::walk_log(period.log, {period.from.position.value + 1},
                            {period.to.position.value + 1}, projections::Direction::oldest_first);
  while (true) {
    const auto record = walk->next();
    if (!record) return fail(record.error());
    if (!*record) return {};
    const auto envelope = ledger::codec::decode_envelope((*record)->bytes);
    if (!envelope) return fail(envelope.error());
    if (const auto visited = visit(*envelope, (*record)->bytes); !visited) return visited;
  }
}

std::string told(const domain::Payload& payload) {
  const auto json = visit([](const auto& each) { return ledger::codec::to_json(each); }, payload);
  const auto document = ledger::codec::parse_json_document(json);
  const auto* members = std::get_if<ledger::codec::JsonObject>(&document.root.value);
  if (members == nullptr) return {};
  std::string words;
  for (const auto& [name, value] : *members) {
    if (std::find(std::begin(not_told), std::end(not_told), name) != std::end(not_told)) continue;
    auto said = ledger::codec::cell_text(value);
    const auto* flag = std::get_if<bool>(&value.value);
    if (said.empty() || (flag != nullptr && !*flag)) continue;
    cut(said, value_bytes_max);
    auto label = name;
    std::replace(label.begin(), label.end(), '_', ' ');
    if (!words.empty()) words += ", ";
    words += label + ' ' + said;
  }
  cut(words, told_bytes_max);
  return words;
}

}  // namespace replay::reports
