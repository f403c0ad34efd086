// A copy of a TUF repository, verified as it comes and served as it is. The manager has one of each
// source, a relay has one of each source that it distributes, and a bundle is one in a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/ids.h"
#include "ledger/result.h"
#include "updates/content_store.h"
#include "updates/served_file.h"
#include "updates/tuf/metadata.h"
#include "updates/tuf/transport.h"

namespace ledger::updates {

// A target that the newest metadata lists.
struct MirrorTarget {
  std::string path;    // "rules/26-012.json", "patterns/virus/linux/19.123.00/virus.hdb".
  std::string custom;  // JSON; empty: none.
  domain::Digest digest;
  std::uint64_t bytes = 0;

  bool operator==(const MirrorTarget&) const = default;
};

// What is served: the snapshot says it, since the timestamp is signed again without news.
struct MirrorState {
  std::uint64_t root_version = 0;
  std::uint64_t snapshot_version = 0;  // 0: nothing was ever pulled whole.
  domain::Digest snapshot_digest;
  domain::Digest root_digest;
  std::map<std::string, domain::Time> expires;  // By role; delegated ones too.
  std::vector<MirrorTarget> targets;            // In order of path.
};

struct PullOptions {
  domain::Time now;
  // Which targets to have bytes of; null: all. Those in `content` already are not fetched again.
  std::function<bool(const MirrorTarget&)> wanted;
  // Told as bytes come, of one target: done and total.
  std::function<void(const MirrorTarget&, std::uint64_t, std::uint64_t)> progress;
  std::function<void(const MirrorTarget&)> stored;
  std::stop_token stop;
  // Told what the metadata says, once it is verified and before targets come.
  std::function<void(const MirrorState&)> verified = {};
  // Whether to go on with a target whose transfer broke off, after so many attempts in a row that
  // brought nothing of it; waits as long as it should. Null: no.
  std::function<bool(unsigned)> again = {};
};

// Why a pull did not end well, and who is to blame: the way, the repository or this disk.
struct PullFailure {
  domain::SourceFault cause{};
  std::string code;    // Of the error underneath: "tuf-expired", "tuf-threshold", ...
  std::string detail;  // One sentence for people.
  std::string role;    // Or
  std::string target;  // what was not authentic; empty: neither.
};

// Thread: pull() and pin() one at a time; the rest any.
class Mirror {
 public:
  // `directory` has the trusted metadata and what is served; bytes of targets are in `content`.
  // Errors: io.
  static Result<std::unique_ptr<Mirror>> open(std::filesystem::path directory,
                                              ContentStore& content);
  virtual ~Mirror() = default;

  // The first trust. Later calls with the same root change nothing; with another one they start
  // over from it, since whoever pins says that the old one no longer counts.
  // Errors: invalid (of metadata), io.
  virtual Result<void> pin(const std::string& root) = 0;
  // Whether some root is pinned, and which: SHA-256 of its bytes.
  virtual std::optional<domain::Digest> pinned() const = 0;

  // Refreshes, fetches what is wanted, then serves the new state at once: metadata becomes visible
  // only when every wanted target is there; timestamp.json last. A failure changes nothing served.
  virtual Result<MirrorState, PullFailure> pull(tuf::Transport& transport,
                                                const PullOptions& options) = 0;
  // The same without targets: is there news?
  virtual Result<MirrorState, PullFailure> look(tuf::Transport& transport, domain::Time now) = 0;

  virtual MirrorState state() const = 0;  // Of what is served.
  // "metadata/timestamp.json", "targets/rules/<sha256>.26-012.json", percent-encoded as in a URL.
  // Errors: not_found ("file-unknown"), also for whatever would lead out of the repository.
  virtual Result<ServedFile> find(const std::string& path, Belief belief = Belief::kept) const = 0;
};

// The root with this digest among 1.root.json ... of a repository whose pin is known by digest
// only. Errors: not_found ("root-unknown"; "file-unknown": it has no root at all), those of the
// transport.
Result<std::string> fetch_pinned_root(tuf::Transport& transport, const domain::Digest& digest);

}  // namespace ledger::updates
