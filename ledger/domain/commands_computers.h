// Commands on computers, and what computers report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

// A computer joins; `enrolment` names the token that let it in.
struct EnrolComputer {
  ComputerId computer;
  std::string name;
  Platform platform;
  std::string agent_version;
  std::vector<Module> modules;
  std::vector<std::string> labels;
  std::optional<PolicyId> policy;
  std::optional<GroupId> group;
  std::optional<RelayGroupId> relay_group;
  std::optional<TokenId> enrolment;
  std::optional<Digest> key;
  TokenId token;  // By which it will speak from now on; empty: by its certificate.
  Digest token_secret;
  Time token_expires_at;
  std::string serial = {};  // Of its certificate; empty: it gets none.
  Time certificate_expires_at = {};
  std::string relay_url = {};  // It joins as a relay of its relay group; empty: it does not.

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("computer", &EnrolComputer::computer), field("name", &EnrolComputer::name),
        field("platform", &EnrolComputer::platform),
        field("agent_version", &EnrolComputer::agent_version),
        field("modules", &EnrolComputer::modules), field("labels", &EnrolComputer::labels),
        field("policy", &EnrolComputer::policy), field("group", &EnrolComputer::group),
        field("relay_group", &EnrolComputer::relay_group),
        field("enrolment", &EnrolComputer::enrolment), field("key", &EnrolComputer::key),
        field("token", &EnrolComputer::token), field("token_secret", &EnrolComputer::token_secret),
        field("token_expires_at", &EnrolComputer::token_expires_at),
        field("serial", &EnrolComputer::serial),
        field("certificate_expires_at", &EnrolComputer::certificate_expires_at),
        field("relay_url", &EnrolComputer::relay_url));
  }
  bool operator==(const EnrolComputer&) const = default;
};

// What it is, as it says.
struct ChangeComputerFacts {
  ComputerId computer;
  std::string name;
  Platform platform;
  std::string agent_version;
  std::vector<Module> modules;
  std::vector<std::string> labels;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &ChangeComputerFacts::computer),
                      field("name", &ChangeComputerFacts::name),
                      field("platform", &ChangeComputerFacts::platform),
                      field("agent_version", &ChangeComputerFacts::agent_version),
                      field("modules", &ChangeComputerFacts::modules),
                      field("labels", &ChangeComputerFacts::labels));
  }
  bool operator==(const ChangeComputerFacts&) const = default;
};

// What is in effect on it; also a heartbeat.
struct ReportComputer {
  ComputerId computer;
  std::uint64_t sequence = 0;
  std::vector<ComponentVersion> components;
  std::optional<Digest> ruleset;
  std::optional<RuleUpdateId> rule_update;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &ReportComputer::computer),
                      field("sequence", &ReportComputer::sequence),
                      field("components", &ReportComputer::components),
                      field("ruleset", &ReportComputer::ruleset),
                      field("rule_update", &ReportComputer::rule_update));
  }
  bool operator==(const ReportComputer&) const = default;
};

// It leaves the fleet.
struct RemoveComputer {
  ComputerId computer;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &RemoveComputer::computer));
  }
  bool operator==(const RemoveComputer&) const = default;
};

// To one computer; absent: none.
struct AssignPolicy {
  ComputerId computer;
  std::optional<PolicyId> policy;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &AssignPolicy::computer),
                      field("policy", &AssignPolicy::policy));
  }
  bool operator==(const AssignPolicy&) const = default;
};

// To a group; absent: none.
struct MoveComputer {
  ComputerId computer;
  std::optional<GroupId> group;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &MoveComputer::computer),
                      field("group", &MoveComputer::group));
  }
  bool operator==(const MoveComputer&) const = default;
};

// To one computer; absent: the default group.
struct AssignRelayGroup {
  ComputerId computer;
  std::optional<RelayGroupId> relay_group;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &AssignRelayGroup::computer),
                      field("relay_group", &AssignRelayGroup::relay_group));
  }
  bool operator==(const AssignRelayGroup&) const = default;
};

// Tells the computers of a scope to do something.
struct Instruct {
  InstructionAction action{};
  Scope scope;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("action", &Instruct::action), field("scope", &Instruct::scope));
  }
  bool operator==(const Instruct&) const = default;
};

