#include "updates/tuf/publisher.h"

#include <algorithm>
#include <utility>

#include "ledger/digest.h"
#include "updates/local_file.h"
#include "updates/tuf/metadata_directory.h"
#include "updates/tuf/paths.h"

namespace ledger::updates::tuf {
namespace {

namespace fs = std::filesystem;

Result<Metadata> read_role(const fs::path& directory, Type type, const std::string& name) {
  auto bytes = read_local_file(directory / "metadata" / name, bytes_max_of(type));
  if (!bytes) return fail(bytes.error());
  return read_metadata(type, std::move(*bytes));
}

FileFacts facts_of(const Metadata& metadata) {
  return {metadata.version, metadata.bytes.size(), {{"sha256", hex(sha256(metadata.bytes))}}};
}

// Plain ASCII that is the same in a URL, in a file name and in every shell.
bool is_target_path(std::string_view path) {
  constexpr std::size_t path_bytes_max = 300;
  if (path.empty() || path.size() > path_bytes_max) return false;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    if (segment.empty() || segment.front() == '.') return false;
    if (percent_encoded(segment, Slash::encoded) != segment) return false;
    begin = end + 1;
  }
  return true;
}

std::string file_of(const std::string& role, std::uint64_t version) {
  return std::to_string(version) + "." + percent_encoded(role, Slash::encoded) + ".json";
}

template <class Roles>
auto* delegated_role(Roles& roles, const std::string& name) {
  const auto found =
      std::find_if(roles.begin(), roles.end(), [&](const auto& each) { return each.name == name; });
  return found == roles.end() ? nullptr : &*found;
}

Result<void> take(Metadata& into, Type type, Result<std::string> bytes) {
  if (!bytes) return fail(bytes.error());
  // Read as a client will read it: what we cannot read ourselves is not published.
  auto read = read_metadata(type, std::move(*bytes));
  if (!read) return fail(read.error());
  into = std::move(*read);
  return {};
}

}  // namespace

Result<Repository> Repository::open(fs::path directory) {
  Repository made(std::move(directory));
  std::uint64_t version = 1;
  std::error_code none;
  while (fs::exists(made.directory_ / "metadata" / file_of("root", version + 1), none)) ++version;
  auto root = read_role(made.directory_, Type::root, file_of("root", version));
  if (!root && root.error().kind == ErrorKind::not_found) {
    return fail(ErrorKind::not_found, "repository-unknown",
                "There is no repository in " + made.directory_.string() + "; make one by init.");
  }
  if (!root) return fail(root.error());
  made.root_ = std::move(*root);
  auto timestamp = read_role(made.directory_, Type::timestamp, "timestamp.json");
  if (!timestamp) return fail(timestamp.error());
  made.timestamp_ = std::move(*timestamp);
  const auto last = made.timestamp_.files.at("snapshot.json").version;
  auto snapshot = read_role(made.directory_, Type::snapshot, file_of("snapshot", last));
  if (!snapshot) return fail(snapshot.error());
  made.snapshot_ = std::move(*snapshot);
  for (const auto& [file, facts] : made.snapshot_.files) {
    const std::string name = file.substr(0, file.rfind(".json"));
    auto read = read_role(made.directory_, Type::targets, file_of(name, facts.version));
    if (!read) return fail(read.error());
    made.targets_.emplace(name, std::move(*read));
  }
  return made;
}

Result<Repository> Repository::create(fs::path directory, Root root, Delegations delegations,
                                      const KeyRing& ring, domain::Time now) {
  Repository made(std::move(directory));
  std::error_code none;
  if (fs::exists(made.directory_ / "metadata" / file_of("root", 1), none)) {
    return fail(ErrorKind::conflict, "repository-exists",
                "There is a repository in " + made.directory_.string() + " already.");
  }
  made.root_.root = std::move(root);
  for (const auto& role : delegations.roles) made.targets_[role.name];
  made.targets_["targets"].delegations = std::move(delegations);
  for (const auto& [name, metadata] : made.targets_) made.changed_.insert(name);
  made.changed_.insert("root");
  if (auto done = made.publish(ring, now); !done) return fail(done.error());
  return made;
}

const Role* Repository::role(const std::string& name) const {
  const auto found = root_.root.roles.find(name);
  if (found != root_.root.roles.end()) return &found->second;
  const auto& delegations = targets_.at("targets").delegations;
  const auto* listed = delegations ? delegated_role(delegations->roles, name) : nullptr;
  return listed == nullptr ? nullptr : &listed->role;
}

Result<std::string> Repository::owner_of(const std::string& path) const {
  if (!is_target_path(path)) {
    return fail(ErrorKind::invalid, "target-path",
                "The path " + path + " is not made of letters, digits and -._~ between slashes.");
  }
  const auto& delegations = targets_.at("targets").delegations;
  for (const auto& each : delegations ? delegations->roles : std::vector<DelegatedRole>()) {
    if (speaks_for(each, path)) return each.name;
  }
  return fail(
      ErrorKind::refused, "target-unclaimed",
      "No role of this repository may list " + path + "; there are rules/* and patterns/*/*/*/*.");
}

Result<void> Repository::add(const std::string& path, std::string_view bytes,
                             const std::string& custom) {
  const auto owner = owner_of(path);
  if (!owner) return fail(owner.error());
  const std::string digest = hex(sha256(bytes));
  Target target{bytes.size(), {{"sha256", digest}}, custom};
  auto& listed = targets_.at(*owner).targets;
  const auto before = listed.find(path);
  if (before != listed.end() && before->second.hashes != target.hashes) {
    return fail(ErrorKind::conflict, "target-exists",
                "The target " + path + " is there with other bytes; releases never change.");
  }
  if (auto put = replace_file(directory_ / "targets" / with_hash(path, digest), bytes); !put) {
    return put;
  }
  listed.insert_or_assign(path, std::move(target));
  changed_.insert(*owner);
  return {};
}

