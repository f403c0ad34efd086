#include "updates/tuf/client.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "updates/tuf/paths.h"

namespace ledger::updates::tuf {
namespace {

constexpr int root_updates_max = 256;
constexpr std::size_t delegations_max = 32;
constexpr std::size_t listed_roles_max = 1024;
constexpr const char* top = "targets";

struct Visit {
  std::string role;
  std::string parent_chain;
};

// The roles to ask next for a path; `ends` when none but these may be asked.
std::vector<Visit> next_roles(const Metadata& metadata, const std::string& chain,
                              const std::string& path, bool& ends) {
  std::vector<Visit> next;
  if (!metadata.delegations) return next;
  if (metadata.delegations->succinct) {
    next.push_back({name_for(*metadata.delegations->succinct, path), chain});
    return next;
  }
  for (const auto& role : metadata.delegations->roles) {
    if (!speaks_for(role, path)) continue;
    next.push_back({role.name, chain});
    ends = role.terminating;
    if (ends) break;
  }
  return next;
}

// All roles that this one delegates to. Roles by hash are too many to count; those that the
// snapshot does not list have no metadata.
std::vector<std::string> delegated_roles(const Metadata& metadata, const Metadata& snapshot) {
  std::vector<std::string> names;
  if (!metadata.delegations) return names;
  for (const auto& role : metadata.delegations->roles) names.push_back(role.name);
  if (!metadata.delegations->succinct) return names;
  const std::string prefix = metadata.delegations->succinct->name_prefix + "-";
  for (const auto& [file, facts] : snapshot.files) {
    if (file.starts_with(prefix)) names.push_back(file.substr(0, file.rfind(".json")));
  }
  return names;
}

}  // namespace

Result<Client> Client::open(MetadataDirectory kept, Transport& transport, domain::Time now) {
  auto root = kept.load("root");
  if (!root) {
    return fail(ErrorKind::not_found, "tuf-no-root",
                "No root of trust is pinned; bring the repository's root.json first.");
  }
  auto trusted = TrustedSet::begin(std::move(*root), now);
  if (!trusted) return fail(trusted.error());
  return Client(std::move(kept), transport, std::move(*trusted));
}

Result<void> Client::pin(const MetadataDirectory& kept, const std::string& root) {
  const auto trusted = TrustedSet::begin(root, domain::Time{});
  if (!trusted) return fail(trusted.error());
  return kept.save("root", root);
}

Result<void> Client::refresh() {
  if (auto done = update_root(); !done) return done;
  if (auto done = update_timestamp(); !done) return done;
  if (auto done = update_snapshot(); !done) return done;
  const auto loaded = load_targets("", top);
  if (!loaded) return fail(loaded.error());
  return {};
}

std::string Client::versioned(const std::string& role, std::uint64_t version) const {
  const std::string name = percent_encoded(role, Slash::encoded) + ".json";
  return trusted_.root().root.consistent_snapshot ? std::to_string(version) + "." + name : name;
}

Result<void> Client::update_root() {
  for (int i = 0; i < root_updates_max; ++i) {
    const auto roles_before = trusted_.root().root.roles;
    const std::string name = std::to_string(trusted_.root().version + 1) + ".root.json";
    auto bytes = get_whole(transport_, name, root_bytes_max);
    if (!bytes && bytes.error().kind == ErrorKind::not_found) break;
    if (!bytes) return fail(bytes.error());
    if (auto taken = trusted_.take_root(std::move(*bytes)); !taken) return taken;
    const auto& roles = trusted_.root().root.roles;
    // Whoever held the old keys may have pushed versions so far ahead that no true one follows.
    const auto rotated = [&](const char* role) {
      return roles.at(role).key_ids != roles_before.at(role).key_ids;
    };
    if (rotated("timestamp") || rotated("snapshot")) {
      for (const char* role : {"timestamp", "snapshot"}) {
        if (auto removed = kept_.remove(role); !removed) return removed;
      }
    }
    if (auto saved = kept_.save("root", trusted_.root().bytes); !saved) return saved;
  }
  return trusted_.end_of_roots();
}

Result<void> Client::update_timestamp() {
  // One that is damaged, or signed by keys that are no longer trusted, is as good as none.
  if (auto local = kept_.load("timestamp")) {
    static_cast<void>(trusted_.take_local_timestamp(std::move(*local)));
  }
  auto bytes = get_whole(transport_, "timestamp.json", timestamp_bytes_max);
  if (!bytes) return fail(bytes.error());
  const auto is_new = trusted_.take_timestamp(std::move(*bytes));
  if (!is_new) return fail(is_new.error());
  if (!*is_new) return {};
  return kept_.save("timestamp", trusted_.timestamp()->bytes);
}

Result<void> Client::update_snapshot() {
  if (auto local = kept_.load("snapshot")) {
    const auto final = trusted_.take_local_snapshot(std::move(*local));
    if (final && *final) return {};
  }
  const FileFacts& facts = *trusted_.snapshot_facts();
  const std::uint64_t bytes_max =
      std::min<std::uint64_t>(facts.length.value_or(snapshot_bytes_max), snapshot_bytes_max);
  auto bytes = get_whole(transport_, versioned("snapshot", facts.version), bytes_max);
  if (!bytes) return fail(bytes.error());
  if (auto taken = trusted_.take_snapshot(std::move(*bytes)); !taken) return taken;
  return kept_.save("snapshot", trusted_.snapshot()->bytes);
}

Result<std::string> Client::load_targets(const std::string& parent_chain, const std::string& role) {
  const std::string chain = TrustedSet::chain_of(parent_chain, role);
  if (trusted_.targets(chain) != nullptr) return chain;
  // The same bytes may have been accepted through another parent; this one judges for itself.
  if (auto local = kept_.load(role)) {
    auto taken = trusted_.take_targets(parent_chain, role, std::move(*local));
    if (taken) return taken;
  }
  const FileFacts* facts = trusted_.targets_facts(role);
  if (facts == nullptr) {
    return fail(ErrorKind::refused, "tuf-unlisted",
                "The snapshot does not list the role " + role + ".");
  }
  const std::uint64_t bytes_max =
      std::min<std::uint64_t>(facts->length.value_or(targets_bytes_max), targets_bytes_max);
  auto bytes = get_whole(transport_, versioned(role, facts->version), bytes_max);
  if (!bytes) return fail(bytes.error());
  auto taken = trusted_.take_targets(parent_chain, role, std::move(*bytes));
  if (!taken) return taken;
  if (auto saved = kept_.save(role, trusted_.targets(chain)->bytes); !saved) {
    return fail(saved.error());
  }
  return chain;
}

Result<FoundTarget> Client::find(const std::string& path) {
  CHECK(trusted_.snapshot() != nullptr, "refresh() comes first");
  std::vector<Visit> open = {{top, ""}};
  std::set<std::string> visited;
  while (!open.empty() && visited.size() <= delegations_max) {
    const Visit visit = open.back();
    open.pop_back();
    if (!visited.insert(visit.role).second) continue;
    const auto chain = load_targets(visit.parent_chain, visit.role);
    if (!chain) return fail(chain.error());
    const Metadata& metadata = *trusted_.targets(*chain);
    if (const auto found = metadata.targets.find(path); found != metadata.targets.end()) {
      return FoundTarget{path,
                         found->second,
                         {{"root", trusted_.root().version},
                          {"timestamp", trusted_.timestamp()->version},
                          {"snapshot", trusted_.snapshot()->version},
                          {visit.role, metadata.version}},
                         trusted_.root().root.consistent_snapshot};
    }
    bool ends = false;
    auto next = next_roles(metadata, *chain, path, ends);
    if (ends) open.clear();
    // Last in, first asked: pre-order.
    open.insert(open.end(), next.rbegin(), next.rend());
  }
  return fail(ErrorKind::not_found, "target-unknown",
              "The repository has no target " + path + " by a role that may speak for it.");
}

Result<Client::Listing> Client::list() {
  CHECK(trusted_.snapshot() != nullptr, "refresh() comes first");
  Listing listing;
  std::set<std::string> paths;
  std::set<std::string> chains;
  std::vector<Visit> open = {{top, ""}};
  while (!open.empty()) {
    const Visit visit = open.back();
    open.pop_back();
    if (!chains.insert(TrustedSet::chain_of(visit.parent_chain, visit.role)).second) continue;
    if (chains.size() > listed_roles_max) {
      return fail(ErrorKind::refused, "tuf-too-many-roles",
                  "The repository delegates to more than " + std::to_string(listed_roles_max) +
                      " roles; such a one is not copied.");
    }
    const auto chain = load_targets(visit.parent_chain, visit.role);
    if (!chain) return fail(chain.error());
    const Metadata& metadata = *trusted_.targets(*chain);
    listing.roles.insert_or_assign(visit.role, &metadata);
    for (const auto& [path, target] : metadata.targets) paths.insert(path);
    for (auto& name : delegated_roles(metadata, *trusted_.snapshot())) {
      open.push_back({std::move(name), *chain});
    }
  }
  for (const auto& path : paths) {
    auto found = find(path);
    if (found) listing.targets.push_back(std::move(*found));
    // One that is listed by a role that may not speak for it is nobody's target.
    if (!found && found.error().kind != ErrorKind::not_found) return fail(found.error());
  }
  return listing;
}

Result<const Metadata*> Client::targets_of(const std::string& role) {
  const std::string above = role == top ? "" : TrustedSet::chain_of("", top);
  const auto chain = load_targets(above, role);
  if (!chain) return fail(chain.error());
  return trusted_.targets(*chain);
}

}  // namespace ledger::updates::tuf
