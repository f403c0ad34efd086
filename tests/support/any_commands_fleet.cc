// Steps about computers, instructions, groups, relays and what they report.
#include <array>
#include <span>

#include "tests/support/any_commands.h"

namespace tests {

using namespace ledger::domain;

namespace {

constexpr std::uint32_t computers_many = 6;

std::vector<Module> some_modules(std::uint32_t bits) {
  std::vector<Module> modules;
  for (std::uint32_t i = 0; i < 5; ++i) {
    if ((bits & (1U << i)) != 0) modules.push_back(static_cast<Module>(i));
  }
  return modules;
}

ComputerId some_computer(const Dice& dice) {
  return named<ComputerId>("c", dice.a, computers_many);
}

const BucketFacts* facts_of(const World& world, const ComputerId& id) {
  const auto index = find_live(world.computers, id.value);
  return index ? &ledger::domain::facts_of(world.computers, *index) : nullptr;
}

}  // namespace

EnrolComputer enrolment_of(std::uint32_t number) {
  EnrolComputer enrol;
  enrol.computer = named<ComputerId>("c", number, computers_many);
  enrol.name = "computer " + std::to_string(number % 9);
  enrol.platform = Platform{number % 2 == 0 ? "linux" : "windows"};
  enrol.agent_version = "1." + std::to_string(number % 3);
  enrol.modules = some_modules(number % 4 == 3 ? number : 0b10'111);
  enrol.labels = {"label" + std::to_string(number % 2)};
  return enrol;
}

namespace {

// -- Computers -----------------------------------------------------------------------------------

CommandPayload enrol(const Dice& dice) {
  EnrolComputer enrol = enrolment_of(dice.a);
  enrol.policy = perhaps_one_of(dice.world.policies.policies, dice.b);
  enrol.group = perhaps_one_of(dice.world.computers.groups.parents, dice.c);
  enrol.relay_group = perhaps_one_of(dice.world.relays.groups, dice.b / 2);
  if (dice.c % 2 == 0) {
    enrol.enrolment = one_of(dice.world.access.enrolment_tokens, dice.a);
    enrol.token = TokenId{"agent-" + enrol.computer.value};
    enrol.token_secret = digest_of(dice.c);
    enrol.token_expires_at = dice.now + days(30);
  } else if (dice.b % 2 == 0) {
    enrol.serial = hex(digest_of(dice.b)).substr(0, 32);
    enrol.certificate_expires_at = dice.now + days(90);
    if (dice.b % 3 == 0) enrol.relay_url = "https://relay.example";
  }
  return enrol;
}

CommandPayload change_facts(const Dice& dice) {
  const EnrolComputer other = enrolment_of(dice.a + computers_many * (1 + dice.b % 9));
  return ChangeComputerFacts{other.computer,      other.name,    other.platform,
                             other.agent_version, other.modules, other.labels};
}

// What is expected of it; now and then less, or something else.
CommandPayload report(const Dice& dice) {
  ReportComputer report;
  report.computer = some_computer(dice);
  const BucketFacts* facts = facts_of(dice.world, report.computer);
  if (facts == nullptr) return report;
  const auto index = find_live(dice.world.computers, report.computer.value);
  report.sequence = dice.world.computers.table[*index].sequence + (dice.b % 8 == 0 ? 0 : 1);
  const Expectations expectations = expectations_of(dice.world);
  for (const ExpectedPattern* pattern : patterns_for(*facts, expectations)) {
    if (dice.b % 5 == 1) continue;
    const bool old = dice.b % 5 == 2 && !pattern->superseded.empty();
    report.components.push_back(
        {pattern->component, old ? pattern->superseded.back().version : pattern->version});
  }
  const ExpectedRuleset* ruleset = ruleset_for(*facts, expectations);
  if (ruleset != nullptr) report.ruleset = ruleset->ruleset;
  if (dice.c % 4 == 1) report.ruleset = digest_of(dice.c % 3);
  report.rule_update = dice.world.rule_updates.in_force;
  return report;
}

CommandPayload report_failed(const Dice& dice) {
  return ReportUpdateFailed{some_computer(dice), "patterns",
                            static_cast<UpdateFault>(1 + dice.b % 9), "it did not work"};
}

std::string some_serial(const Dice& dice) { return hex(digest_of(dice.c)).substr(0, 32); }

CommandPayload renew_identity(const Dice& dice) {
  return RenewIdentity{some_computer(dice), some_serial(dice), dice.now + days(90)};
}

CommandPayload revoke_identity(const Dice& dice) {
  return RevokeIdentity{some_computer(dice), dice.b % 2 == 0 ? some_serial(dice) : ""};
}

CommandPayload revoke_certificate(const Dice& dice) {
  return RevokeCertificate{some_computer(dice), some_serial(dice)};
}

CommandPayload report_clone(const Dice& dice) {
  return ReportClone{some_computer(dice), some_serial(dice), "192.0.2.1", "192.0.2.2"};
}

CommandPayload report_hook(const Dice& dice) {
  return ReportHook{some_computer(dice), static_cast<std::int32_t>(dice.b % 3), "reloaded"};
}

CommandPayload remove(const Dice& dice) { return RemoveComputer{some_computer(dice)}; }

CommandPayload assign_policy(const Dice& dice) {
  return AssignPolicy{some_computer(dice), perhaps_one_of(dice.world.policies.policies, dice.b)};
}

CommandPayload move(const Dice& dice) {
  return MoveComputer{some_computer(dice),
                      perhaps_one_of(dice.world.computers.groups.parents, dice.b)};
}

CommandPayload assign_relay_group(const Dice& dice) {
  return AssignRelayGroup{some_computer(dice), perhaps_one_of(dice.world.relays.groups, dice.b)};
}

// -- Instructions --------------------------------------------------------------------------------

InstructionId some_instruction(const Dice& dice) {
  const auto& open = dice.world.computers.instructions.open;
  if (open.empty() || dice.c % 9 == 8) return InstructionId{"i1"};
  return open[dice.b % open.size()].facts.instruction;
}

CommandPayload instruct(const Dice& dice) {
  return Instruct{static_cast<InstructionAction>(dice.a % 3), scope_of(dice)};
}

CommandPayload take_instruction(const Dice& dice) {
  return ReportInstructionTaken{some_computer(dice), some_instruction(dice)};
}

CommandPayload finish_instruction(const Dice& dice) {
  return ReportInstructionFinished{some_computer(dice), some_instruction(dice), dice.c % 3 != 0,
                                   static_cast<UpdateFault>(dice.c % 10), "done"};
}

CommandPayload cancel_instruction(const Dice& dice) {
  return CancelInstruction{some_instruction(dice)};
}

// -- Groups and searches -------------------------------------------------------------------------

CommandPayload create_group(const Dice& dice) {
  return CreateGroup{named<GroupId>("g", dice.a, 4),
                     perhaps_one_of(dice.world.computers.groups.parents, dice.b)};
}

CommandPayload change_group(const Dice& dice) {
  return ChangeGroup{named<GroupId>("g", dice.a, 4),
                     perhaps_one_of(dice.world.computers.groups.parents, dice.b)};
}

CommandPayload delete_group(const Dice& dice) {
  return DeleteGroup{named<GroupId>("g", dice.a, 4)};
}

CommandPayload save_search(const Dice& dice) {
  return SaveSearch{named<SearchId>("search", dice.a, 3),
                    dice.b % 2 == 0 ? "platform = linux" : "NOT (status = \"failed\")"};
}

CommandPayload delete_search(const Dice& dice) {
  return DeleteSearch{named<SearchId>("search", dice.a, 3)};
}

// -- Relays --------------------------------------------------------------------------------------

ComputerId some_relay(const Dice& dice) {
  return one_of(dice.world.relays.relays, dice.a).value_or(ComputerId{"c3"});
}

CommandPayload create_relay_group(const Dice& dice) {
  return CreateRelayGroup{named<RelayGroupId>("r", dice.a, 3),
                          perhaps_one_of(dice.world.relays.groups, dice.b), dice.c % 3 == 0, ""};
}

CommandPayload change_relay_group(const Dice& dice) {
  return ChangeRelayGroup{named<RelayGroupId>("r", dice.a, 3),
                          perhaps_one_of(dice.world.relays.groups, dice.b), dice.c % 3 == 0, ""};
}

CommandPayload delete_relay_group(const Dice& dice) {
  return DeleteRelayGroup{named<RelayGroupId>("r", dice.a, 3)};
}

CommandPayload register_relay(const Dice& dice) {
  return RegisterRelay{some_computer(dice), perhaps_one_of(dice.world.relays.groups, dice.b),
                       "https://relay.example"};
}

CommandPayload remove_relay(const Dice& dice) { return RemoveRelay{some_relay(dice)}; }

CommandPayload report_relay(const Dice& dice) {
  const World& world = dice.world;
  ReportRelay report{some_relay(dice),
                     world.sources.latest_metadata_version(),
                     {},
                     {},
                     {},
                     world.rule_updates.newest(),
                     5'000'000'000};
  if (dice.b % 3 == 0 && report.metadata_version > 0) --report.metadata_version;
  if (dice.b % 4 == 1) report.reason = static_cast<SyncReason>(1 + dice.b % 6);
  if (dice.b % 5 == 2) report.free_bytes = 1'000;
  if (dice.c % 3 == 0) report.rule_update.reset();
  for (const auto& [key, pattern] : world.patterns.patterns) {
    const auto& versions = pattern.versions;
    const auto& served = dice.c % 4 == 1 ? versions.front() : versions.back();
    report.components.push_back({key.first, served.version});
  }
  return report;
}

CommandPayload report_relay_unavailable(const Dice& dice) {
  return ReportRelayUnavailable{some_relay(dice), "no answer"};
}

constexpr Choice fleet_commands[] = {
    {"enrol", enrol, 10},
    {"change_facts", change_facts, 3},
    {"report", report, 24},
    {"report_failed", report_failed, 6},
    {"renew_identity", renew_identity, 2},
    {"revoke_identity", revoke_identity, 2},
    {"revoke_certificate", revoke_certificate, 1},
    {"report_clone", report_clone, 3},
    {"report_hook", report_hook, 2},
    {"remove", remove, 3},
    {"assign_policy", assign_policy, 6},
    {"move", move, 4},
    {"assign_relay_group", assign_relay_group, 3},
    {"instruct", instruct, 10},
    {"take_instruction", take_instruction, 10},
    {"finish_instruction", finish_instruction, 12},
    {"cancel_instruction", cancel_instruction, 3},
    {"create_group", create_group, 3},
    {"change_group", change_group, 3},
    {"delete_group", delete_group, 2},
    {"save_search", save_search, 2},
    {"delete_search", delete_search, 1},
    {"create_relay_group", create_relay_group, 3},
    {"change_relay_group", change_relay_group, 2},
    {"delete_relay_group", delete_relay_group, 2},
    {"register_relay", register_relay, 5},
    {"remove_relay", remove_relay, 2},
    {"report_relay", report_relay, 8},
    {"report_relay_unavailable", report_relay_unavailable, 3},
};

}  // namespace

Scope scope_of(const Dice& dice) {
  const World& world = dice.world;
  const auto kind = static_cast<ScopeKind>(dice.b % 7);
  Scope scope{kind, {}, {}, std::nullopt};
  switch (kind) {
    case ScopeKind::all:
      break;
    case ScopeKind::computers:
      for (std::uint32_t i = 0; i < computers_many; ++i) {
        const auto id = named<ComputerId>("c", i, computers_many);
        if (((dice.c + 1) & (1U << i)) != 0 && is_enrolled(world.computers, id)) {
          scope.computers.push_back(id);
        }
      }
      break;
    case ScopeKind::group:
    case ScopeKind::group_tree:
      scope.name = one_of(world.computers.groups.parents, dice.c).value_or(GroupId{"g1"}).value;
      break;
    case ScopeKind::policy:
    case ScopeKind::policy_tree:
      scope.name = one_of(world.policies.policies, dice.c).value_or(PolicyId{"p1"}).value;
      break;
    case ScopeKind::relay_group:
      scope.name = one_of(world.relays.groups, dice.c)->value;
      break;
  }
  return scope;
}

std::span<const Choice> fleet_choices() { return fleet_commands; }

}  // namespace tests
