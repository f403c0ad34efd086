#include "tools/ledger-publish/verbs.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <optional>
#include <utility>

#include "ledger/clock.h"
#include "ledger/digest.h"
#include "ledger/domain/world.h"
#include "ledger/limits.h"
#include "tools/ledger-publish/staged.h"
#include "tools/process.h"
#include "updates/local_file.h"
#include "updates/pattern_target.h"
#include "updates/rule_update_reader.h"

namespace ledger_publish {

using ledger::ErrorKind;
using ledger::fail;
namespace fs = std::filesystem;
namespace updates = ledger::updates;

namespace {

constexpr domain::Duration snapshot_renewed_before = domain::days(3);

// Releases of patterns have no local time.
class NoTimeZones final : public domain::TimeZones {
 public:
  Result<domain::ZonePeriod> period_at(std::string_view zone, domain::Time) const override {
    return fail(ErrorKind::invalid, "time-zone-unknown",
                "The zone " + std::string(zone) + " is not known here.");
  }
};

domain::Time now() { return ledger::SystemClock().now(); }

KeyFolder keys_of(const Place& place) {
  return KeyFolder(place.keys, Passphrases(place.passphrase_file));
}

// One publisher at a time changes a repository. Kept as long as the descriptor is open.
Result<updates::Descriptor> lock(const fs::path& repository) {
  updates::Descriptor file(::open(repository.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file.is_open()) return fail(updates::file_error("Opening", repository, errno));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorKind::conflict, "repository-busy",
                "Another ledger-publish changes " + repository.string() +
                    "; try again when it is "
                    "done.");
  }
  return file;
}

std::string listed(std::uint64_t version, domain::Time expires) {
  return "version " + std::to_string(version) + ", expires " + domain::rfc3339(expires);
}

void tell(const tuf::Repository& repository) {
  std::cout << "snapshot   " << listed(repository.snapshot().version, repository.snapshot().expires)
            << '\n'
            << "timestamp  "
            << listed(repository.timestamp().version, repository.timestamp().expires) << std::endl;
}

Result<void> publish(const Place& place, tuf::Repository& repository, tuf::KeyRing ring) {
  const auto keys = keys_of(place);
  for (const auto& role : repository.signers()) {
    if (auto loaded = keys.load(role, ring); !loaded) return loaded;
  }
  auto done = repository.publish(ring, now());
  if (!done && done.error().reason == "keys-missing") {
    return fail(done.error().kind, done.error().reason,
                done.error().detail + " Keys are looked for in " + place.keys.string() + ".");
  }
  return done;
}

// A target that is listed with other bytes is told when it is added, not when it is signed.
// Nothing is staged that could not be signed: it would hold up all that is.
Result<void> check_new(const tuf::Repository& repository, const std::string& path,
                       std::string_view bytes) {
  if (const auto owner = repository.owner_of(path); !owner) return fail(owner.error());
  for (const auto& [role, metadata] : repository.targets()) {
    const auto found = metadata.targets.find(path);
    if (found == metadata.targets.end()) continue;
    if (found->second.hashes.at("sha256") == hex(ledger::sha256(bytes))) continue;
    return fail(ErrorKind::conflict, "target-exists",
                "The target " + path + " is there with other bytes; releases never change.");
  }
  return {};
}

// What the version of this pattern has, or will have, beside this path; empty: nothing.
Result<std::string> other_file(const tuf::Repository& repository, const Staged& staged,
                               const std::string& path) {
  const auto below = path.substr(0, path.rfind('/') + 1);
  for (const auto& [role, metadata] : repository.targets()) {
    const auto other = metadata.targets.lower_bound(below);
    if (other == metadata.targets.end() || !other->first.starts_with(below)) continue;
    if (other->first != path) return other->first;
  }
  const auto changes = staged.list();
  if (!changes) return fail(changes.error());
  for (const auto& each : *changes) {
    if (!each.retires && each.path != path && each.path.starts_with(below)) return each.path;
  }
  return std::string();
}

tuf::Role role_of(const tuf::KeyRing& ring, std::size_t begin, std::size_t count,
                  std::uint64_t threshold) {
  tuf::Role role{{}, threshold};
  for (std::size_t i = begin; i < begin + count; ++i) {
    role.key_ids.insert(ring[i].public_key().id);
  }
  return role;
}

tuf::Keys public_keys(const tuf::KeyRing& ring, std::size_t begin, std::size_t end) {
  tuf::Keys keys;
  for (std::size_t i = begin; i < end; ++i) {
    keys.emplace(ring[i].public_key().id, ring[i].public_key());
  }
  return keys;
}

const tuf::PublicKey* public_key(const tuf::Repository& repository, const std::string& id) {
  const auto& roots = repository.root().root.keys;
  if (const auto found = roots.find(id); found != roots.end()) return &found->second;
  const auto& delegations = repository.targets().at("targets").delegations;
  if (!delegations) return nullptr;
  const auto found = delegations->keys.find(id);
  return found == delegations->keys.end() ? nullptr : &found->second;
}

}  // namespace

