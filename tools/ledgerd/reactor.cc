#include "tools/ledgerd/reactor.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "api/services.h"
#include "ledger/codec/codec.h"

namespace ledgerd {

namespace domain = ledger::domain;

namespace {

constexpr std::size_t job_threads = 4;
constexpr std::chrono::milliseconds growth_wait{250};

// How long a computer of these facts may be silent.
domain::Duration allowed_silence(const domain::World& world,
                                 const std::optional<domain::PolicyId>& policy) {
  const auto interval = heartbeat_interval(world, policy);
  const auto missed = number(world.settings, domain::SettingName::heartbeats_missed_until_silent);
  return {interval.micros * static_cast<std::int64_t>(missed)};
}

// What rule updates and patterns have.
std::set<domain::Digest> content_of(const domain::World& world) {
  std::set<domain::Digest> wanted;
  for (const auto& [id, update] : world.rule_updates.updates) {
    if (!update.deleted) wanted.insert(update.facts.digest);
  }
  for (const auto& [key, pattern] : world.patterns.patterns) {
    for (const auto& version : pattern.versions) {
      if (!version.retired) wanted.insert(version.digest);
    }
  }
  return wanted;
}

}  // namespace

Reactor::Reactor(Parts parts)
    : parts_(parts),
      seen_(parts.log.head().size),
      checks_({parts.writer, parts.log, parts.content, parts.mirrors, parts.clock, parts.entropy,
               parts.operations, parts.bytes_per_second}),
      jobs_(job_threads) {
  resume();
  follower_ = std::jthread([this](const std::stop_token& stop) { follow(stop); });
}

Reactor::~Reactor() = default;

void Reactor::expect_computers(const domain::World& world) {
  const auto& table = world.computers.table;
  const auto now = parts_.clock.now();
  for (domain::ComputerIndex index = 0; index < table.size(); ++index) {
    if (!table[index].is_live()) continue;
    const auto& facts = facts_of(world.computers, index);
    parts_.contacts.expect(domain::ComputerId{std::string(table.id(index))}, now, facts.silent,
                           allowed_silence(world, facts.policy));
  }
}

// Documents that no rule update, pattern or repository speaks of: of an import that was refused or
// never recorded, or of an update that was given up just before the process ended. Nobody imports
// anything yet.
void Reactor::remove_forgotten(const std::set<domain::Digest>& wanted) {
  const auto stored = parts_.content.list();
  if (!stored) {
    spdlog::warn("content cannot be listed: {}", stored.error().detail);
    return;
  }
  for (const auto& digest : *stored) {
    if (wanted.contains(digest)) continue;
    const auto removed = parts_.content.remove(digest);
    if (!removed) spdlog::warn("content {}: {}", hex(digest), removed.error().detail);
  }
}

void Reactor::resume() {
  struct Check {
    domain::SourceId source;
    Order order;
  };
  struct Run {
    domain::TaskId task;
    std::uint64_t run;
    Order order;
  };
  std::vector<Check> checks;
  std::vector<Run> runs;
  std::set<domain::Digest> wanted;
  std::vector<domain::PatternVersion> retired;
  std::vector<domain::SourceId> repositories;
  const auto looked = parts_.writer.inspect([&](const domain::World& world, const domain::Moment&) {
    expect_computers(world);
    wanted = content_of(world);
    for (const auto& [key, pattern] : world.patterns.patterns) {
      for (const auto& version : pattern.versions) {
        const bool is_told = version.pruned || wanted.contains(version.digest);
        if (version.retired && !is_told) retired.push_back(version);
      }
    }
    for (const auto& [id, source] : world.sources.sources) {
      if (source.facts.trust_root) repositories.push_back(id);
      if (!source.check) continue;
      const auto at = source.check_requested_at.value_or(domain::Position{});
      checks.push_back(Check{id, Order{at, at}});
    }
    for (const auto& [id, task] : world.schedules.tasks) {
      if (!task.running) continue;
      runs.push_back(Run{id, *task.running, Order{task.run_started_at, task.run_started_at}});
    }
  });
  if (!looked) {
    spdlog::error("cannot take up earlier work: {}", looked.error().detail);
    return;
  }
  // Opened now, so that they are served before anybody checks them again.
  for (const auto& source : repositories) {
    const auto mirror = parts_.mirrors.of(source);
    if (!mirror) {
      spdlog::error("the copy of source {}: {}", source.value, mirror.error().detail);
      continue;
    }
    for (const auto& target : (*mirror)->state().targets) wanted.insert(target.digest);
    checks_.keep_fresh(source);
  }
  for (const auto& version : retired) {
    prune(version, std::nullopt);
    if (!version.source) wanted.insert(version.digest);  // Until that is told.
  }
  remove_forgotten(wanted);
  for (const auto& each : checks) checks_.start(each.source, each.order);
  for (const auto& each : runs) run_task(each.task, each.run, each.order);
}

void Reactor::follow(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto size = parts_.log.wait_beyond(seen_, growth_wait);
    if (size <= seen_) continue;
    const auto cursor = parts_.log.read(seen_, size);
    while (true) {
      const auto entry = cursor->next();
      if (!entry || !*entry) {
        if (!entry) spdlog::error("cannot follow the log: {}", entry.error().detail);
        break;
      }
      const auto event = ledger::codec::decode((*entry)->bytes);
      if (event) react(*event);
      seen_ = domain::Position{(*entry)->position.value + 1};
    }
    seen_ = std::max(seen_, size);
  }
}

