// Computers: who they are, what they run, what they were told, and how they fared.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

// A computer joined the fleet.
struct ComputerEnrolled {
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
  std::optional<Digest> key;  // Of its public key.

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("computer", &ComputerEnrolled::computer), field("name", &ComputerEnrolled::name),
        field("platform", &ComputerEnrolled::platform),
        field("agent_version", &ComputerEnrolled::agent_version),
        field("modules", &ComputerEnrolled::modules), field("labels", &ComputerEnrolled::labels),
        field("policy", &ComputerEnrolled::policy), field("group", &ComputerEnrolled::group),
        field("relay_group", &ComputerEnrolled::relay_group),
        field("enrolment", &ComputerEnrolled::enrolment), field("key", &ComputerEnrolled::key));
  }
  bool operator==(const ComputerEnrolled&) const = default;
};

// What it is, as it says.
struct ComputerFactsChanged {
  ComputerId computer;
  std::string name;
  Platform platform;
  std::string agent_version;
  std::vector<Module> modules;
  std::vector<std::string> labels;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &ComputerFactsChanged::computer),
                      field("name", &ComputerFactsChanged::name),
                      field("platform", &ComputerFactsChanged::platform),
                      field("agent_version", &ComputerFactsChanged::agent_version),
                      field("modules", &ComputerFactsChanged::modules),
                      field("labels", &ComputerFactsChanged::labels));
  }
  bool operator==(const ComputerFactsChanged&) const = default;
};

// What is in effect on it.
struct ComputerReported {
  ComputerId computer;
  std::uint64_t sequence =
      0;  // Counted by the computer; a report that is not newer is not recorded.
  std::vector<ComponentVersion> components;
  std::optional<Digest> ruleset;
  std::optional<RuleUpdateId> rule_update;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &ComputerReported::computer),
                      field("sequence", &ComputerReported::sequence),
                      field("components", &ComputerReported::components),
                      field("ruleset", &ComputerReported::ruleset),
                      field("rule_update", &ComputerReported::rule_update));
  }
  bool operator==(const ComputerReported&) const = default;
};

// It left the fleet.
struct ComputerRemoved {
  ComputerId computer;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &ComputerRemoved::computer));
  }
  bool operator==(const ComputerRemoved&) const = default;
};

// To one computer.
struct PolicyAssigned {
  ComputerId computer;
  std::optional<PolicyId> policy;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &PolicyAssigned::computer),
                      field("policy", &PolicyAssigned::policy));
  }
  bool operator==(const PolicyAssigned&) const = default;
};

// To another group.
struct ComputerMoved {
  ComputerId computer;
  std::optional<GroupId> group;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &ComputerMoved::computer),
                      field("group", &ComputerMoved::group));
  }
  bool operator==(const ComputerMoved&) const = default;
};

// To one computer.
struct RelayGroupAssigned {
  ComputerId computer;
  std::optional<RelayGroupId> relay_group;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &RelayGroupAssigned::computer),
                      field("relay_group", &RelayGroupAssigned::relay_group));
  }
  bool operator==(const RelayGroupAssigned&) const = default;
};

// One event, however many computers its scope covers.
struct Instructed {
  InstructionId instruction;
  std::uint64_t number =
      0;  // Counts instructions; a computer owes an answer to those after the last it answered.
  InstructionAction action{};
  Scope scope;
  std::uint64_t computers = 0;  // Covered when it was given.

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("instruction", &Instructed::instruction),
                      field("number", &Instructed::number), field("action", &Instructed::action),
                      field("scope", &Instructed::scope),
                      field("computers", &Instructed::computers));
  }
  bool operator==(const Instructed&) const = default;
};

// A computer is at work on it.
struct InstructionTaken {
  ComputerId computer;
  InstructionId instruction;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &InstructionTaken::computer),
                      field("instruction", &InstructionTaken::instruction));
  }
  bool operator==(const InstructionTaken&) const = default;
};

