#include "ledger/domain/alert_conditions.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "ledger/domain/world.h"
#include "ledger/limits.h"

namespace ledger::domain {
namespace {

constexpr Duration summary_interval = seconds(limits::alert_change_interval.count());
constexpr Duration set_back_alerted = minutes(limits::clock_set_back_alerted.count());

// Names at most five, and says how many more there are: "a, b, c, d, e and 7 more".
class Names {
 public:
  void add(std::string_view name) {
    if (count_++ >= limits::alert_names_max) return;
    if (!text_.empty()) text_ += ", ";
    text_ += name;
  }
  std::uint64_t count() const { return count_; }
  std::string text() const {
    if (count_ <= limits::alert_names_max) return text_;
    return text_ + " and " + std::to_string(count_ - limits::alert_names_max) + " more";
  }

 private:
  std::uint64_t count_ = 0;
  std::string text_;
};

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

// Gathers conditions; knows what is open and what was dismissed.
class Gathering {
 public:
  Gathering(const World& world, Time now) : world_(world), now_(now) {}

  // A condition about one subject.
  void add(AlertType type, std::string subject, Time since, std::string summary) {
    AlertKey key{type, std::move(subject)};
    if (is_dismissed(key, since)) return;
    found_.push_back({std::move(key), since, 1, std::move(summary)});
  }

  // One about several: subjects are added one by one, with when each joined.
  struct Subjects {
    AlertKey key;
    Time since;
    Names names;
  };
  Subjects subjects(AlertType type) const { return {{type, ""}, {}, {}}; }
  void join(Subjects& subjects, std::string_view name, Time since) const {
    if (is_dismissed(subjects.key, since)) return;
    if (subjects.names.count() == 0 || since < subjects.since) subjects.since = since;
    subjects.names.add(name);
  }
  void add(Subjects subjects, const std::function<std::string(std::uint64_t)>& phrase) {
    const auto count = subjects.names.count();
    if (count == 0) return;
    found_.push_back({std::move(subjects.key), subjects.since, count,
                      phrase(count) + ": " + subjects.names.text() + "."});
  }

  // One about the computers of the buckets for which `is_concerned`. While it is open and their
  // number stands still, or has been told just now, single computers are not looked at.
  void add_computers(AlertKey key, const std::function<bool(const BucketFacts&)>& is_concerned,
                     const std::function<Time(const ComputerRow&, const BucketFacts&)>& joined,
                     const std::function<std::string(std::uint64_t)>& phrase) {
    const Computers& computers = world_.computers;
    std::uint64_t count = 0;
    std::map<Buckets::Slot, bool> concerned;
    for (const auto& [id, slot] : computers.buckets.by_id()) {
      const Bucket& bucket = computers.buckets[slot];
      if (!is_concerned(bucket.facts)) continue;
      concerned.emplace(slot, true);
      count += bucket.computers;
    }
    if (count == 0) return;
    const bool was_dismissed = world_.alerts.dismissed.contains(key);
    if (const OpenAlert* open = open_alert(key); open != nullptr && !was_dismissed) {
      if (open->count == count || now_ < open->changed_at + summary_interval) {
        found_.push_back({std::move(key), open->facts.first_true_at, open->count, open->summary});
        return;
      }
    }
    Subjects subjects{std::move(key), {}, {}};
    for (ComputerIndex index = 0; index < computers.table.size(); ++index) {
      const ComputerRow& row = computers.table[index];
      if (!row.is_live() || !concerned.contains(row.bucket)) continue;
      join(subjects, computers.table.id(index), joined(row, computers.buckets[row.bucket].facts));
    }
    add(std::move(subjects), phrase);
  }

  std::vector<Condition> take() {
    std::sort(found_.begin(), found_.end(),
              [](const Condition& a, const Condition& b) { return a.key < b.key; });
    return std::move(found_);
  }

 private:
  bool is_dismissed(const AlertKey& key, Time since) const {
    const auto found = world_.alerts.dismissed.find(key);
    return found != world_.alerts.dismissed.end() && since <= found->second;
  }
  const OpenAlert* open_alert(const AlertKey& key) const {
    const auto found = world_.alerts.by_key.find(key);
    return found == world_.alerts.by_key.end() ? nullptr : &world_.alerts.open.at(found->second);
  }