Result<void> init(const Place& place, tuf::KeyKind kind) {
  std::error_code none;
  if (fs::exists(place.repository / "metadata" / "1.root.json", none)) {
    return fail(ErrorKind::conflict, "repository-exists",
                "There is a repository in " + place.repository.string() + " already.");
  }
  // In this order: the roles below count on it.
  const std::vector<std::string> names = {"root-1",    "root-2",    "root-3",   "targets-1",
                                          "targets-2", "targets-3", "snapshot", "timestamp",
                                          "rules-1",   "patterns-1"};
  tuf::KeyRing ring;
  if (auto made = keys_of(place).make(names, kind, ring); !made) return made;
  tuf::Root root;
  root.keys = public_keys(ring, 0, 8);
  root.roles = {{"root", role_of(ring, 0, 3, 2)},
                {"targets", role_of(ring, 3, 3, 2)},
                {"snapshot", role_of(ring, 6, 1, 1)},
                {"timestamp", role_of(ring, 7, 1, 1)}};
  tuf::Delegations delegations{
      public_keys(ring, 8, 10),
      {{"rules", role_of(ring, 8, 1, 1), true, {"rules/*"}, {}},
       {"patterns", role_of(ring, 9, 1, 1), true, {"patterns/*/*/*/*"}, {}}},
      {}};
  const auto made = tuf::Repository::create(place.repository, root, delegations, ring, now());
  if (!made) return fail(made.error());
  std::cout << "repository  " << place.repository.string() << "\nkeys        "
            << place.keys.string() << "\ntrust root  " << hex(ledger::sha256(made->root().bytes))
            << std::endl;
  return {};
}

Result<void> add_rule_updates(const Place& place, const std::vector<std::string>& files) {
  const auto repository = tuf::Repository::open(place.repository);
  if (!repository) return fail(repository.error());
  Staged staged(place.repository);
  for (const auto& file : files) {
    const auto bytes = updates::read_document_file(file);
    if (!bytes) return fail(bytes.error());
    const auto update = updates::read_rule_update(*bytes, domain::ImportOrigin::file);
    if (!update.ok()) {
      return fail(ErrorKind::invalid, "rule-update-malformed",
                  file + " is no rule update. " + updates::summary(update.errors));
    }
    const std::string path = "rules/" + text(update.value.update) + ".json";
    if (auto fresh = check_new(*repository, path, *bytes); !fresh) return fresh;
    if (auto added = staged.add(path, *bytes, ""); !added) return added;
    std::cout << "staged  " << path << std::endl;
  }
  return {};
}

Result<void> add_pattern(const Place& place, const domain::ReleasePattern& release,
                         const std::string& file) {
  const auto repository = tuf::Repository::open(place.repository);
  if (!repository) return fail(repository.error());
  // Whoever subscribes asks the same of it.
  const NoTimeZones zones;
  const auto taken =
      domain::decide(domain::World{}, domain::Command{}, release, domain::Moment{now(), zones});
  if (!taken) return fail(taken.error());
  const auto bytes = updates::read_local_file(file, ledger::limits::content_bytes_max);
  if (!bytes) return fail(bytes.error());
  const auto path = updates::path_of_pattern(release, fs::path(file).filename().string());
  Staged staged(place.repository);
  const auto other = other_file(*repository, staged, path);
  if (!other) return fail(other.error());
  if (!other->empty()) {
    return fail(ErrorKind::conflict, "pattern-exists",
                "This version has its one file already, " + *other + ".");
  }
  if (auto fresh = check_new(*repository, path, *bytes); !fresh) return fresh;
  auto added = staged.add(path, *bytes, updates::custom_of_pattern(release));
  if (added) std::cout << "staged  " << path << std::endl;
  return added;
}

Result<void> retire(const Place& place, const std::vector<std::string>& paths) {
  auto repository = tuf::Repository::open(place.repository);
  if (!repository) return fail(repository.error());
  for (const auto& path : paths) {
    if (auto known = repository->retire(path); !known) return known;
  }
  Staged staged(place.repository);
  for (const auto& path : paths) {
    if (auto done = staged.retire(path); !done) return done;
    std::cout << "staged  retirement of " << path << std::endl;
  }
  return {};
}