// A computer answered.
struct InstructionFinished {
  ComputerId computer;
  InstructionId instruction;
  bool succeeded = false;
  UpdateFault cause{};
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &InstructionFinished::computer),
                      field("instruction", &InstructionFinished::instruction),
                      field("succeeded", &InstructionFinished::succeeded),
                      field("cause", &InstructionFinished::cause),
                      field("detail", &InstructionFinished::detail));
  }
  bool operator==(const InstructionFinished&) const = default;
};

// Computers that have not answered yet need not.
struct InstructionCancelled {
  InstructionId instruction;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("instruction", &InstructionCancelled::instruction));
  }
  bool operator==(const InstructionCancelled&) const = default;
};

// An update failed on a computer outside an instruction.
struct ComputerUpdateFailed {
  ComputerId computer;
  std::string what;
  UpdateFault cause{};
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &ComputerUpdateFailed::computer),
                      field("what", &ComputerUpdateFailed::what),
                      field("cause", &ComputerUpdateFailed::cause),
                      field("detail", &ComputerUpdateFailed::detail));
  }
  bool operator==(const ComputerUpdateFailed&) const = default;
};

// It missed its heartbeats.
struct ComputerSilent {
  ComputerId computer;
  Time last_contact;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &ComputerSilent::computer),
                      field("last_contact", &ComputerSilent::last_contact));
  }
  bool operator==(const ComputerSilent&) const = default;
};

// It is heard again.
struct ComputerReturned {
  ComputerId computer;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &ComputerReturned::computer));
  }
  bool operator==(const ComputerReturned&) const = default;
};

// The site's command after a change ended.
struct HookFinished {
  ComputerId computer;
  std::int32_t exit_status = 0;
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &HookFinished::computer),
                      field("exit_status", &HookFinished::exit_status),
                      field("detail", &HookFinished::detail));
  }
  bool operator==(const HookFinished&) const = default;
};

// A certificate for a computer or relay.
struct IdentityIssued {
  ComputerId computer;
  std::string serial;
  Time expires_at;
  bool renewal = false;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &IdentityIssued::computer),
                      field("serial", &IdentityIssued::serial),
                      field("expires_at", &IdentityIssued::expires_at),
                      field("renewal", &IdentityIssued::renewal));
  }
  bool operator==(const IdentityIssued&) const = default;
};

// Its certificate counts no longer.
struct IdentityRevoked {
  ComputerId computer;
  std::string serial;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &IdentityRevoked::computer),
                      field("serial", &IdentityRevoked::serial));
  }
  bool operator==(const IdentityRevoked&) const = default;
};

// Two live sessions used one identity.
struct CloneDetected {
  ComputerId computer;
  std::string serial;
  std::string first_address;
  std::string second_address;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &CloneDetected::computer),
                      field("serial", &CloneDetected::serial),
                      field("first_address", &CloneDetected::first_address),
                      field("second_address", &CloneDetected::second_address));
  }
  bool operator==(const CloneDetected&) const = default;
};

// A folder of computers.
struct GroupCreated {
  GroupId group;
  std::optional<GroupId> parent;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("group", &GroupCreated::group), field("parent", &GroupCreated::parent));
  }
  bool operator==(const GroupCreated&) const = default;
};

// Its parent.
struct GroupChanged {
  GroupId group;
  std::optional<GroupId> parent;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("group", &GroupChanged::group), field("parent", &GroupChanged::parent));
  }
  bool operator==(const GroupChanged&) const = default;
};

// Only when empty.
struct GroupDeleted {
  GroupId group;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("group", &GroupDeleted::group));
  }
  bool operator==(const GroupDeleted&) const = default;
};

// A filter over computers with a name.
struct SearchSaved {
  SearchId search;
  std::string filter;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("search", &SearchSaved::search), field("filter", &SearchSaved::filter));
  }
  bool operator==(const SearchSaved&) const = default;
};

// The name is free again.
struct SearchDeleted {
  SearchId search;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("search", &SearchDeleted::search));
  }
  bool operator==(const SearchDeleted&) const = default;
};

}  // namespace ledger::domain
