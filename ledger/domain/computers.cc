#include "ledger/domain/computers.h"

#include <algorithm>
#include <utility>

#include "ledger/domain/expectations.h"
#include "ledger/domain/world.h"
#include "ledger/limits.h"

namespace ledger::domain {
namespace {

// What a computer says it is; the same in an enrolment and in a change.
struct SaidFacts {
  std::string name;
  Platform platform;
  std::string agent_version;
  std::vector<Module> modules;      // In order, each once.
  std::vector<std::string> labels;  // In order, each once.
};

template <class T>
void sort_unique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

template <class Said>
Result<SaidFacts> checked_facts(const Said& said) {
  constexpr std::size_t most = limits::computer_name_bytes_max;
  if (said.name.size() > most || said.agent_version.size() > most) {
    return invalid("text-too-long", "A computer's name and its agent's version have at most " +
                                        std::to_string(most) + " bytes each.");
  }
  if (!is_name(said.platform.value) || said.platform.value == "all") {
    return invalid("platform-invalid", "A computer's platform is a name such as linux or windows.");
  }
  SaidFacts facts{said.name.empty() ? said.computer.value : said.name, said.platform,
                  said.agent_version, said.modules, said.labels};
  sort_unique(facts.modules);
  sort_unique(facts.labels);
  const bool sound = std::all_of(facts.labels.begin(), facts.labels.end(), [](const auto& label) {
    return !label.empty() && label.size() <= most;
  });
  if (!sound || facts.labels.size() > limits::labels_max) {
    return invalid("labels-invalid", "A computer has at most " +
                                         std::to_string(limits::labels_max) + " labels of 1 to " +
                                         std::to_string(most) + " bytes.");
  }
  return facts;
}

bool is_version(std::string_view text) {
  const auto is_plain = [](char c) { return c > ' ' && c < 0x7f; };
  return !text.empty() && text.size() <= limits::version_bytes_max &&
         std::all_of(text.begin(), text.end(), is_plain);
}

Result<std::vector<ComponentVersion>> checked_components(std::vector<ComponentVersion> said) {
  sort_unique(said);
  if (said.size() > limits::components_max) {
    return invalid(
        "too-many-components",
        "A computer reports at most " + std::to_string(limits::components_max) + " components.");
  }
  for (std::size_t i = 0; i < said.size(); ++i) {
    if (!is_name(said[i].component.value) || !is_version(said[i].version)) {
      return invalid("component-invalid",
                     "A component has a name of a-z, 0-9, '.', '_' and '-', and a version.");
    }
    if (i > 0 && said[i].component == said[i - 1].component) {
      return invalid("component-twice",
                     "Component " + said[i].component.value + " is reported at two versions.");
    }
  }
  return said;
}

Result<void> check_places(const World& world, const std::optional<PolicyId>& policy,
                          const std::optional<GroupId>& group,
                          const std::optional<RelayGroupId>& relay_group) {
  if (policy && world.policies.find(*policy) == nullptr) {
    return unknown("policy-unknown", "There is no policy named " + policy->value + ".");
  }
  if (group && !world.computers.groups.contains(*group)) {
    return unknown("group-unknown", "There is no group named " + group->value + ".");
  }
  if (relay_group && !world.relays.groups.contains(*relay_group)) {
    return unknown("relay-group-unknown",
                   "There is no relay group named " + relay_group->value + ".");
  }
  return {};
}

NewEvent computer_event(const ComputerId& id, Payload payload, Outcome outcome = Outcome::done) {
  return NewEvent{stream_of_computer(id), std::move(payload), std::nullopt, outcome};
}

Result<void> check_joining(const World& world, const EnrolComputer& enrol, Time now) {
  if (!is_name(enrol.computer.value)) {
    return invalid("computer-name-invalid",
                   "A computer's id is 1 to 63 of a-z, 0-9, '.', '_' and '-', and begins with a "
                   "letter or digit.");
  }
  const auto known = world.computers.table.find(enrol.computer.value);
  if (known && world.computers.table[*known].is_live()) {
    return fail(ErrorKind::conflict, "computer-exists",
                "Computer " + enrol.computer.value + " is enrolled already.");
  }
  if (!known && world.computers.table.size() >= limits::computers_max) {
    return refuse("too-many-computers", "There can be " + std::to_string(limits::computers_max) +
                                            " computers, removed ones included.");
  }
  if (enrol.token.value.empty()) return {};
  if (!is_name(enrol.token.value)) {
    return invalid("token-name-invalid",
                   "A token's name is 1 to 63 of a-z, 0-9, '.', '_' and '-', and begins with a "
                   "letter or digit.");
  }
  if (enrol.token_expires_at <= now) {
    return invalid("token-expiry-past", "The computer's token would have expired already.");
  }
  return {};
}

}  // namespace

// -- Questions ---------------------------------------------------------------------------------

std::optional<ComputerIndex> find_live(const Computers& computers, std::string_view id) {
  const auto index = computers.table.find(id);
  if (!index || !computers.table[*index].is_live()) return std::nullopt;
  return index;
}

bool is_enrolled(const Computers& computers, const ComputerId& id) {
  return find_live(computers, id.value).has_value();
}

Result<ComputerIndex> live_computer(const World& world, const ComputerId& id) {
  const auto index = find_live(world.computers, id.value);
  if (!index) return unknown("computer-unknown", "There is no computer " + id.value + ".");
  return *index;
}

const BucketFacts& facts_of(const Computers& computers, ComputerIndex index) {
  return computers.buckets[computers.table[index].bucket].facts;
}

ComputerMoments moments_of(const Computers& computers, ComputerIndex index) {
  const ComputerRow& row = computers.table[index];
  const BucketFacts& facts = facts_of(computers, index);
  ComputerMoments moments;
  moments.known = row.known;
  if (facts.silent) moments.silent = row.silent;
  if (facts.fault != UpdateFault::none) moments.failed = row.failed;
  if (facts.taken != 0) moments.taken = row.taken;
  return moments;
}

std::uint64_t computer_stream_version(const Computers& computers, std::string_view id) {
  const auto index = computers.table.find(id);
  return index ? computers.table[*index].stream_version : 0;
}

void note_return(const Computers& computers, ComputerIndex index, std::vector<NewEvent>& events) {
  if (!facts_of(computers, index).silent) return;
  const ComputerId id{std::string(computers.table.id(index))};
  events.push_back(computer_event(id, ComputerReturned{id}));
}

std::string cut_detail(std::string_view detail) {
  if (detail.size() <= limits::detail_bytes_max) return std::string(detail);
  std::size_t end = limits::detail_bytes_max;
  const auto continues = [&](std::size_t at) {
    return (static_cast<unsigned char>(detail[at]) & 0xc0U) == 0x80U;
  };
  while (end > 0 && continues(end)) --end;
  return std::string(detail.substr(0, end));
}

// -- Decisions ---------------------------------------------------------------------------------

Decision decide(const World& world, const Command&, const EnrolComputer& enrol,
                const Moment& moment) {
  if (const auto checked = check_joining(world, enrol, moment.now); !checked) {
    return fail(checked.error());
  }
  auto facts = checked_facts(enrol);
  if (!facts) return fail(facts.error());
  ComputerEnrolled enrolled{enrol.computer,
                            std::move(facts->name),
                            std::move(facts->platform),
                            std::move(facts->agent_version),
                            std::move(facts->modules),
                            std::move(facts->labels),
                            enrol.policy,
                            enrol.group,
                            enrol.relay_group,
                            enrol.enrolment,
                            enrol.key};
  if (enrol.enrolment) {
    const auto let_in = check_enrolment(world.access, *enrol.enrolment, moment.now);
    if (!let_in) return fail(let_in.error());
    const EnrolmentTokenIssued& defaults = (*let_in)->facts;
    if (!enrolled.policy) enrolled.policy = defaults.policy;
    if (!enrolled.group) enrolled.group = defaults.group;
    if (!enrol.relay_url.empty() && !defaults.relay_group) {
      return refuse("relay-not-let-in",
                    "The enrolment token names no relay group, so no relay joins by it.");
    }
    if (!enrolled.relay_group) enrolled.relay_group = defaults.relay_group;
  }
  if (!enrolled.relay_group) enrolled.relay_group = default_relay_group();
  const auto placed = check_places(world, enrolled.policy, enrolled.group, enrolled.relay_group);
  if (!placed) return fail(placed.error());
  std::vector<NewEvent> events;
  const RelayGroupId relay_group = *enrolled.relay_group;
  events.push_back(computer_event(enrol.computer, std::move(enrolled)));
  if (!enrol.serial.empty()) {
    const auto checked = check_certificate(enrol.serial, enrol.certificate_expires_at, moment.now);
    if (!checked) return fail(checked.error());
    events.push_back(computer_event(
        enrol.computer,
        IdentityIssued{enrol.computer, enrol.serial, enrol.certificate_expires_at, false}));
    events.back().cause = 0;
  }
  if (!enrol.relay_url.empty()) {
    auto joined = joining_relay(world, enrol.computer, relay_group, enrol.relay_url);
    if (!joined) return fail(joined.error());
    events.push_back(std::move(*joined));
    events.back().cause = 0;
  }
  if (!enrol.token.value.empty()) {
    // In the computer's own stream, so that a million tokens make no million streams more.
    events.push_back(computer_event(
        enrol.computer, TokenIssued{enrol.token, std::nullopt, Role::agent, enrol.token_secret,
                                    enrol.token_expires_at, "", enrol.computer}));
    events.back().cause = 0;
  }
  return events;
}

Decision decide(const World& world, const Command&, const ChangeComputerFacts& change,
                const Moment&) {
  const Computers& computers = world.computers;
  const auto index = live_computer(world, change.computer);
  if (!index) return fail(index.error());
  auto facts = checked_facts(change);
  if (!facts) return fail(facts.error());
  std::vector<NewEvent> events;
  note_return(computers, *index, events);
  const BucketFacts& known = facts_of(computers, *index);
  if (facts->name == computers.table.name(*index) && facts->platform == known.platform &&
      facts->agent_version == computers.table.agent_version(*index) &&
      facts->modules == known.modules && facts->labels == computers.table.labels(*index)) {
    return events;
  }
  events.push_back(computer_event(
      change.computer,
      ComputerFactsChanged{change.computer, std::move(facts->name), std::move(facts->platform),
                           std::move(facts->agent_version), std::move(facts->modules),
                           std::move(facts->labels)}));
  return events;
}

Decision decide(const World& world, const Command&, const ReportComputer& report,
                const Moment& moment) {
  const Computers& computers = world.computers;
  const auto index = live_computer(world, report.computer);
  if (!index) return fail(index.error());
  auto components = checked_components(report.components);
  if (!components) return fail(components.error());
  std::vector<NewEvent> events;
  note_return(computers, *index, events);
  const ComputerRow& row = computers.table[*index];
  const BucketFacts& known = facts_of(computers, *index);
  // A report that was overtaken by a later one says nothing new.
  if (known.reported && report.sequence <= row.sequence) return events;
  const std::uint32_t update =
      report.rule_update ? report.rule_update->year * 1'000 + report.rule_update->number : 0;
  const bool is_known = known.reported && *components == known.components &&
                        report.ruleset == known.ruleset && update == row.rule_update;
  if (is_known && !is_failure_over(world, *index)) return events;
  const auto because = decision_behind(world, known, *components, report.ruleset);
  const bool ahead = is_ahead(world, known.platform, *components);
  events.push_back(computer_event(
      report.computer, ComputerReported{report.computer, report.sequence, std::move(*components),
                                        report.ruleset, report.rule_update}));
  events.back().because = because;
  if (ahead) look_for_news(world, moment.now, events);
  return events;
}

Decision decide(const World& world, const Command&, const ReportUpdateFailed& report,
                const Moment&) {
  const auto index = live_computer(world, report.computer);
  if (!index) return fail(index.error());
  if (report.cause == UpdateFault::none) {
    return invalid("cause-missing", "An update that failed has a cause; \"other\" is one.");
  }
  if (report.what.size() > limits::computer_name_bytes_max) {
    return invalid("text-too-long", "What failed is said in at most " +
                                        std::to_string(limits::computer_name_bytes_max) +
                                        " bytes.");
  }
  std::vector<NewEvent> events;
  note_return(world.computers, *index, events);
  // An agent tries again and again; the same failure is told once, until it ends.
  if (facts_of(world.computers, *index).fault == report.cause) return events;
  events.push_back(computer_event(
      report.computer,
      ComputerUpdateFailed{report.computer, report.what, report.cause, cut_detail(report.detail)},
      Outcome::failed));
  return events;
}

Decision decide(const World& world, const Command&, const ReportHook& report, const Moment&) {
  const auto index = live_computer(world, report.computer);
  if (!index) return fail(index.error());
  std::vector<NewEvent> events;
  note_return(world.computers, *index, events);
  events.push_back(computer_event(
      report.computer, HookFinished{report.computer, report.exit_status, cut_detail(report.detail)},
      report.exit_status == 0 ? Outcome::done : Outcome::failed));
  return events;
}

Decision decide(const World& world, const Command&, const RemoveComputer& remove, const Moment&) {
  if (const auto index = live_computer(world, remove.computer); !index) {
    return fail(index.error());
  }
  if (world.relays.find(remove.computer) != nullptr) {
    return refuse("computer-is-relay",
                  "Computer " + remove.computer.value + " is a relay; remove it as a relay first.");
  }
  return one_event(stream_of_computer(remove.computer), ComputerRemoved{remove.computer});
}

Decision decide(const World& world, const Command&, const AssignPolicy& assign, const Moment&) {
  const auto index = live_computer(world, assign.computer);
  if (!index) return fail(index.error());
  const auto placed = check_places(world, assign.policy, std::nullopt, std::nullopt);
  if (!placed) return fail(placed.error());
  if (facts_of(world.computers, *index).policy == assign.policy) return no_events();
  return one_event(stream_of_computer(assign.computer),
                   PolicyAssigned{assign.computer, assign.policy});
}

Decision decide(const World& world, const Command&, const MoveComputer& move, const Moment&) {
  const auto index = live_computer(world, move.computer);
  if (!index) return fail(index.error());
  const auto placed = check_places(world, std::nullopt, move.group, std::nullopt);
  if (!placed) return fail(placed.error());
  if (facts_of(world.computers, *index).group == move.group) return no_events();
  return one_event(stream_of_computer(move.computer), ComputerMoved{move.computer, move.group});
}

Decision decide(const World& world, const Command&, const AssignRelayGroup& assign, const Moment&) {
  const auto index = live_computer(world, assign.computer);
  if (!index) return fail(index.error());
  const auto placed = check_places(world, std::nullopt, std::nullopt, assign.relay_group);
  if (!placed) return fail(placed.error());
  const RelayGroupId group = assign.relay_group.value_or(default_relay_group());
  if (facts_of(world.computers, *index).relay_group == group) return no_events();
  return one_event(stream_of_computer(assign.computer), RelayGroupAssigned{assign.computer, group});
}

void computers_due(const World& world, const Tick& tick, std::vector<NewEvent>& events) {
  for (const auto& unheard : tick.unheard) {
    const auto index = find_live(world.computers, unheard.computer.value);
    if (!index || facts_of(world.computers, *index).silent) continue;
    events.push_back(
        computer_event(unheard.computer, ComputerSilent{unheard.computer, unheard.last_contact}));
  }
}

}  // namespace ledger::domain