Result<void> sign(const Place& place) {
  const auto locked = lock(place.repository);
  if (!locked) return fail(locked.error());
  auto repository = tuf::Repository::open(place.repository);
  if (!repository) return fail(repository.error());
  const Staged staged(place.repository);
  const auto changes = staged.list();
  if (!changes) return fail(changes.error());
  if (changes->empty()) {
    return fail(ErrorKind::refused, "nothing-staged",
                "Nothing waits for a signature; add or retire something, or renew a role.");
  }
  if (auto applied = staged.apply(*repository); !applied) return applied;
  if (auto done = publish(place, *repository, {}); !done) return done;
  if (auto cleared = staged.clear(); !cleared) return cleared;
  std::cout << "published  " << changes->size() << (changes->size() == 1 ? " change" : " changes")
            << '\n';
  tell(*repository);
  return {};
}

Result<void> show_staged(const Place& place) {
  const auto changes = Staged(place.repository).list();
  if (!changes) return fail(changes.error());
  for (const auto& each : *changes) {
    std::cout << (each.retires ? "retire  " : "add     ") << each.path << '\n';
  }
  return {};
}

Result<void> renew(const Place& place, const std::string& role) {
  const auto locked = lock(place.repository);
  if (!locked) return fail(locked.error());
  auto repository = tuf::Repository::open(place.repository);
  if (!repository) return fail(repository.error());
  if (auto known = repository->renew(role); !known) return known;
  if (auto done = publish(place, *repository, {}); !done) return done;
  std::cout << "renewed    " << role << '\n';
  tell(*repository);
  return {};
}

Result<void> renew_every(const Place& place, domain::Duration every) {
  const process::StopSignals signals;
  while (true) {
    const auto repository = tuf::Repository::open(place.repository);
    const bool snapshot_due =
        repository && repository->snapshot().expires <= now() + snapshot_renewed_before;
    const auto done = renew(place, snapshot_due ? "snapshot" : "timestamp");
    if (!done) {
      std::cerr << "ledger-publish: " << done.error().detail << " (" << done.error().reason << ")"
                << std::endl;
    }
    if (signals.came_within(every)) return {};
  }
}

namespace {

// A rotation that was published, and cut short before its key had its place.
bool is_published(const KeyFolder& keys, const tuf::Role& role, const std::string& name) {
  const auto id = keys.id_of(name + ".new");
  return id && role.key_ids.contains(*id);
}

// The keys of the role from now on: those that stay, and the new ones.
Result<std::vector<tuf::PublicKey>> next_keys(const tuf::Repository& repository,
                                              const KeyFolder& keys, const tuf::Role& role,
                                              const std::vector<std::string>& names,
                                              const tuf::KeyRing& made) {
  auto staying = role.key_ids;
  for (const auto& name : names) {
    const auto id = keys.id_of(name);
    if (!id) return fail(id.error());
    if (staying.erase(*id) == 0) {
      return fail(ErrorKind::refused, "key-unused",
                  "The repository does not trust the key " + name + " of this folder.");
    }
  }
  std::vector<tuf::PublicKey> next;
  for (const auto& id : staying) {
    const auto* known = public_key(repository, id);
    if (known != nullptr) next.push_back(*known);
  }
  for (const auto& key : made) next.push_back(key.public_key());
  return next;
}

}  // namespace

Result<void> rotate(const Place& place, const std::string& key, tuf::KeyKind kind) {
  const auto locked = lock(place.repository);
  if (!locked) return fail(locked.error());
  auto repository = tuf::Repository::open(place.repository);
  if (!repository) return fail(repository.error());
  const std::string role_name = role_of_key(key);
  const auto* role = repository->role(role_name);
  if (role == nullptr) {
    return fail(ErrorKind::not_found, "role-unknown",
                "The repository has no role " + role_name +
                    "; name a key such as root-2, or a "
                    "role.");
  }
  const auto keys = keys_of(place);
  auto names = keys.names_of(role_name);
  if (key != role_name) names = {key};
  std::vector<std::string> to_make;
  for (const auto& name : names) {
    if (!is_published(keys, *role, name)) to_make.push_back(name);
  }
  if (!to_make.empty()) {
    tuf::KeyRing made;
    std::vector<std::string> new_names;
    for (const auto& name : to_make) new_names.push_back(name + ".new");
    // Known before anything is made: whose place the new ones take.
    if (const auto before = next_keys(*repository, keys, *role, to_make, {}); !before) {
      return fail(before.error());
    }
    if (auto done = keys.make(new_names, kind, made); !done) return done;
    const auto next = next_keys(*repository, keys, *role, to_make, made);
    if (!next) return fail(next.error());
    if (auto done = repository->rotate(role_name, *next); !done) return done;
    if (auto done = publish(place, *repository, std::move(made)); !done) return done;
  }
  for (const auto& name : names) {
    if (auto done = keys.replace(name); !done) return done;
    std::cout << "rotated    " << name << "; the key before it lies in "
              << (place.keys / "retired").string() << '\n';
  }
  std::cout << "root       " << listed(repository->root().version, repository->root().expires)
            << '\n';
  tell(*repository);
  return {};
}

}  // namespace ledger_publish
