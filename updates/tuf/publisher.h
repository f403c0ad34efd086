// Makes and signs repositories of TUF: plain files that any web server can serve.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "updates/tuf/metadata.h"

namespace ledger::updates::tuf {

inline constexpr domain::Duration root_lifetime = domain::days(365);
inline constexpr domain::Duration targets_lifetime = domain::days(90);
inline constexpr domain::Duration snapshot_lifetime = domain::days(7);
inline constexpr domain::Duration timestamp_lifetime = domain::days(1);

using KeyRing = std::vector<PrivateKey>;

// `part` is the JSON of the signed part. Signs with the keys of the ring that the role names.
// Errors: refused ("keys-missing": fewer than the threshold).
Result<std::string> signed_file(const std::string& part, const std::string& name,
                                const std::vector<Role>& roles, const KeyRing& ring);

// The JSON of signed parts.
std::string root_json(const Root& root, std::uint64_t version, domain::Time expires);
std::string targets_json(const std::map<std::string, Target>& targets,
                         const std::optional<Delegations>& delegations, std::uint64_t version,
                         domain::Time expires);
std::string files_json(Type type, const std::map<std::string, FileFacts>& files,
                       std::uint64_t version, domain::Time expires);

// A repository on disk: metadata/N.role.json, metadata/timestamp.json, targets/.../<sha256>.<name>.
// Changes are made in memory and become visible together, by the rename of the timestamp.
// Thread: one at a time.
class Repository {
 public:
  // Errors: not_found ("repository-unknown"), and those of metadata that is damaged.
  static Result<Repository> open(std::filesystem::path directory);

  // A new one. `root` lists the keys of the four roles; `delegations` go into its targets.
  // Errors: conflict ("repository-exists"), refused ("keys-missing"), io.
  static Result<Repository> create(std::filesystem::path directory, Root root,
                                   Delegations delegations, const KeyRing& ring, domain::Time now);

  // The role that lists this path, or would. Errors: invalid ("target-path"), refused
  // ("target-unclaimed": none may).
  Result<std::string> owner_of(const std::string& path) const;
  // Stores the bytes and lists them, by the delegated role that speaks for the path.
  // Errors: those of owner_of(), conflict ("target-exists": with other bytes), io.
  Result<void> add(const std::string& path, std::string_view bytes, const std::string& custom);
  // No longer listed; the bytes stay for those who have older metadata.
  // Errors: not_found ("target-unknown").
  Result<void> retire(const std::string& path);

  // Signs this role again with a new lifetime ("root", "targets", "snapshot", "timestamp", or a
  // delegated one). Errors: not_found ("role-unknown").
  Result<void> renew(const std::string& role);
  // Other keys for this role, which is signed again by them.
  Result<void> rotate(const std::string& role, const std::vector<PublicKey>& keys);

  // The roles whose keys publish() needs now; of a root with other keys, those before it too.
  std::set<std::string> signers() const;
  // Writes what was changed, then snapshot and timestamp. After an error open it again. Errors:
  // refused ("keys-missing"), io.
  Result<void> publish(const KeyRing& ring, domain::Time now);

  const Metadata& root() const { return root_; }
  const Metadata& timestamp() const { return timestamp_; }
  const Metadata& snapshot() const { return snapshot_; }
  const std::map<std::string, Metadata>& targets() const { return targets_; }  // By role.
  const Role* role(const std::string& name) const;

 private:
  explicit Repository(std::filesystem::path directory) : directory_(std::move(directory)) {}

  Result<void> publish_root(const KeyRing& ring, domain::Time now);
  Result<void> publish_targets(const std::string& name, const KeyRing& ring, domain::Time now);
  Result<void> publish_snapshot(const KeyRing& ring, domain::Time now);
  Result<void> publish_timestamp(const KeyRing& ring, domain::Time now);
  Result<void> write(const std::string& name, std::string_view bytes) const;

  std::filesystem::path directory_;
  Metadata root_, timestamp_, snapshot_;
  std::map<std::string, Metadata> targets_;
  std::set<std::string> changed_;    // Roles to sign again.
  std::optional<Role> root_before_;  // Whose keys sign the next root too.
};

}  // namespace ledger::updates::tuf
