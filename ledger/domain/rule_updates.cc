#include "ledger/domain/rule_updates.h"

#include <algorithm>
#include <utility>

#include "ledger/domain/world.h"
#include "ledger/limits.h"

namespace ledger::domain {
namespace {

constexpr const char* stream_kind = "rule-update";

std::string stream_of_update(RuleUpdateId id) { return std::string(stream_kind) + "/" + text(id); }

// An upper bound of what a rule takes in a record, so that chunks stay below record_bytes_max.
std::size_t recorded_bytes(const Rule& rule) {
  std::size_t bytes = 128 + rule.name.size() + rule.application_type.size();
  for (const auto& cve : rule.cves) bytes += 24 + cve.size();
  return bytes;
}

void record_rules(const ImportRuleUpdate& import, std::vector<NewEvent>& events) {
  const std::size_t imported = events.size() - 1;
  std::vector<RulesRecorded> chunks;
  std::size_t bytes = 0;
  for (const auto& rule : import.rules) {
    const std::size_t more = recorded_bytes(rule);
    if (chunks.empty() || bytes + more > limits::rules_chunk_bytes_max) {
      chunks.push_back(RulesRecorded{import.update, static_cast<std::uint32_t>(chunks.size()), {}});
      bytes = 0;
    }
    chunks.back().rules.push_back(rule);
    bytes += more;
  }
  get<RuleUpdateImported>(events[imported].payload).chunks =
      static_cast<std::uint32_t>(chunks.size());
  for (auto& chunk : chunks) {
    events.push_back(
        NewEvent{stream_of_update(import.update), std::move(chunk), imported, Outcome::done});
  }
}

Result<void> check_import(const World& world, const ImportRuleUpdate& import) {
  if (import.rules.empty()) {
    return invalid("rule-update-empty", "Rule update " + text(import.update) + " has no rules.");
  }
  if (import.rules.size() > limits::rules_per_update_max) {
    return invalid("rule-update-too-large", "A rule update carries at most " +
                                                std::to_string(limits::rules_per_update_max) +
                                                " rules.");
  }
  for (std::size_t i = 1; i < import.rules.size(); ++i) {
    if (!(import.rules[i - 1].id < import.rules[i].id)) {
      return invalid("rule-ids-not-ascending", "Rules come by ascending id, each id once; " +
                                                   std::to_string(import.rules[i].id.value) +
                                                   " does not.");
    }
  }
  const auto known = world.rule_updates.updates.find(import.update);
  if (known != world.rule_updates.updates.end() && known->second.facts.digest != import.digest) {
    return fail(
        ErrorKind::conflict, "rule-update-differs",
        "Rule update " + text(import.update) + " was imported before with other content (SHA-256 " +
            hex(known->second.facts.digest) + "). Publish changed content under a new name.");
  }
  return {};
}

Rules share(std::span<const Rule> rules) {
  Rules shared;
  shared.reserve(rules.size());
  for (const auto& rule : rules) shared.push_back(std::make_shared<const Rule>(rule));
  return shared;
}

// The events that follow from putting `rules` in force, caused by the last of `events`.
void put_in_force(const World& world, RuleUpdateId update, const Rules& rules, bool assign_new,
                  std::vector<NewEvent>& events) {
  const std::size_t cause = events.size() - 1;
  Policies after = world.policies;
  if (assign_new) {
    auto_assign(after, world.rule_updates.ever_in_force, rules, cause, events);
  }
  ruleset_changes(world, after, update, rules, cause, events);
}

// A hold that forbids applying `update` by itself and that `events` do not release.
const HoldId* hold_left(const RuleUpdates& state, RuleUpdateId update,
                        const std::vector<NewEvent>& events) {
  const auto is_released = [&](const HoldId& name) {
    return std::any_of(events.begin(), events.end(), [&](const NewEvent& event) {
      const auto* released = get_if<HoldReleased>(&event.payload);
      return released != nullptr && released->hold == name;
    });
  };
  for (const auto& [name, hold] : state.holds) {
    if (hold.is_against(update) && !is_released(name)) return &name;
  }
  return nullptr;
}

// Applies `update` by itself, or says why not.
void apply_or_withhold(const World& world, RuleUpdateId update, const Rules& rules,
                       std::optional<std::size_t> cause, std::vector<NewEvent>& events) {
  const auto& state = world.rule_updates;
  if (!flag(world.settings, SettingName::auto_apply_rule_updates)) return;
  if (state.in_force && update <= *state.in_force) return;
  if (const HoldId* hold = hold_left(state, update, events)) {
    events.push_back(NewEvent{stream_of_update(update), AutoApplyWithheld{update, *hold}, cause,
                              Outcome::refused});
    return;
  }
  events.push_back(NewEvent{stream_of_update(update),
                            RuleUpdateApplied{update, state.in_force, true}, cause, Outcome::done});
  put_in_force(world, update, rules, true, events);
}

Result<const RuleUpdate*> available(const World& world, RuleUpdateId id) {
  const auto found = world.rule_updates.updates.find(id);
  if (found == world.rule_updates.updates.end()) {
    return unknown("rule-update-unknown", "There is no rule update " + text(id) + ".");
  }
  if (found->second.deleted) {
    return refuse("rule-update-deleted", "The content of rule update " + text(id) +
                                             " was deleted; import it again first.");
  }
  return &found->second;
}

// A person may have taken the name that comes next.
HoldId free_hold_name(const RuleUpdates& state) {
  std::uint64_t number = state.holds_placed + 1;
  while (state.holds.contains(HoldId{"hold-" + std::to_string(number)})) ++number;
  return HoldId{"hold-" + std::to_string(number)};
}

// Whether retention must leave an update alone: a hold names it, or keeps it from being applied.
bool is_on_hold(const RuleUpdates& state, const std::optional<RuleUpdateId>& in_force,
                RuleUpdateId id) {
  const bool waits = !in_force || *in_force < id;
  return std::any_of(state.holds.begin(), state.holds.end(), [&](const auto& entry) {
    const Hold& hold = entry.second;
    return hold.update ? *hold.update == id : waits;
  });
}

NewEvent release_of(const HoldId& name, HoldEnd end) {
  return NewEvent{stream_of("hold", name), HoldReleased{name, end}, std::nullopt, Outcome::done};
}

// What the holds that `events` release kept back is applied at once, as the next check would:
// waiting for that would leave computers without rules that somebody has just let through.
void apply_what_was_held(const World& world, std::vector<NewEvent>& events) {
  const auto newest = world.rule_updates.newest();
  if (!newest) return;
  for (std::size_t i = events.size(); i-- > 0;) {
    const auto* released = get_if<HoldReleased>(&events[i].payload);
    if (released == nullptr) continue;
    if (!world.rule_updates.holds.at(released->hold).is_against(*newest)) continue;
    return apply_or_withhold(world, *newest, world.rule_updates.find(*newest)->rules, i, events);
  }
}

Result<HoldId> name_for_hold(const World& world, const std::optional<HoldId>& wanted) {
  if (!wanted) return free_hold_name(world.rule_updates);
  if (!is_name(wanted->value)) {
    return invalid(
        "hold-name-invalid",
        "A hold's name is 1 to 63 of a-z, 0-9, '.', '_' and '-', and begins with a letter "
        "or digit.");
  }
  if (world.rule_updates.holds.contains(*wanted)) {
    return fail(ErrorKind::conflict, "hold-exists",
                "A hold named " + wanted->value + " is already in place.");
  }
  return *wanted;
}

}  // namespace

// -- Questions ---------------------------------------------------------------------------------

const RuleUpdate* RuleUpdates::find(RuleUpdateId id) const {
  const auto found = updates.find(id);
  return found == updates.end() || found->second.deleted ? nullptr : &found->second;
}

const RuleUpdate* RuleUpdates::current() const { return in_force ? find(*in_force) : nullptr; }

std::optional<RuleUpdateId> RuleUpdates::newest() const {
  for (auto it = updates.rbegin(); it != updates.rend(); ++it) {
    if (!it->second.deleted) return it->first;
  }
  return std::nullopt;
}

const HoldId* RuleUpdates::hold_against(RuleUpdateId id) const {
  for (const auto& [name, hold] : holds) {
    if (hold.is_against(id)) return &name;
  }
  return nullptr;
}

RuleUpdateStatus status_of(const RuleUpdates& state, RuleUpdateId id) {
  const RuleUpdate* update = state.find(id);
  if (update == nullptr) return RuleUpdateStatus::deleted;
  if (state.in_force == id) return RuleUpdateStatus::applied;
  const bool newer = state.in_force && *state.in_force < id;
  if (newer && update->ever_applied) return RuleUpdateStatus::rolled_back;
  if (!newer && state.in_force) return RuleUpdateStatus::superseded;
  return state.hold_against(id) != nullptr ? RuleUpdateStatus::held : RuleUpdateStatus::available;
}

const Rule* find_rule(const Rules& rules, RuleId id) {
  const auto at =
      std::lower_bound(rules.begin(), rules.end(), id,
                       [](const auto& rule, RuleId wanted) { return rule->id < wanted; });
  return at != rules.end() && (*at)->id == id ? at->get() : nullptr;
}

std::vector<RuleChange> difference(const Rules& before, const Rules& after) {
  std::vector<RuleChange> changes;
  const auto note = [&](const Rule& rule, RuleChangeKind kind, std::uint32_t from,
                        std::uint32_t to) {
    changes.push_back({rule.id, kind, rule.module, rule.name, rule.severity, from, to});
  };
  auto old = before.begin();
  auto young = after.begin();
  while (old != before.end() || young != after.end()) {
    if (young == after.end() || (old != before.end() && (*old)->id < (*young)->id)) {
      note(**old, RuleChangeKind::removed, (*old)->version, 0);
      ++old;
    } else if (old == before.end() || (*young)->id < (*old)->id) {
      note(**young, RuleChangeKind::added, 0, (*young)->version);
      ++young;
    } else {
      if (*old != *young && **old != **young) {
        note(**young, RuleChangeKind::changed, (*old)->version, (*young)->version);
      }
      ++old;
      ++young;
    }
  }
  return changes;
}

// -- Decisions ---------------------------------------------------------------------------------

Decision decide(const World& world, const Command&, const ImportRuleUpdate& import, const Moment&) {
  if (const auto checked = check_import(world, import); !checked) return fail(checked.error());
  if (world.rule_updates.find(import.update) != nullptr) return no_events();
  std::vector<NewEvent> events;
  events.push_back(NewEvent{
      stream_of_update(import.update),
      RuleUpdateImported{import.update, import.title, import.digest, import.bytes,
                         import.released_at, import.origin, import.source, import.metadata_version,
                         static_cast<std::uint32_t>(import.rules.size()), 0},
      std::nullopt, Outcome::done});
  record_rules(import, events);
  apply_or_withhold(world, import.update, share(import.rules), 0, events);
  prune_rule_updates(world, number(world.settings, SettingName::rule_updates_kept), events);
  return events;
}

Decision decide(const World& world, const Command&, const ApplyRuleUpdate& apply, const Moment&) {
  const auto update = available(world, apply.update);
  if (!update) return fail(update.error());
  const auto& in_force = world.rule_updates.in_force;
  if (in_force == apply.update) {
    return refuse("rule-update-already-in-force",
                  "Rule update " + text(apply.update) + " is in force; reapply it instead.");
  }
  if (in_force && apply.update < *in_force) {
    return refuse("rule-update-older", "Rule update " + text(apply.update) + " is older than " +
                                           text(*in_force) +
                                           ", which is in force; roll back to it.");
  }
  std::vector<NewEvent> events;
  events.push_back(NewEvent{stream_of_update(apply.update),
                            RuleUpdateApplied{apply.update, in_force, false}, std::nullopt,
                            Outcome::done});
  put_in_force(world, apply.update, (*update)->rules, true, events);
  return events;
}

Decision decide(const World& world, const Command&, const ReapplyRuleUpdate& reapply,
                const Moment&) {
  const RuleUpdate* current = world.rule_updates.current();
  if (current == nullptr) {
    return refuse("no-rule-update-in-force", "No rule update is in force; apply one first.");
  }
  const RuleUpdateId id = current->facts.update;
  if (reapply.update != id) {
    return refuse("rule-update-not-in-force", "Rule update " + text(id) + " is in force, not " +
                                                  text(reapply.update) + "; apply that one.");
  }
  std::vector<NewEvent> events;
  events.push_back(
      NewEvent{stream_of_update(id), RuleUpdateReapplied{id}, std::nullopt, Outcome::done});
  put_in_force(world, id, current->rules, false, events);
  return events;
}

Decision decide(const World& world, const Command& command, const RollBackRuleUpdate& roll_back,
                const Moment& moment) {
  if (command.reason.empty()) {
    return invalid("reason-required", "A rollback needs a reason: say why in one sentence.");
  }
  const auto target = available(world, roll_back.to);
  if (!target) return fail(target.error());
  const auto& in_force = world.rule_updates.in_force;
  if (!in_force || *in_force <= roll_back.to) {
    return refuse("rule-update-not-older",
                  "Rule update " + text(roll_back.to) + " is not older than " +
                      (in_force ? text(*in_force) : std::string("any")) +
                      ", which is in force; only an earlier one can be rolled back to.");
  }
  if (roll_back.hold_until && *roll_back.hold_until <= moment.now) {
    return invalid("hold-ends-in-the-past", "The hold would end before it begins.");
  }
  std::vector<NewEvent> events;
  RuleUpdateRolledBack rolled_back{*in_force, roll_back.to, std::nullopt};
  if (roll_back.hold) rolled_back.hold = free_hold_name(world.rule_updates);
  events.push_back(
      NewEvent{stream_of_update(roll_back.to), rolled_back, std::nullopt, Outcome::done});
  put_in_force(world, roll_back.to, (*target)->rules, false, events);
  if (rolled_back.hold) {
    events.push_back(NewEvent{stream_of("hold", *rolled_back.hold),
                              HoldPlaced{*rolled_back.hold, std::nullopt, roll_back.hold_until}, 0,
                              Outcome::done});
  }
  return events;
}

Decision decide(const World& world, const Command&, const DeleteRuleUpdate& del, const Moment&) {
  const auto update = available(world, del.update);
  if (!update) return fail(update.error());
  if (world.rule_updates.in_force == del.update) {
    return refuse(
        "rule-update-in-force",
        "Rule update " + text(del.update) + " is in force; apply another one or roll back first.");
  }
  for (const auto& [name, hold] : world.rule_updates.holds) {
    if (hold.update == del.update) {
      return refuse("rule-update-held", "Hold " + name.value + " keeps rule update " +
                                            text(del.update) + "; release it first.");
    }
  }
  return one_event(stream_of_update(del.update),
                   RuleUpdateDeleted{del.update, (*update)->facts.digest, PruneCause::manual});
}

Decision decide(const World& world, const Command&, const RecordRuleUpdateExport& exported,
                const Moment&) {
  const auto update = available(world, exported.update);
  if (!update) return fail(update.error());
  const auto& facts = (*update)->facts;
  return one_event(stream_of_update(exported.update),
                   RuleUpdateExported{exported.update, facts.digest, facts.bytes});
}

Decision decide(const World& world, const Command&, const PlaceHold& place, const Moment& moment) {
  const auto name = name_for_hold(world, place.hold);
  if (!name) return fail(name.error());
  if (place.update) {
    if (const auto update = available(world, *place.update); !update) return fail(update.error());
  }
  if (place.until && *place.until <= moment.now) {
    return invalid("hold-ends-in-the-past", "The hold would end before it begins.");
  }
  if (world.rule_updates.holds.size() >= limits::holds_max) {
    return refuse("too-many-holds", "At most " + std::to_string(limits::holds_max) +
                                        " holds can be in place; release one first.");
  }
  return one_event(stream_of("hold", *name), HoldPlaced{*name, place.update, place.until});
}

Decision decide(const World& world, const Command&, const ReleaseHold& release, const Moment&) {
  if (!world.rule_updates.holds.contains(release.hold)) {
    return unknown("hold-unknown", "No hold named " + release.hold.value + " is in place.");
  }
  std::vector<NewEvent> events;
  events.push_back(release_of(release.hold, HoldEnd::manual));
  apply_what_was_held(world, events);
  return events;
}

void rule_updates_due(const World& world, Time now, std::vector<NewEvent>& events) {
  for (const auto& [name, hold] : world.rule_updates.holds) {
    if (!hold.until || now < *hold.until) continue;
    events.push_back(release_of(name, HoldEnd::expired));
  }
  apply_what_was_held(world, events);
}

void apply_automatically(const World& world, std::vector<NewEvent>& events) {
  const auto newest = world.rule_updates.newest();
  if (!newest) return;
  std::optional<std::size_t> cause;
  if (!events.empty()) cause = events.size() - 1;
  apply_or_withhold(world, *newest, world.rule_updates.find(*newest)->rules, cause, events);
}

void prune_rule_updates(const World& world, std::uint64_t kept, std::vector<NewEvent>& events) {
  std::vector<RuleUpdateId> present;
  auto in_force = world.rule_updates.in_force;
  for (const auto& [id, update] : world.rule_updates.updates) {
    if (!update.deleted) present.push_back(id);
  }
  for (const auto& event : events) {
    if (const auto* imported = get_if<RuleUpdateImported>(&event.payload)) {
      present.push_back(imported->update);
    }
    if (const auto* applied = get_if<RuleUpdateApplied>(&event.payload)) {
      in_force = applied->update;
    }
    if (const auto* deleted = get_if<RuleUpdateDeleted>(&event.payload)) {
      present.erase(std::remove(present.begin(), present.end(), deleted->update), present.end());
    }
  }
  std::sort(present.begin(), present.end());
  std::size_t left = present.size();
  std::optional<std::size_t> cause;
  if (!events.empty()) cause = 0;
  for (const auto id : present) {
    if (left <= kept) return;
    const RuleUpdate* update = world.rule_updates.find(id);
    if (update == nullptr || in_force == id) continue;  // The newly imported one stays.
    if (is_on_hold(world.rule_updates, in_force, id)) continue;
    events.push_back(NewEvent{stream_of_update(id),
                              RuleUpdateDeleted{id, update->facts.digest, PruneCause::retention},
                              cause, Outcome::done});
    --left;
  }
}

}  // namespace ledger::domain
