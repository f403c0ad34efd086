// What machines and the manager say to each other, as JSON: the same structs on both sides. A
// reader passes over members that it does not know, so that either side can be newer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/computer_status.h"
#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::updates::machine::wire {

using domain::field;
using domain::field_list;

// GET /v1/computers/{computer}/instructions
// --------------------------------------------------------

struct ExpectedComponent {
  domain::ComponentName component;
  std::string running;  // Empty: nothing.
  std::string expected;
  std::optional<domain::Since> behind_since;  // Absent: it is not behind.
  std::optional<domain::Digest> digest;       // Of the file; absent: it is offered no longer.
  std::uint64_t bytes = 0;
  std::optional<domain::SourceId> source;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("component", &ExpectedComponent::component),
                      field("running", &ExpectedComponent::running),
                      field("expected", &ExpectedComponent::expected),
                      field("behind_since", &ExpectedComponent::behind_since),
                      field("digest", &ExpectedComponent::digest),
                      field("bytes", &ExpectedComponent::bytes),
                      field("source", &ExpectedComponent::source));
  }
};

struct OwedInstruction {
  domain::InstructionId instruction;
  domain::InstructionAction action{};
  domain::Position given;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("instruction", &OwedInstruction::instruction),
                      field("action", &OwedInstruction::action),
                      field("given", &OwedInstruction::given));
  }
};

struct Relay {
  domain::ComputerId relay;
  std::string url;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("relay", &Relay::relay), field("url", &Relay::url));
  }
};

struct Source {
  domain::SourceId source;
  std::string url;
  std::string alternative_url;
  std::string proxy;
  domain::Digest trust_root;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &Source::source), field("url", &Source::url),
                      field("alternative_url", &Source::alternative_url),
                      field("proxy", &Source::proxy), field("trust_root", &Source::trust_root));
  }
};

// What a relay's group pulls from.
struct RelayOrders {
  bool air_gapped = false;
  std::vector<Relay> parents;
  bool all_platforms = false;
  std::vector<domain::Platform> platforms;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("air_gapped", &RelayOrders::air_gapped),
                      field("parents", &RelayOrders::parents),
                      field("all_platforms", &RelayOrders::all_platforms),
                      field("platforms", &RelayOrders::platforms));
  }
};

struct Orders {
  domain::Duration heartbeat_interval;
  std::vector<ExpectedComponent> expected;
  std::optional<domain::ExpectedRuleset> expected_ruleset;
  std::vector<OwedInstruction> instructions;  // Oldest first.
  domain::RelayGroupId relay_group;
  std::vector<Relay> relays;
  std::vector<Source> sources;
  bool direct_when_no_relay = false;
  bool download_without_manager = false;
  std::optional<RelayOrders> as_relay;

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("heartbeat_interval", &Orders::heartbeat_interval),
        field("expected", &Orders::expected), field("expected_ruleset", &Orders::expected_ruleset),
        field("instructions", &Orders::instructions), field("relay_group", &Orders::relay_group),
        field("relays", &Orders::relays), field("sources", &Orders::sources),
        field("direct_when_no_relay", &Orders::direct_when_no_relay),
        field("download_without_manager", &Orders::download_without_manager),
        field("as_relay", &Orders::as_relay));
  }
};

// GET /v1/computers/{computer}/ruleset
// -------------------------------------------------------------

struct Rule {
  domain::RuleId rule;
  domain::Module module{};
  std::string name;
  std::uint32_t version = 0;
  domain::Digest body_digest;
  std::string body;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("rule", &Rule::rule), field("module", &Rule::module),
                      field("name", &Rule::name), field("version", &Rule::version),
                      field("body_digest", &Rule::body_digest), field("body", &Rule::body));
  }
};

struct Ruleset {
  domain::Digest ruleset;
  std::optional<domain::RuleUpdateId> update;
  std::vector<Rule> rules;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("ruleset", &Ruleset::ruleset), field("update", &Ruleset::update),
                      field("rules", &Ruleset::rules));
  }
};

// POST of what a machine says
// ----------------------------------------------------------------------

struct Report {
  std::uint64_t sequence = 0;
  std::vector<domain::ComponentVersion> components;
  std::optional<domain::Digest> ruleset;
  std::optional<domain::RuleUpdateId> rule_update;
  std::optional<domain::Time> occurred_at;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("sequence", &Report::sequence),
                      field("components", &Report::components), field("ruleset", &Report::ruleset),
                      field("rule_update", &Report::rule_update),
                      field("occurred_at", &Report::occurred_at));
  }
};

struct Heard {
  bool news = false;
  domain::Duration heartbeat_interval;
  // The newest event that may have changed the orders of this computer: whoever asked for them
  // when it was the same need not ask again. Absent: ask.
  std::optional<domain::Position> orders_changed;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("news", &Heard::news),
                      field("heartbeat_interval", &Heard::heartbeat_interval),
                      field("orders_changed", &Heard::orders_changed));
  }
};

struct Finished {
  bool succeeded = false;
  domain::UpdateFault cause{};
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("succeeded", &Finished::succeeded), field("cause", &Finished::cause),
                      field("detail", &Finished::detail));
  }
};

struct Failure {
  std::string what;
  domain::UpdateFault cause{};
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("what", &Failure::what), field("cause", &Failure::cause),
                      field("detail", &Failure::detail));
  }
};

struct HookResult {
  std::int32_t exit_status = 0;
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("exit_status", &HookResult::exit_status),
                      field("detail", &HookResult::detail));
  }
};

struct NotAuthentic {
  domain::SourceId source;
  std::string target;
  std::string role;
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &NotAuthentic::source),
                      field("target", &NotAuthentic::target), field("role", &NotAuthentic::role),
                      field("detail", &NotAuthentic::detail));
  }
};

// "reason" is everybody's word for why something is asked, so a relay's is called "why".
struct RelayReport {
  std::uint64_t metadata_version = 0;
  std::optional<domain::Digest> metadata_digest;
  domain::SyncReason why{};
  std::vector<domain::ComponentVersion> components;
  std::optional<domain::RuleUpdateId> rule_update;
  std::uint64_t free_bytes = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("metadata_version", &RelayReport::metadata_version),
                      field("metadata_digest", &RelayReport::metadata_digest),
                      field("why", &RelayReport::why),
                      field("components", &RelayReport::components),
                      field("rule_update", &RelayReport::rule_update),
                      field("free_bytes", &RelayReport::free_bytes));
  }
};

// Joining and renewing
// -----------------------------------------------------------------------------

struct Enrolment {
  domain::ComputerId computer;
  std::string name;
  domain::Platform platform;
  std::string agent_version;
  std::vector<domain::Module> modules;
  std::vector<std::string> labels;
  std::optional<std::string> certificate_request;  // Absent: it is to speak by a token.
  std::optional<std::string> relay_url;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("computer", &Enrolment::computer), field("name", &Enrolment::name),
                      field("platform", &Enrolment::platform),
                      field("agent_version", &Enrolment::agent_version),
                      field("modules", &Enrolment::modules), field("labels", &Enrolment::labels),
                      field("certificate_request", &Enrolment::certificate_request),
                      field("relay_url", &Enrolment::relay_url));
  }
};

struct Renewal {
  std::string certificate_request;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("certificate_request", &Renewal::certificate_request));
  }
};

struct Issued {
  std::string certificate;
  std::string authority;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("certificate", &Issued::certificate),
                      field("authority", &Issued::authority));
  }
};

}  // namespace ledger::updates::machine::wire
