// Access: who had which role and which tokens when, who was let in or not, what was carried away.
#include "projections/access.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "ledger/limits.h"
#include "projections/mark.h"
#include "projections/row_codec.h"
#include "replay/limits.h"
#include "replay/reports/event_kinds.h"
#include "replay/reports/period.h"

namespace replay::reports {

using ledger::fail;
using ledger::Result;
using ledger::codec::Envelope;
using projections::TokenRow;
using projections::UserRow;
using projections::View;

namespace {

struct RoleSpell {
  std::string user;
  std::string name;
  std::string state;  // The role, or "disabled".
  domain::Time from;
  domain::Time to;
  domain::Position position;
  std::string by;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("user", &RoleSpell::user), field("name", &RoleSpell::name),
                      field("state", &RoleSpell::state), field("from", &RoleSpell::from),
                      field("to", &RoleSpell::to), field("position", &RoleSpell::position),
                      field("by", &RoleSpell::by));
  }
};

struct TokenSpell {
  std::string token;
  std::string description;
  std::optional<domain::UserId> user;
  std::string state;  // The role.
  domain::Time from;
  domain::Time to;    // When it was revoked or ended, or the period did.
  std::string ended;  // "revoked", "expired"; empty: it still opens.
  domain::Position position;
  std::string by;  // Who issued it.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("token", &TokenSpell::token),
                      field("description", &TokenSpell::description),
                      field("user", &TokenSpell::user), field("state", &TokenSpell::state),
                      field("from", &TokenSpell::from), field("to", &TokenSpell::to),
                      field("ended", &TokenSpell::ended), field("position", &TokenSpell::position),
                      field("by", &TokenSpell::by));
  }
};

// Something of access that happened.
struct AccessEvent {
  domain::Position position;
  domain::Time time;
  std::string by;
  std::string address;
  std::string type;
  std::string what;
  std::string reason;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("position", &AccessEvent::position), field("time", &AccessEvent::time),
                      field("by", &AccessEvent::by), field("address", &AccessEvent::address),
                      field("type", &AccessEvent::type), field("what", &AccessEvent::what),
                      field("reason", &AccessEvent::reason));
  }
};

// The versions of a row that stood within the period, oldest first.
template <class Row>
Result<std::vector<Row>> versions_within(const Period& period, View view, const std::string& key) {
  const auto versions =
      period.views.versions(view, key, period.to.position, ledger::limits::blame_versions_max);
  if (!versions) return fail(versions.error());
  std::vector<Row> rows;
  for (const auto& version : *versions) {
    if (!version.row) continue;
    auto row = projections::decode_row<Row>(*version.row);
    if (!row) return fail(row.error());
    rows.push_back(*std::move(row));
    if (version.position <= period.from.position) break;
  }
  std::reverse(rows.begin(), rows.end());
  return rows;
}

template <class Row, class Visit>
Result<void> for_each_row(const Period& period, View view, Visit visit) {
  const auto snapshot = period.at(period.to);
  const auto cursor = snapshot->scan(view, "", "");
  while (true) {
    const auto entry = cursor->next();
    if (!entry) return fail(entry.error());
    if (!*entry) return {};
    const auto row = projections::decode_row<Row>((*entry)->row);
    if (!row) return fail(row.error());
    if (const auto visited = visit(std::string((*entry)->key), *row); !visited) return visited;
  }
}

// A table that is full counts what more there is.
template <class Row>
struct Told {
  std::vector<Row> rows;
  std::uint64_t left_out = 0;

  void add(Row row) {
    if (rows.size() < ledger::limits::report_rows_max) {
      rows.push_back(std::move(row));
    } else {
      ++left_out;
    }
  }
};

std::string state_of(const UserRow& row) {
  return row.disabled ? "disabled" : std::string(name_of(row.role));
}

Result<Told<RoleSpell>> roles_of(const Period& period) {
  Told<RoleSpell> told;
  const auto read = for_each_row<UserRow>(
      period, View::users, [&](const std::string& key, const UserRow&) -> Result<void> {
        const auto versions = versions_within<UserRow>(period, View::users, key);
        if (!versions) return fail(versions.error());
        std::vector<RoleSpell> spells;
        for (const auto& row : *versions) {
          const auto since = std::max(row.changed.time, period.from.time);
          if (!spells.empty()) spells.back().to = since;
          if (!spells.empty() && spells.back().state == state_of(row)) continue;
          spells.push_back({row.user.value, row.name, state_of(row), since, period.to.time,
                            row.changed.position, row.changed.by});
        }
        if (!spells.empty()) spells.back().to = period.to.time;
        for (auto& spell : spells) told.add(std::move(spell));
        return {};
      });
  if (!read) return fail(read.error());
  return told;
}

// Nothing: it opened nothing in the period.
std::optional<TokenSpell> spell_of(const Period& period, const TokenRow& first,
                                   const TokenRow& last) {
  TokenSpell spell{first.token.value,
                   first.description,
                   first.user,
                   std::string(name_of(first.role)),
                   std::max(first.changed.time, period.from.time),
                   period.to.time,
                   "",
                   first.changed.position,
                   first.changed.by};
  if (last.revoked) {
    spell.to = last.changed.time;
    spell.ended = "revoked";
  }
  if (first.expires_at <= spell.to) {
    spell.to = first.expires_at;
    spell.ended = "expired";
  }
  if (spell.to <= period.from.time && !spell.ended.empty()) return std::nullopt;
  return spell;
}