void Reactor::react(const domain::Event& event) {
  const Order order{event.position, event.correlation};
  if (const auto* check = get_if<domain::SourceCheckRequested>(&event.payload)) {
    checks_.start(check->source, order);
  } else if (const auto* gone = get_if<domain::SourceRemoved>(&event.payload)) {
    checks_.forget(gone->source);
  } else if (const auto* started = get_if<domain::TaskRunStarted>(&event.payload)) {
    run_task(started->task, started->run, order);
  } else if (const auto* deleted = get_if<domain::RuleUpdateDeleted>(&event.payload)) {
    give_up(deleted->digest);
  } else if (const auto* retired = get_if<domain::PatternRetired>(&event.payload)) {
    prune(*retired, order);
  } else if (const auto* enrolled = get_if<domain::ComputerEnrolled>(&event.payload)) {
    domain::Duration allowed;
    const auto policy = enrolled->policy;
    const auto looked =
        parts_.writer.inspect([&](const domain::World& world, const domain::Moment&) {
          allowed = allowed_silence(world, policy);
        });
    if (looked) {
      parts_.contacts.expect(enrolled->computer, parts_.clock.now(), false, allowed);
    }
  } else if (const auto* removed = get_if<domain::ComputerRemoved>(&event.payload)) {
    parts_.contacts.forget(removed->computer);
  }
}

void Reactor::run_task(const domain::TaskId& task, std::uint64_t run, Order order) {
  std::optional<domain::TaskDefinition> definition;
  const auto looked = parts_.writer.inspect([&](const domain::World& world, const domain::Moment&) {
    const auto found = world.schedules.tasks.find(task);
    if (found == world.schedules.tasks.end() || found->second.running != run) return;
    definition = found->second.definition;
  });
  if (!looked || !definition) return;  // It is over already.
  jobs_.post([this, task, run, order, asked = *definition, stop = jobs_.stopping()] {
    ledger::Result<std::string> outcome = std::string();
    if (asked.kind == domain::TaskKind::verify_ledger) {
      outcome = parts_.chores.verify(
          ordered_by(order), [&stop](const api::Progress&) { return !stop.stop_requested(); });
      if (outcome) *outcome = "The record was read and recomputed.";
    } else {
      outcome = export_report(asked.parameter, task.value + "-" + std::to_string(run), order, stop);
    }
    if (stop.stop_requested()) return;
    insist(parts_.writer,
           domain::ReportTaskRun{task, run, outcome.has_value(),
                                 outcome ? *outcome : outcome.error().detail},
           order, stop);
  });
}

