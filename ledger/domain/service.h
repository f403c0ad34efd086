// What the ledger records about itself: its life, its digests and verifications, bookmarks,
// refusals.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/decider.h"
#include "ledger/domain/witnesses.h"

namespace ledger::domain {

struct Service {
  bool running = false;  // Started and not stopped: what a crash leaves behind.
  std::uint64_t starts = 0;
  std::optional<ViewsDigested> last_digests;
  std::optional<LedgerVerified> last_verification;
  std::optional<Time> last_verification_at;
  std::optional<ClockStepped> last_clock_step;
  std::map<BookmarkId, Position> bookmarks;
  std::map<std::string, SigningKeyIntroduced> signing_keys;  // In use, by key id.
  Witnesses witnesses;
};

Decision decide(const World&, const Command&, const RecordServiceStarted&, const Moment&);
Decision decide(const World&, const Command&, const RecordServiceStopped&, const Moment&);
Decision decide(const World&, const Command&, const RecordViewsDigested&, const Moment&);
Decision decide(const World&, const Command&, const RecordVerification&, const Moment&);
Decision decide(const World&, const Command&, const RecordSigningKey&, const Moment&);
Decision decide(const World&, const Command&, const RecordBackup&, const Moment&);
Decision decide(const World&, const Command&, const RecordRestore&, const Moment&);
Decision decide(const World&, const Command&, const RecordExport&, const Moment&);
Decision decide(const World&, const Command&, const RecordEvidence&, const Moment&);
Decision decide(const World&, const Command&, const RecordReport&, const Moment&);
Decision decide(const World&, const Command&, const RetireSigningKey&, const Moment&);
Decision decide(const World&, const Command&, const RecordAccessDenied&, const Moment&);
Decision decide(const World&, const Command&, const RecordSignInFailed&, const Moment&);
Decision decide(const World&, const Command&, const SetBookmark&, const Moment&);
Decision decide(const World&, const Command&, const RemoveBookmark&, const Moment&);

// The wall clock was found behind the last recorded time.
void clock_due(const World&, const Tick&, std::vector<NewEvent>& events);

void evolve(World&, const Event&, const ServiceStarted&);
void evolve(World&, const Event&, const ServiceStopped&);
void evolve(World&, const Event&, const ViewsDigested&);
void evolve(World&, const Event&, const LedgerVerified&);
void evolve(World&, const Event&, const SigningKeyIntroduced&);
void evolve(World&, const Event&, const SigningKeyRetired&);
void evolve(World&, const Event&, const BackupCreated&);
void evolve(World&, const Event&, const LedgerRestored&);
void evolve(World&, const Event&, const ExportMade&);
void evolve(World&, const Event&, const EvidenceIssued&);
void evolve(World&, const Event&, const ReportMade&);
void evolve(World&, const Event&, const CommandRefused&);
void evolve(World&, const Event&, const AccessDenied&);
void evolve(World&, const Event&, const SignInFailed&);
void evolve(World&, const Event&, const BookmarkSet&);
void evolve(World&, const Event&, const BookmarkRemoved&);
void evolve(World&, const Event&, const ClockStepped&);

}  // namespace ledger::domain
