// Update sources: what is configured, whether it can be reached, and what the last check found.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/domain/decider.h"
#include "ledger/domain/since.h"

namespace ledger::domain {

struct Source {
  SourceConfigured facts;
  std::optional<OperationId> check;  // Under way.
  std::optional<Position> check_requested_at;
  std::optional<Time> last_success;
  std::uint64_t metadata_version = 0;
  Since metadata_since;  // When a check first found that version.
  std::optional<Digest> metadata_digest;
  std::optional<Time> metadata_expires_at;
  std::uint32_t warned_days = 0;  // Of the expiry warnings given: 30, 14, 7 or 1; 0: none.
  bool expired = false;
  std::optional<Time> unreachable_since;
  std::string unreachable_detail;
  std::optional<Time> verification_failed_at;  // Until a later check succeeds.
  std::string verification_failure;
  std::string warned_role;              // Whose end was warned of, by a check;
  std::optional<Time> warned_expiry;    // the first of them.
  std::optional<Time> equivocation_at;  // Stays until somebody dismisses its alert.
  std::string equivocation;
  std::uint64_t root_version = 0;  // Recorded last since its root was pinned; 0: none but that.
};

struct Sources {
  std::map<SourceId, Source> sources;
  std::uint64_t checks = 0;  // Names checks.
  std::optional<Time> last_check;
  std::optional<Time> last_download;

  const Source* find(const SourceId& id) const;
  // The newest metadata version any enabled source was found at.
  std::uint64_t latest_metadata_version() const;
};

// Where a source is asked: at its own URL, or the one that is named vendor at what the setting
// primary_source says instead.
std::string asked_url(const SourceId& source, const std::string& own_url,
                      std::string_view primary_source);

Decision decide(const World&, const Command&, const ConfigureSource&, const Moment&);
Decision decide(const World&, const Command&, const RemoveSource&, const Moment&);
Decision decide(const World&, const Command&, const RequestSourceCheck&, const Moment&);
Decision decide(const World&, const Command&, const ReportSourceChecked&, const Moment&);
Decision decide(const World&, const Command&, const ReportSourceCheckFailed&, const Moment&);
Decision decide(const World&, const Command&, const ReportVerificationFailed&, const Moment&);
Decision decide(const World&, const Command&, const RecordBundleCreated&, const Moment&);
Decision decide(const World&, const Command&, const RecordBundleImported&, const Moment&);
Decision decide(const World&, const Command&, const RecordBundleRefused&, const Moment&);
Decision decide(const World&, const Command&, const ReportTrustRoot&, const Moment&);
Decision decide(const World&, const Command&, const ReportDownloadStarted&, const Moment&);
Decision decide(const World&, const Command&, const ReportDownloadFinished&, const Moment&);
Decision decide(const World&, const Command&, const ReportDownloadFailed&, const Moment&);
// A relay says that it serves this version: under another digest than was seen before, the source,
// or somebody in its place, shows two faces.
void compare_views(const World&, const ReportRelay&, std::vector<NewEvent>& events);
// Somebody has what this ledger does not know of: asks the sources that answered last, unless any
// was asked lately. Caused by the last of `events`.
void look_for_news(const World&, Time now, std::vector<NewEvent>& events);
// Warnings that metadata is about to expire, and its expiry.
void sources_due(const World&, Time now, std::vector<NewEvent>& events);

void evolve(World&, const Event&, const SourceConfigured&);
void evolve(World&, const Event&, const SourceRemoved&);
void evolve(World&, const Event&, const SourceCheckRequested&);
void evolve(World&, const Event&, const SourceChecked&);
void evolve(World&, const Event&, const SourceCheckFailed&);
void evolve(World&, const Event&, const SourceUnreachable&);
void evolve(World&, const Event&, const SourceReachable&);
void evolve(World&, const Event&, const MetadataExpiring&);
void evolve(World&, const Event&, const MetadataExpired&);
void evolve(World&, const Event&, const TrustRootAdvanced&);
void evolve(World&, const Event&, const ContentVerificationFailed&);
void evolve(World&, const Event&, const EquivocationDetected&);
void evolve(World&, const Event&, const DownloadStarted&);
void evolve(World&, const Event&, const DownloadFinished&);
void evolve(World&, const Event&, const DownloadFailed&);
void evolve(World&, const Event&, const BundleCreated&);
void evolve(World&, const Event&, const BundleImported&);
void evolve(World&, const Event&, const BundleRefused&);

}  // namespace ledger::domain