bool Reactor::is_wanted(const domain::Digest& digest) const {
  bool wanted = parts_.mirrors.lists(digest);
  const auto looked = parts_.writer.inspect([&](const domain::World& world, const domain::Moment&) {
    wanted = wanted || content_of(world).contains(digest);
  });
  return wanted || !looked;
}

// The bytes of a version that is offered no longer, unless something else has the same.
void Reactor::prune(const domain::PatternRetired& retired, const Order& order) {
  std::optional<domain::PatternVersion> version;
  const auto looked = parts_.writer.inspect([&](const domain::World& world, const domain::Moment&) {
    const auto* pattern = world.patterns.find(retired.component, retired.platform);
    const auto* found = pattern == nullptr ? nullptr : pattern->find(retired.version);
    if (found != nullptr) version = *found;
  });
  if (looked && version) prune(*version, order);
}

void Reactor::prune(const domain::PatternVersion& version, const std::optional<Order>& order) {
  if (is_wanted(version.digest)) return;
  if (!version.source) return prune_unsourced(version, order);
  const auto removed = parts_.content.remove(version.digest);
  const bool is_missing = !removed && removed.error().kind == ledger::ErrorKind::not_found;
  // What a source brought was here: an earlier process removed it, and could not tell it any more.
  if (removed || (is_missing && !order)) return tell_pruned(version, order, [] {});
  if (!is_missing) {
    spdlog::warn("content {} could not be removed: {}", hex(version.digest),
                 removed.error().detail);
  }
}

// Of what no source brought, only its bytes say that it was ever here: they go when that is told.
void Reactor::prune_unsourced(const domain::PatternVersion& version,
                              const std::optional<Order>& order) {
  const auto there = parts_.content.has(version.digest);
  if (!there || !*there) return;
  tell_pruned(version, order, [this, digest = version.digest] {
    if (is_wanted(digest)) return;  // Again, since then.
    const auto removed = parts_.content.remove(digest);
    if (!removed) spdlog::warn("content {}: {}", hex(digest), removed.error().detail);
  });
}

// Not here: while the log takes nothing, the rest of the work goes on.
void Reactor::tell_pruned(const domain::PatternVersion& version, const std::optional<Order>& order,
                          std::function<void()> then) {
  const domain::RecordContentPruned pruned{version.digest, version.bytes,
                                           domain::PruneCause::retention};
  jobs_.post([this, order, pruned, then = std::move(then), stop = jobs_.stopping()] {
    insist(parts_.writer, pruned, order, stop);
    if (!stop.stop_requested()) then();
  });
}

ledger::Result<std::string> Reactor::export_report(const std::string& wanted,
                                                   const std::string& name, const Order& order,
                                                   const std::stop_token& stop) {
  auto written = parts_.reports.write(wanted, name);
  if (!written) return ledger::fail(written.error());
  if (written->report) insist(parts_.writer, *written->report, order, stop);
  return std::move(written->detail);
}

void Reactor::give_up(const domain::Digest& digest) {
  bool wanted = false;
  const auto looked = parts_.writer.inspect([&](const domain::World& world, const domain::Moment&) {
    for (const auto& [id, update] : world.rule_updates.updates) {
      wanted = wanted || (!update.deleted && update.facts.digest == digest);
    }
  });
  if (!looked || wanted) return;
  const auto removed = parts_.content.remove(digest);
  if (!removed && removed.error().kind != ledger::ErrorKind::not_found) {
    spdlog::warn("content {} could not be removed: {}", hex(digest), removed.error().detail);
  }
}

}  // namespace ledgerd
