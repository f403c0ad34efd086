// Relay groups and relays: who distributes to whom, and whether each relay serves what it should.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/computer_status.h"
#include "ledger/domain/decider.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/since.h"

namespace ledger::domain {

struct RelayGroup {
  std::optional<RelayGroupId> parent;  // Absent: it pulls from the primary source.
  bool air_gapped = false;
  std::string description;
};

struct Relay {
  RelayGroupId relay_group;
  std::string url;
  Since registered;
  std::optional<RelayReported> report;  // The last one recorded.
  std::optional<Since> reported;
  std::optional<Since> unavailable_since;
  std::optional<Since> low_since;  // Its disk, below limits::relay_free_bytes_low.
};

// The group that relays join and computers use unless told otherwise. It is always there.
const RelayGroupId& default_relay_group();

struct Relays {
  std::map<RelayGroupId, RelayGroup> groups{{default_relay_group(), RelayGroup{}}};
  std::map<ComputerId, Relay> relays;

  const Relay* find(const ComputerId& id) const;
  bool is_within(const RelayGroupId& id, const RelayGroupId& ancestor) const;  // Itself included.
};

struct SyncState {
  bool in_sync = false;
  SyncReason reason{};  // `none` exactly if in sync.
  Since since;          // Of being in sync, or of not being so.

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("in_sync", &SyncState::in_sync), field("reason", &SyncState::reason),
                      field("since", &SyncState::since));
  }
  bool operator==(const SyncState&) const = default;
};

// What every relay should serve at a moment.
struct SyncExpectations {
  std::uint64_t metadata_version = 0;     // The newest of any enabled source,
  std::optional<Since> metadata_since;    // and when the first of them was found at it.
  std::vector<ExpectedPattern> patterns;  // By component; what was superseded does not count.
  std::optional<RuleUpdateId> rule_update;
  Since rule_update_since;

  void note_metadata(const Since& since);
};
SyncExpectations sync_expectations(const World&);

// What one relay is and said, as the world or a row of any past moment has it.
struct RelayFacts {
  Since registered;
  std::optional<Since> reported;
  std::optional<Since> unavailable;
  bool air_gapped = false;  // Its group is.
  std::uint64_t metadata_version = 0;
  const std::vector<ComponentVersion>* components = nullptr;  // By component; never null.
  std::optional<RuleUpdateId> rule_update;
  SyncReason reason{};  // As it said.
};

// A relay is in sync when it serves the latest metadata that was downloaded, and nothing it says it
// serves is older than the latest. What it does not mention it may still fetch when asked.
SyncState sync_of(const SyncExpectations&, const RelayFacts&);
SyncState sync_of(const World&, const SyncExpectations&, const Relay&);
inline SyncState sync_of(const World& world, const Relay& relay) {
  return sync_of(world, sync_expectations(world), relay);
}

// That a computer takes the relay role. Errors: not_found ("relay-group-unknown"), invalid
// ("url-too-long"), refused ("too-many-relays").
Result<NewEvent> joining_relay(const World&, const ComputerId&, const RelayGroupId&,
                               const std::string& url);

Decision decide(const World&, const Command&, const CreateRelayGroup&, const Moment&);
Decision decide(const World&, const Command&, const ChangeRelayGroup&, const Moment&);
Decision decide(const World&, const Command&, const DeleteRelayGroup&, const Moment&);
Decision decide(const World&, const Command&, const RegisterRelay&, const Moment&);
Decision decide(const World&, const Command&, const RemoveRelay&, const Moment&);
Decision decide(const World&, const Command&, const ReportRelay&, const Moment&);
Decision decide(const World&, const Command&, const ReportRelayUnavailable&, const Moment&);

void evolve(World&, const Event&, const RelayGroupCreated&);
void evolve(World&, const Event&, const RelayGroupChanged&);
void evolve(World&, const Event&, const RelayGroupDeleted&);
void evolve(World&, const Event&, const RelayRegistered&);
void evolve(World&, const Event&, const RelayRemoved&);
void evolve(World&, const Event&, const RelayReported&);
void evolve(World&, const Event&, const RelayUnavailable&);
void evolve(World&, const Event&, const RelayAvailable&);
void evolve(World&, const Event&, const RelayGroupUpdateRequested&);

}  // namespace ledger::domain
