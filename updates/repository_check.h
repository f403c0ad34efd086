// A check of a source that is a repository of TUF: brings this manager's copy of it up to date, and
// tells what came as the commands that report it. It decides nothing.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "ledger/domain/command.h"
#include "updates/content_store.h"
#include "updates/mirror.h"
#include "updates/tuf/transport.h"

namespace ledger::updates {

// A version of a pattern that is recorded.
struct KnownPattern {
  domain::ComponentName component;
  domain::Platform platform;
  std::string version;
  domain::Digest digest;
  domain::Time released_at;
  bool retired = false;
  bool current = false;
  std::optional<domain::SourceId> source;  // Whose check found it.
};

struct RepositoryCheckRequest {
  domain::SourceId source;
  domain::OperationId check;
  domain::Digest trust_root;
  domain::DownloadMode download{};
  std::vector<std::string> urls;  // Asked one after the other while the way is at fault.
  std::map<domain::RuleUpdateId, domain::Digest> imported;
  std::set<domain::Digest> given_up;  // Of rule updates that were deleted: not fetched again.
  std::vector<KnownPattern> patterns;
  std::uint64_t root_version = 0;  // Of the root recorded last; 0: none since the one pinned.
};

// What a check is doing now, for whoever watches it.
struct CheckProgress {
  enum class Phase { asking, downloading, recording };
  Phase phase{};
  std::uint64_t done = 0;  // Bytes of all targets that it has to fetch.
  std::uint64_t total = 0;
  std::string target;  // On its way; empty: none.
  std::uint64_t target_done = 0;
  std::uint64_t target_total = 0;
};

struct RepositoryCheckParts {
  Mirror& mirror;
  ContentStore& content;
  std::function<Result<std::unique_ptr<tuf::Transport>>(const std::string& url)> open;
  std::function<void(domain::CommandPayload)> submit;
  std::function<domain::Time()> now;
  // Whether to try once more after so many attempts that failed; waits before it says so.
  std::function<bool(unsigned)> again;
  std::stop_token stop;
  std::function<void(const CheckProgress&)> progress = {};  // Null: nobody watches.
};

// Submits in this order: of each target that comes, ReportDownloadStarted and then
// ReportDownloadFinished or ReportDownloadFailed; ReportTrustRoot for each new root;
// ImportRuleUpdate, older ones first; ReleasePattern, RetirePattern;
// ReportVerificationFailed for whatever is not what it should be; and at last ReportSourceChecked
// or ReportSourceCheckFailed, which ends the check. What expired brings nothing new, and all that
// was there before stays. With DownloadMode::check_only there is only the end.
// What is told is what the record lacks of what is here, so that a check which ended with its
// process leaves nothing untold. One that is stopped submits no end: it is taken up again.
// Thread: one at a time for each mirror.
void check_repository(const RepositoryCheckRequest& request, const RepositoryCheckParts& parts);

// The same of a bundle, after this manager's copy took it: from ReportTrustRoot on. The source
// itself was not asked; `parts.open` and `parts.again` are not used. Thread: as above.
void report_bundle(const RepositoryCheckRequest& request, const RepositoryCheckParts& parts,
                   const domain::Digest& bundle);

// Between checks: takes a timestamp that was only signed again, so that whoever is served from here
// finds it fresh. False: there is news, which waits for a check.
Result<bool, PullFailure> freshen(Mirror& mirror, tuf::Transport& transport, domain::Time now);

}  // namespace ledger::updates
