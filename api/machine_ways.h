// What machines are told alike, whoever of them asks: where content comes from, how often to
// report, what the settings allow. Made once and kept until a view of it changes, since every
// heartbeat asks.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "api/services.h"
#include "ledger/result.h"
#include "updates/machine/wire.h"

namespace api {

struct MachineWays {
  struct Group {
    std::optional<domain::RelayGroupId> parent;
    bool air_gapped = false;
  };
  struct PatternFile {
    domain::Digest digest;
    std::uint64_t bytes = 0;
    std::optional<domain::SourceId> source;
  };

  std::vector<ledger::updates::machine::wire::Source> sources;  // Enabled ones with a trusted root.
  std::map<domain::RelayGroupId, Group> groups;                 // Without the default one.
  std::map<domain::RelayGroupId, std::vector<ledger::updates::machine::wire::Relay>> relays;
  std::map<domain::ComputerId, domain::RelayGroupId> serves;  // Which group a relay is of.
  std::map<std::string, PatternFile> patterns;  // By "component/platform/version"; not retired.
  bool direct_when_no_relay = false;
  bool download_without_manager = false;
  bool all_platforms = false;
  domain::Duration heartbeat_interval;
  std::uint64_t heartbeats_missed = 0;
  std::map<domain::PolicyId, domain::Duration> intervals;  // Of policies that have another.
  std::string primary_source;                              // As the setting has it.

  // What read() reads.
  static constexpr projections::View views[] = {
      projections::View::settings, projections::View::policy_settings,
      projections::View::policies, projections::View::sources,
      projections::View::relays,   projections::View::relay_groups,
      projections::View::patterns};

  // Errors: corrupt, io.
  static ledger::Result<MachineWays> read(const projections::Snapshot& snapshot,
                                          const ledger::store::EventLog& log);

  // Relays that serve a group, without `asker`.
  std::vector<ledger::updates::machine::wire::Relay> relays_of(
      const domain::RelayGroupId& group, const domain::ComputerId& asker) const;
  // Its file, of the computer's platform or of any. Null: it is not offered.
  const PatternFile* find(const domain::ComponentName& component, const domain::Platform& platform,
                          const std::string& version) const;
};

class MachineWaysBook {
 public:
  explicit MachineWaysBook(const Services& services) : services_(services) {}
  // As of the newest views. Errors: corrupt, io. Thread: any.
  ledger::Result<std::shared_ptr<const MachineWays>> newest();

 private:
  const Services& services_;
  std::mutex mutex_;
  domain::Position changed_;  // The newest event that may have changed it.
  std::shared_ptr<const MachineWays> kept_;
};

}  // namespace api
