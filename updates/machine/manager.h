// The manager as relays and agents see it. They reach it over HTTP like anyone else; in tests and
// in the simulation it is an object.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/computer_status.h"
#include "ledger/domain/event_types.h"
#include "ledger/domain/ids.h"
#include "ledger/result.h"

namespace ledger::updates::machine {

// What is in effect here.
struct Report {
  std::uint64_t sequence = 0;  // Grows with each report; kept across restarts.
  std::vector<domain::ComponentVersion> components;
  std::optional<domain::Digest> ruleset;
  std::optional<domain::RuleUpdateId> rule_update;
  domain::Time occurred_at;
};

struct ExpectedPattern {
  domain::ComponentName component;
  std::string version;
  domain::Digest digest;  // Of its file: what was decided.
  std::uint64_t bytes = 0;
  std::optional<domain::SourceId> source;
};

struct Instruction {
  domain::InstructionId instruction;
  domain::InstructionAction action{};
};

// A repository of TUF and the root to begin with.
struct OrderedSource {
  domain::SourceId source;
  std::string url;
  std::string alternative_url;
  std::string proxy;
  domain::Digest trust_root;  // SHA-256 of the pinned root's bytes.
};

struct OrderedRelay {
  domain::ComputerId relay;
  std::string url;  // Its repositories are under <url>/repository/<source>/.
};

// What a computer is to do and where it may get it.
struct Orders {
  domain::Duration heartbeat_interval;
  std::vector<ExpectedPattern> expected;
  std::optional<domain::ExpectedRuleset> expected_ruleset;
  std::vector<Instruction> instructions;  // Oldest first.
  domain::RelayGroupId relay_group;
  std::vector<OrderedRelay> relays;  // Of the group that this computer downloads from.
  std::vector<OrderedSource> sources;
  bool direct_when_no_relay = false;      // Settings: agents_may_use_primary_source,
  bool download_without_manager = false;  // agents_may_download_without_manager.
  // Of a relay only: what its group pulls from.
  bool is_relay = false;
  bool air_gapped = false;
  std::vector<OrderedRelay> parents;        // Relays of the parent group; none: a top group.
  bool all_platforms = false;               // Setting: relays_download_all_platforms.
  std::vector<domain::Platform> platforms;  // Of computers of its group and below, if not all.
};

// One rule that is to be in force, with its body.
struct OrderedRule {
  domain::RuleId rule;
  domain::Module module{};
  std::string name;
  std::string version;
  domain::Digest body_digest;
  std::string body;
};

struct OrderedRuleset {
  domain::Digest ruleset;
  std::optional<domain::RuleUpdateId> update;
  std::vector<OrderedRule> rules;  // In order of id; their digest is `ruleset` (decision D5).
};

struct Failure {
  std::string what;  // "patterns", "rules".
  domain::UpdateFault cause{};
  std::string detail;
};

struct RelayReport {
  std::uint64_t metadata_version = 0;
  std::optional<domain::Digest> metadata_digest;
  domain::SyncReason reason{};
  std::vector<domain::ComponentVersion> components;
  std::optional<domain::RuleUpdateId> rule_update;
  std::uint64_t free_bytes = 0;
};

// Errors of all: unavailable ("manager-unreachable", "manager-busy": try later), refused
// ("identity-refused": certificate or token opens nothing any more), those that the manager
// answers. Thread: one at a time; blocks for as long as a request may take.
class Manager {
 public:
  virtual ~Manager() = default;
  // The interval until the next one.
  virtual Result<domain::Duration> report(const Report& report) = 0;
  virtual Result<Orders> orders() = 0;
  virtual Result<OrderedRuleset> ruleset() = 0;
  virtual Result<void> take(const domain::InstructionId& instruction) = 0;
  // `detail` empty on success. Repeating an answer that was given is no error.
  virtual Result<void> finish(const domain::InstructionId& instruction, domain::UpdateFault cause,
                              const std::string& detail) = 0;
  virtual Result<void> failed(const Failure& failure) = 0;
  virtual Result<void> hook_finished(std::int32_t exit_status, const std::string& detail) = 0;
  virtual Result<void> relay_report(const RelayReport& report) = 0;
  // Something came that is not what was signed: `observer` is this computer.
  virtual Result<void> not_authentic(const domain::SourceId& source, const std::string& target,
                                     const std::string& role, const std::string& detail) = 0;
};

}  // namespace ledger::updates::machine
