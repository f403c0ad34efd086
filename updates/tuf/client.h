// TUF's client workflow: fetches what the trusted set asks for, and keeps what it accepted.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "updates/tuf/metadata_directory.h"
#include "updates/tuf/transport.h"
#include "updates/tuf/trusted_set.h"

namespace ledger::updates::tuf {

struct FoundTarget {
  std::string path;
  Target target;
  // What it was verified under, of each role on the way: for the record.
  std::map<std::string, std::uint64_t> versions;
  bool consistent_snapshot = true;
};

// Thread: one at a time.
class Client {
 public:
  // Errors: not_found ("tuf-no-root": nothing is pinned), and those of the root that is kept.
  static Result<Client> open(MetadataDirectory kept, Transport& transport, domain::Time now);
  // Pins a root: the first trust, which nothing but its bringer can vouch for.
  static Result<void> pin(const MetadataDirectory& kept, const std::string& root);

  // Root, timestamp, snapshot, targets; each is kept once it is accepted. After an error what was
  // accepted is kept, and another run can go on from there.
  Result<void> refresh();

  // After refresh(): what the repository says of this path, asking its delegations in order.
  // Errors: not_found ("target-unknown"), and those of metadata.
  Result<FoundTarget> find(const std::string& path);

  // After refresh(): all that the repository says, for whoever copies it. Of a path that several
  // roles list, what find() answers. Errors: refused ("tuf-too-many-roles"), those of metadata.
  struct Listing {
    std::vector<FoundTarget> targets;              // In order of path.
    std::map<std::string, const Metadata*> roles;  // Of targets, "targets" among them.
  };
  Result<Listing> list();

  const TrustedSet& trusted() const { return trusted_; }
  // Top-level targets, and of one delegated role, fetched when it is not there yet.
  Result<const Metadata*> targets_of(const std::string& role);

 private:
  Client(MetadataDirectory kept, Transport& transport, TrustedSet trusted)
      : kept_(std::move(kept)), transport_(transport), trusted_(std::move(trusted)) {}

  Result<void> update_root();
  Result<void> update_timestamp();
  Result<void> update_snapshot();
  Result<std::string> load_targets(const std::string& parent_chain, const std::string& role);
  std::string versioned(const std::string& role, std::uint64_t version) const;

  MetadataDirectory kept_;
  Transport& transport_;
  TrustedSet trusted_;
};

// Fetches a target to `sink`, and compares length and hashes: what the sink has is only good when
// this succeeds. A transfer that broke off goes on where it was while `again` says so; it is told
// how many attempts in a row brought nothing. What the sink has from before is told by `earlier`,
// from the first byte on; only what follows it is asked for.
// Errors: corrupt ("tuf-length", "tuf-hash"), those of transport, sink and `earlier`.
using Again = std::function<bool(unsigned)>;
using Earlier = std::function<Result<void>(const Sink&)>;
Result<void> fetch_target(Transport& transport, const FoundTarget& found, const Sink& sink,
                          const Again& again = {}, const Earlier& earlier = {});

// Into this file, unless it is there already; durable, and whole or not at all.
enum class Fetched { now, before };
Result<Fetched> fetch_target_to(Transport& transport, const FoundTarget& found,
                                const std::filesystem::path& file);

}  // namespace ledger::updates::tuf