  const World& world_;
  Time now_;
  std::vector<Condition> found_;
};

void about_sources(const World& world, Gathering& found) {
  for (const auto& [id, source] : world.sources.sources) {
    if (!source.facts.enabled) continue;  // Nothing is asked of it, so nothing could end.
    if (source.unreachable_since) {
      found.add(AlertType::source_unreachable, id.value, *source.unreachable_since,
                "Source " + id.value + " cannot be reached: " + source.unreachable_detail);
    }
    if (source.verification_failed_at) {
      found.add(
          AlertType::content_verification_failed, id.value, *source.verification_failed_at,
          "Content of source " + id.value + " is not authentic: " + source.verification_failure);
    }
    if (source.equivocation_at) {
      found.add(AlertType::equivocation, id.value, *source.equivocation_at,
                "Source " + id.value + " shows two faces: " + source.equivocation);
    }
    if (source.warned_expiry && !source.expired) {
      found.add(AlertType::metadata_expiring, id.value,
                *source.warned_expiry - days(source.warned_days),
                "The " + source.warned_role + " metadata of source " + id.value + " expires at " +
                    rfc3339(*source.warned_expiry) + ".");
    }
    if (!source.metadata_expires_at) continue;
    const Time expiry = *source.metadata_expires_at;
    if (source.expired) {
      found.add(AlertType::metadata_expired, id.value, expiry,
                "The metadata of source " + id.value + " expired at " + rfc3339(expiry) + ".");
    } else if (source.warned_days > 0 && !source.warned_expiry) {
      found.add(AlertType::metadata_expiring, id.value, expiry - days(source.warned_days),
                "The metadata of source " + id.value + " expires at " + rfc3339(expiry) + ".");
    }
  }
}

void about_rule_updates(const World& world, Time now, Gathering& found) {
  const RuleUpdates& updates = world.rule_updates;
  const auto newest = updates.newest();
  if (newest && (!updates.in_force || *updates.in_force < *newest) &&
      updates.hold_against(*newest) == nullptr) {
    const Time since = updates.find(*newest)->available_since +
                       duration(world.settings, SettingName::rule_update_unapplied_alert_after);
    if (since <= now) {
      found.add(AlertType::rule_update_unapplied, "", since,
                "Rule update " + text(*newest) + " is available and not applied.");
    }
  }
  if (!flag(world.settings, SettingName::auto_apply_rule_updates)) return;
  for (const auto& [id, hold] : updates.holds) {
    found.add(AlertType::auto_apply_held, id.value, hold.placed_time,
              "Hold " + id.value + " keeps " +
                  (hold.update ? "rule update " + text(*hold.update) : "rule updates") +
                  " from being applied by itself.");
  }
}

void about_relays(const World& world, Gathering& found) {
  auto behind = found.subjects(AlertType::relay_out_of_sync);
  auto away = found.subjects(AlertType::relay_unavailable);
  auto low = found.subjects(AlertType::disk_low);
  const SyncExpectations expected = sync_expectations(world);
  for (const auto& [id, relay] : world.relays.relays) {
    const auto sync = sync_of(world, expected, relay);
    if (!sync.in_sync) found.join(behind, id.value, sync.since.time);
    if (relay.unavailable_since) found.join(away, id.value, relay.unavailable_since->time);
    if (relay.low_since) found.join(low, id.value, relay.low_since->time);
  }
  found.add(std::move(behind),
            [](std::uint64_t n) { return counted(n, "relay is", "relays are") + " out of sync"; });
  found.add(std::move(away), [](std::uint64_t n) {
    return "The update service of " + counted(n, "relay", "relays") + " does not answer";
  });
  found.add(std::move(low), [](std::uint64_t n) {
    return counted(n, "relay has", "relays have") + " little disk space left";
  });
}

void about_patterns(const World& world, Time now, const Expectations& expectations,
                    Gathering& found) {
  const Duration allowed = duration(world.settings, SettingName::pattern_unused_alert_after);
  // The moment a bucket's computers had been behind for too long; nothing: not yet, or not at all.
  const auto overdue_since = [&](const BucketFacts& facts) -> std::optional<Time> {
    std::optional<Time> earliest;
    for (const auto* pattern : patterns_for(facts, expectations)) {
      const auto behind = behind_since(*pattern, facts.components);
      if (!behind || behind->time + allowed > now) continue;
      if (!earliest || behind->time < *earliest) earliest = behind->time;
    }
    if (!earliest) return std::nullopt;
    return *earliest + allowed;
  };
  // What is silent has an alert of its own, and what never reported is unknown, not behind.
  found.add_computers(
      {AlertType::patterns_unused, ""},
      [&](const BucketFacts& facts) {
        return !facts.silent && facts.reported && overdue_since(facts).has_value();
      },
      [&](const ComputerRow&, const BucketFacts& facts) { return *overdue_since(facts); },
      [](std::uint64_t n) {
        return "A pattern update is available and " + counted(n, "computer is", "computers are") +
               " not updated";
      });
}

void about_instructions(const World& world, Time now, const Expectations& expectations,
                        Gathering& found) {
  const Duration allowed = duration(world.settings, SettingName::instruction_pending_alert_after);
  for (const auto& answer : expectations.answers) {
    const Time since = answer.since.time + allowed;
    if (since > now) continue;
    const std::uint64_t owed = unanswered(world, answer.number);
    if (owed == 0) continue;
    found.add(AlertType::instruction_overdue, answer.instruction.value, since,
              "Instruction " + answer.instruction.value + " of " + rfc3339(answer.since.time) +
                  " is still unanswered by " + counted(owed, "computer", "computers") + ".");
  }
}

void about_computers(const Expectations& expectations, Gathering& found) {
  found.add_computers(
      {AlertType::computer_silent, ""}, [](const BucketFacts& facts) { return facts.silent; },
      [](const ComputerRow& row, const BucketFacts&) { return row.silent.time; },
      [](std::uint64_t n) { return counted(n, "computer is", "computers are") + " silent"; });
  const auto failed = [](const ComputerRow& row, const BucketFacts&) { return row.failed.time; };
  found.add_computers(
      {AlertType::agent_too_old, ""},
      [](const BucketFacts& facts) { return facts.fault == UpdateFault::agent_too_old; }, failed,
      [](std::uint64_t n) {
        return counted(n, "computer has", "computers have") + " an agent too old for an update";
      });
  found.add_computers(
      {AlertType::update_failed, ""},
      [](const BucketFacts& facts) {
        return facts.fault != UpdateFault::none && facts.fault != UpdateFault::agent_too_old;
      },
      failed,
      [](std::uint64_t n) {
        return "The security update failed on " + counted(n, "computer", "computers");
      });
  found.add_computers(
      {AlertType::policy_send_failed, ""},
      [&](const BucketFacts& facts) {
        return facts.fault != UpdateFault::none && !has_its_rules(facts, expectations);
      },
      failed,
      [](std::uint64_t n) {
        return "The rules of their policy could not be put into effect on " +
               counted(n, "computer", "computers");
      });
}

void about_clones(const World& world, Time now, Gathering& found) {
  for (const auto& [id, clone] : world.computers.clones.seen) {
    if (clone.since.time + clone_remembered <= now) continue;
    found.add(AlertType::clone_detected, id.value, clone.since.time,
              "Two machines use the identity of computer " + id.value + ", at " +
                  clone.seen.first_address + " and at " + clone.seen.second_address + ".");
  }
}

void about_witnesses(const World& world, Gathering& found) {
  for (const auto& [name, witness] : world.service.witnesses.seen) {
    if (witness.refused_since) {
      found.add(AlertType::equivocation, "witness/" + name, *witness.refused_since,
                "Witness " + name + " refuses the heads of this ledger: " + witness.refusal);
    }
    if (witness.unreachable_since) {
      found.add(AlertType::witness_unreachable, name, *witness.unreachable_since,
                "Witness " + name + " has not cosigned for long: " + witness.fault);
    }
  }
}

// `now` is never before recorded time, so that they are equal until the clock has caught up.
// The summary says no distance: it would change with every look.
void about_the_clock(const World& world, Time now, Gathering& found) {
  const auto& step = world.service.last_clock_step;
  if (!step || step->from != world.now || now > world.now) return;
  if (step->from < step->to + set_back_alerted) return;
  found.add(AlertType::recorded_time_ahead, "", step->from,
            "Recorded time stands still at " + rfc3339(step->from) +
                ": the clock had run ahead and was set back to " + rfc3339(step->to) +
                ". Until the clock has caught up, no task starts by itself, no hold ends and no "
                "alert is raised because time has passed. If that is too long, restore a backup "
                "that was made before it ran ahead.");
}

}  // namespace

std::vector<Condition> conditions(const World& world, Time now) {
  Gathering found(world, now);
  about_sources(world, found);
  about_rule_updates(world, now, found);
  about_relays(world, found);
  const Expectations expectations = expectations_of(world);
  about_patterns(world, now, expectations, found);
  about_instructions(world, now, expectations, found);
  about_computers(expectations, found);
  about_clones(world, now, found);
  about_witnesses(world, found);
  about_the_clock(world, now, found);
  const auto& verification = world.service.last_verification;
  if (verification && !verification->sound) {
    found.add(AlertType::ledger_verification_failed, "", *world.service.last_verification_at,
              "The ledger did not pass its verification: " + (verification->faults.empty()
                                                                  ? std::string("see the event.")
                                                                  : verification->faults.front()));
  }
  return found.take();
}

}  // namespace ledger::domain