Result<Told<TokenSpell>> tokens_of(const Period& period, std::uint64_t& of_computers) {
  Told<TokenSpell> told;
  const auto read = for_each_row<TokenRow>(
      period, View::tokens, [&](const std::string& key, const TokenRow& now) -> Result<void> {
        if (now.computer) {
          ++of_computers;
          return {};
        }
        const auto versions = period.views.versions(View::tokens, key, period.to.position,
                                                    ledger::limits::blame_versions_max);
        if (!versions) return fail(versions.error());
        if (versions->empty() || !versions->back().row) return {};
        const auto issued = projections::decode_row<TokenRow>(*versions->back().row);
        if (!issued) return fail(issued.error());
        if (auto spell = spell_of(period, *issued, now)) told.add(*std::move(spell));
        return {};
      });
  if (!read) return fail(read.error());
  return told;
}

enum class Topic { none, refused, changed, carried_away };

Topic topic_of(std::string_view type) {
  static constexpr std::pair<std::string_view, Topic> topics[] = {
      {"access.denied", Topic::refused},
      {"sign_in.failed", Topic::refused},
      {"user.", Topic::changed},
      {"user_credential.", Topic::changed},
      {"token.", Topic::changed},
      {"session.", Topic::changed},
      {"enrolment_token.", Topic::changed},
      {"identity.revoked", Topic::changed},
      {"signing_key.", Topic::changed},
      {"clone.detected", Topic::refused},
      {"export.made", Topic::carried_away},
      {"evidence.issued", Topic::carried_away},
      {"report.made", Topic::carried_away},
      {"rule_update.exported", Topic::carried_away},
      {"backup.created", Topic::carried_away},
      {"bundle.created", Topic::carried_away},
  };
  for (const auto& [begin, topic] : topics) {
    if (type.starts_with(begin)) return topic;
  }
  return Topic::none;
}

struct Events {
  Told<AccessEvent> refused;
  Told<AccessEvent> changed;
  Told<AccessEvent> carried_away;
};

Result<Events> events_of(const Period& period) {
  Events events;
  const auto read =
      for_each_event(period, [&](const Envelope& envelope, std::string_view bytes) -> Result<void> {
        const auto topic = topic_of(envelope.type_name());
        if (topic == Topic::none) return {};
        const auto event = ledger::codec::decode(bytes);
        if (!event) return fail(event.error());
        if (is_of_machine(event->payload)) return {};
        AccessEvent row{envelope.position,
                        envelope.recorded_at,
                        projections::text_of(envelope.actor),
                        envelope.actor.address,
                        std::string(envelope.type_name()),
                        told(event->payload),
                        envelope.reason};
        auto& into = topic == Topic::refused   ? events.refused
                     : topic == Topic::changed ? events.changed
                                               : events.carried_away;
        into.add(std::move(row));
        return {};
      });
  if (!read) return fail(read.error());
  return events;
}

std::vector<Series> role_series() {
  return {{"Administrator", "admin", Tone::bad, ""}, {"Approver", "approver", Tone::late, ""},
          {"Operator", "operator", Tone::hue_a, ""}, {"Auditor", "auditor", Tone::hue_c, ""},
          {"Viewer", "viewer", Tone::good, ""},      {"Witness", "witness", Tone::hue_b, ""},
          {"Relay", "relay", Tone::hue_d, ""},       {"Agent", "agent", Tone::hue_e, ""},
          {"Disabled", "disabled", Tone::idle, ""}};
}

template <class Row>
Section spans_section(About about, const Told<Row>& told, const std::string& along) {
  auto section = section_of(std::move(about), told.rows, told.left_out);
  section.plots.push_back({PlotKind::spans, section.title, along, role_series()});
  return section;
}

std::uint64_t count(const Told<AccessEvent>& told) { return told.rows.size() + told.left_out; }

}  // namespace

Result<Content> access(const Period& period) {
  const auto roles = roles_of(period);
  if (!roles) return fail(roles.error());
  std::uint64_t of_computers = 0;
  const auto tokens = tokens_of(period, of_computers);
  if (!tokens) return fail(tokens.error());
  const auto events = events_of(period);
  if (!events) return fail(events.error());
  Content content;
  content.figures = {{std::to_string(count(events->refused)), "refusals of access recorded"},
                     {std::to_string(count(events->changed)), "changes to users, tokens and keys"},
                     {std::to_string(count(events->carried_away)), "times data was carried away"},
                     {std::to_string(of_computers), "tokens of computers ever issued"}};
  content.sections.push_back(
      spans_section({"roles", "Who had which role when",
                     "Within the period; the position is that of the event that gave the role."},
                    *roles, "user"));
  content.sections.push_back(
      spans_section({"tokens", "Tokens that opened something",
                     "Those of people and programs; computers have their own, which are counted "
                     "above. A token of a disabled user opens nothing."},
                    *tokens, "token"));
  content.sections.push_back(
      section_of({"refused", "Who was not let in",
                  "Roles that did not allow what was asked, and credentials that were none; one "
                  "address is recorded once a minute, with the number of its attempts."},
                 events->refused.rows, events->refused.left_out));
  content.sections.push_back(section_of({"changes", "Changes to users, tokens and keys", ""},
                                        events->changed.rows, events->changed.left_out));
  content.sections.push_back(section_of(
      {"carried_away", "What was carried away",
       "Exports, evidence, reports that were kept, bundles and backups, with who asked for them."},
      events->carried_away.rows, events->carried_away.left_out));
  return content;
}

}  // namespace replay::reports
