#include "tools/ledgerctl/told_events.h"

#include <nlohmann/json.hpp>

#include "tools/ledgerctl/output.h"

namespace ledgerctl {

using nlohmann::json;

std::string told_event(const json& event) {
  const std::string reason = plain(event.value("reason", json()));
  return plain(event["position"]) + "  " + plain(event["recorded_at"]) + "  " +
         plain(event["type"]) + "  " + plain(event["stream"]) + "  by " +
         plain(event["actor"]["kind"]) + ":" + plain(event["actor"]["id"]) +
         (reason.empty() ? "" : "  because: " + reason);
}

void tell_change(std::ostream& out, const json& change) {
  const bool is_new = change["before"].is_null();
  const bool is_gone = change["after"].is_null();
  out << (is_new    ? "  + "
          : is_gone ? "  - "
                    : "  ~ ")
      << plain(change["view"]) << ' ' << plain(change["key"]) << '\n';
  if (is_new || is_gone) {
    out << "      " << plain_json(change[is_new ? "after" : "before"]) << '\n';
    return;
  }
  for (const auto& [field, now] : change["after"].items()) {
    const json then = change["before"].value(field, json());
    if (then == now || field == "changed") continue;
    out << "      " << field << ": " << plain_json(then) << " -> " << plain_json(now) << '\n';
  }
}

void tell_event(std::ostream& out, const json& event, const json& causes, const json& changes) {
  out << "Event " << told_event(event) << '\n';
  for (const auto& cause : causes) out << "  caused by event " << told_event(cause) << '\n';
  for (const auto& change : changes) tell_change(out, change);
}

}  // namespace ledgerctl