// A computer is at work on it.
struct ReportInstructionTaken {
  ComputerId computer;
  InstructionId instruction;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &ReportInstructionTaken::computer),
                      field("instruction", &ReportInstructionTaken::instruction));
  }
  bool operator==(const ReportInstructionTaken&) const = default;
};

// A computer answers.
struct ReportInstructionFinished {
  ComputerId computer;
  InstructionId instruction;
  bool succeeded = false;
  UpdateFault cause{};
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &ReportInstructionFinished::computer),
                      field("instruction", &ReportInstructionFinished::instruction),
                      field("succeeded", &ReportInstructionFinished::succeeded),
                      field("cause", &ReportInstructionFinished::cause),
                      field("detail", &ReportInstructionFinished::detail));
  }
  bool operator==(const ReportInstructionFinished&) const = default;
};

// Nobody needs to answer any more.
struct CancelInstruction {
  InstructionId instruction;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("instruction", &CancelInstruction::instruction));
  }
  bool operator==(const CancelInstruction&) const = default;
};

// An update failed on a computer by itself.
struct ReportUpdateFailed {
  ComputerId computer;
  std::string what;
  UpdateFault cause{};
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("computer", &ReportUpdateFailed::computer), field("what", &ReportUpdateFailed::what),
        field("cause", &ReportUpdateFailed::cause), field("detail", &ReportUpdateFailed::detail));
  }
  bool operator==(const ReportUpdateFailed&) const = default;
};

// A folder of computers.
struct CreateGroup {
  GroupId group;
  std::optional<GroupId> parent;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("group", &CreateGroup::group), field("parent", &CreateGroup::parent));
  }
  bool operator==(const CreateGroup&) const = default;
};

// Its parent.
struct ChangeGroup {
  GroupId group;
  std::optional<GroupId> parent;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("group", &ChangeGroup::group), field("parent", &ChangeGroup::parent));
  }
  bool operator==(const ChangeGroup&) const = default;
};

// When empty.
struct DeleteGroup {
  GroupId group;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("group", &DeleteGroup::group));
  }
  bool operator==(const DeleteGroup&) const = default;
};

// A filter with a name.
struct SaveSearch {
  SearchId search;
  std::string filter;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("search", &SaveSearch::search), field("filter", &SaveSearch::filter));
  }
  bool operator==(const SaveSearch&) const = default;
};

// Frees the name.
struct DeleteSearch {
  SearchId search;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("search", &DeleteSearch::search));
  }
  bool operator==(const DeleteSearch&) const = default;
};

// The next certificate of a computer that speaks by one.
struct RenewIdentity {
  ComputerId computer;
  std::string serial;
  Time expires_at;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &RenewIdentity::computer),
                      field("serial", &RenewIdentity::serial),
                      field("expires_at", &RenewIdentity::expires_at));
  }
  bool operator==(const RenewIdentity&) const = default;
};

// One certificate of a computer opens nothing any more; its others, and its tokens, go on.
struct RevokeCertificate {
  ComputerId computer;
  std::string serial;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &RevokeCertificate::computer),
                      field("serial", &RevokeCertificate::serial));
  }
  bool operator==(const RevokeCertificate&) const = default;
};

// Whatever a computer was given until now, certificates and tokens, opens nothing any more.
struct RevokeIdentity {
  ComputerId computer;
  std::string serial;  // Of its newest certificate; empty: it has none.

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &RevokeIdentity::computer),
                      field("serial", &RevokeIdentity::serial));
  }
  bool operator==(const RevokeIdentity&) const = default;
};

// Two machines were seen with one certificate.
struct ReportClone {
  ComputerId computer;
  std::string serial;
  std::string first_address;
  std::string second_address;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &ReportClone::computer),
                      field("serial", &ReportClone::serial),
                      field("first_address", &ReportClone::first_address),
                      field("second_address", &ReportClone::second_address));
  }
  bool operator==(const ReportClone&) const = default;
};

// The site's command after a change ended.
struct ReportHook {
  ComputerId computer;
  std::int32_t exit_status = 0;
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &ReportHook::computer),
                      field("exit_status", &ReportHook::exit_status),
                      field("detail", &ReportHook::detail));
  }
  bool operator==(const ReportHook&) const = default;
};

}  // namespace ledger::domain
