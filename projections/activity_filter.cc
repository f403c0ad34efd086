#include "projections/activity_filter.h"

#include <algorithm>

#include "ledger/domain/filter.h"

namespace projections {

using ledger::fail;
using ledger::Result;

namespace {

// "user", "user:alice" or "user/alice".
bool is_actor(const domain::Actor& actor, std::string_view wanted) {
  const auto cut = wanted.find_first_of(":/");
  if (wanted.substr(0, cut) != domain::name_of(actor.kind)) return false;
  return cut == std::string_view::npos || wanted.substr(cut + 1) == actor.id;
}

}  // namespace

Result<ActivityFilter> ActivityFilter::of(const ActivityQuery& query) {
  ActivityFilter filter;
  filter.query_ = query;
  if (!query.subject.empty()) filter.subject_ = query.subject + "/";
  const bool any_wanted = std::any_of(query.types.begin(), query.types.end(),
                                      [](const auto& type) { return !type.starts_with('-'); });
  filter.wanted_.fill(!any_wanted);
  const auto mark = [&](std::string_view prefix, bool wanted) {
    bool found = false;
    for (std::size_t i = 0; i < filter.wanted_.size(); ++i) {
      if (!domain::payload_names[i].starts_with(prefix)) continue;
      filter.wanted_[i] = wanted;
      found = true;
    }
    return found;
  };
  // What is left out is left out, in whatever order it is said.
  for (const bool wanted : {true, false}) {
    for (const auto& type : query.types) {
      if (type.starts_with('-') == wanted) continue;
      const std::string_view prefix = std::string_view(type).substr(wanted ? 0 : 1);
      if (prefix.empty() || !mark(prefix, wanted)) {
        return fail(ledger::ErrorKind::invalid, "event-type-unknown",
                    "No type of event begins with \"" + std::string(prefix) + "\".");
      }
    }
  }
  return filter;
}

bool ActivityFilter::matches(const ledger::codec::Envelope& envelope) const {
  if (!wanted_[envelope.payload_index]) return false;
  if (query_.outcome && *query_.outcome != envelope.outcome) return false;
  if (!query_.stream.empty() && query_.stream != envelope.stream) return false;
  if (!envelope.stream.starts_with(subject_)) return false;
  if (!query_.actor.empty() && !is_actor(envelope.actor, query_.actor)) return false;
  return query_.reason.empty() || domain::contains_text(envelope.reason, query_.reason) ||
         domain::contains_text(envelope.ticket, query_.reason);
}

}  // namespace projections