Result<void> Repository::retire(const std::string& path) {
  for (auto& [name, metadata] : targets_) {
    if (metadata.targets.erase(path) == 0) continue;
    changed_.insert(name);
    return {};
  }
  return fail(ErrorKind::not_found, "target-unknown", "The repository lists no " + path + ".");
}

Result<void> Repository::renew(const std::string& name) {
  if (role(name) == nullptr) {
    return fail(ErrorKind::not_found, "role-unknown", "The repository has no role " + name + ".");
  }
  changed_.insert(name);
  return {};
}

Result<void> Repository::rotate(const std::string& name, const std::vector<PublicKey>& keys) {
  if (auto known = renew(name); !known) return known;
  const bool is_delegated = !root_.root.roles.contains(name);
  auto& delegations = targets_.at("targets").delegations;
  Keys& all = is_delegated ? delegations->keys : root_.root.keys;
  Role& trusted =
      is_delegated ? delegated_role(delegations->roles, name)->role : root_.root.roles.at(name);
  if (name == "root" && !root_before_) root_before_ = trusted;
  const std::set<std::string> old_ids = std::exchange(trusted.key_ids, {});
  for (const auto& key : keys) {
    trusted.key_ids.insert(key.id);
    all[key.id] = key;
  }
  // Keys that no role names any more go, for a reader to see who is trusted.
  for (const auto& id : old_ids) {
    const auto names_it = [&](const Role& each) { return each.key_ids.contains(id); };
    const bool used = is_delegated
                          ? std::any_of(delegations->roles.begin(), delegations->roles.end(),
                                        [&](const auto& each) { return names_it(each.role); })
                          : std::any_of(root_.root.roles.begin(), root_.root.roles.end(),
                                        [&](const auto& each) { return names_it(each.second); });
    if (!used) all.erase(id);
  }
  changed_.insert(is_delegated ? "targets" : "root");
  return {};
}

Result<void> Repository::write(const std::string& name, std::string_view bytes) const {
  return replace_file(directory_ / "metadata" / name, bytes);
}

Result<void> Repository::publish_root(const KeyRing& ring, domain::Time now) {
  std::vector<Role> signers = {root_.root.roles.at("root")};
  if (root_before_) signers.push_back(*root_before_);
  const std::uint64_t version = root_.version + 1;
  const std::string part = root_json(root_.root, version, now + root_lifetime);
  if (auto made = take(root_, Type::root, signed_file(part, "root", signers, ring)); !made) {
    return made;
  }
  root_before_.reset();
  return {};
}

Result<void> Repository::publish_targets(const std::string& name, const KeyRing& ring,
                                         domain::Time now) {
  Metadata& metadata = targets_.at(name);
  const std::string part = targets_json(metadata.targets, metadata.delegations,
                                        metadata.version + 1, now + targets_lifetime);
  return take(metadata, Type::targets, signed_file(part, name, {*role(name)}, ring));
}

Result<void> Repository::publish_snapshot(const KeyRing& ring, domain::Time now) {
  std::map<std::string, FileFacts> files;
  for (const auto& [name, metadata] : targets_) files[name + ".json"] = facts_of(metadata);
  const std::string part =
      files_json(Type::snapshot, files, snapshot_.version + 1, now + snapshot_lifetime);
  return take(snapshot_, Type::snapshot, signed_file(part, "snapshot", {*role("snapshot")}, ring));
}

Result<void> Repository::publish_timestamp(const KeyRing& ring, domain::Time now) {
  const std::string part = files_json(Type::timestamp, {{"snapshot.json", facts_of(snapshot_)}},
                                      timestamp_.version + 1, now + timestamp_lifetime);
  return take(timestamp_, Type::timestamp,
              signed_file(part, "timestamp", {*role("timestamp")}, ring));
}

std::set<std::string> Repository::signers() const {
  std::set<std::string> roles = changed_;
  roles.insert("timestamp");
  if (changed_ != std::set<std::string>{"timestamp"}) roles.insert("snapshot");
  return roles;
}

Result<void> Repository::publish(const KeyRing& ring, domain::Time now) {
  // All is signed before anything is written: a missing key leaves the repository as it was.
  const bool only_timestamp = changed_ == std::set<std::string>{"timestamp"};
  if (changed_.contains("root")) {
    if (auto made = publish_root(ring, now); !made) return made;
  }
  for (auto& [name, metadata] : targets_) {
    if (!changed_.contains(name)) continue;
    if (auto made = publish_targets(name, ring, now); !made) return made;
  }
  if (!only_timestamp) {
    if (auto made = publish_snapshot(ring, now); !made) return made;
  }
  if (auto made = publish_timestamp(ring, now); !made) return made;
  if (changed_.contains("root")) {
    if (auto put = write(file_of("root", root_.version), root_.bytes); !put) return put;
  }
  for (const auto& [name, metadata] : targets_) {
    if (!changed_.contains(name)) continue;
    if (auto put = write(file_of(name, metadata.version), metadata.bytes); !put) return put;
  }
  if (!only_timestamp) {
    if (auto put = write(file_of("snapshot", snapshot_.version), snapshot_.bytes); !put) return put;
  }
  if (auto put = write("timestamp.json", timestamp_.bytes); !put) return put;
  changed_.clear();
  return {};
}

}  // namespace ledger::updates::tuf
