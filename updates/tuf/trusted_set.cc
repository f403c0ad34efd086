#include "updates/tuf/trusted_set.h"

#include <algorithm>
#include <utility>

#include "updates/tuf/paths.h"

namespace ledger::updates::tuf {
namespace {

tl::unexpected<Error> refused(std::string reason, std::string detail) {
  return fail(ErrorKind::refused, std::move(reason), std::move(detail));
}

Result<void> check_signed(const std::string& name, const Metadata& metadata, const Role& role,
                          const Keys& keys) {
  const std::uint64_t signers = signers_of(metadata, role, keys);
  if (signers >= role.threshold) return {};
  return refused("tuf-unsigned", "The " + name + " metadata is signed by " +
                                     std::to_string(signers) + " of its trusted keys; " +
                                     std::to_string(role.threshold) + " are needed.");
}

std::string versions(std::uint64_t found, std::uint64_t trusted) {
  return "version " + std::to_string(found) + ", and version " + std::to_string(trusted);
}

// The role that a parent delegates under this name, or nothing.
const Role* delegated(const Delegations& delegations, const std::string& name) {
  if (delegations.succinct) {
    const bool named = name.starts_with(delegations.succinct->name_prefix + "-");
    return named ? &delegations.succinct->role : nullptr;
  }
  for (const auto& each : delegations.roles) {
    if (each.name == name) return &each.role;
  }
  return nullptr;
}

}  // namespace

Result<TrustedSet> TrustedSet::begin(std::string root, domain::Time now) {
  auto read = read_metadata(Type::root, std::move(root));
  if (!read) return fail(read.error());
  const auto signed_by_itself =
      check_signed("root", *read, read->root.roles.at("root"), read->root.keys);
  if (!signed_by_itself) return fail(signed_by_itself.error());
  return TrustedSet(std::move(*read), now);
}

Result<void> TrustedSet::take_root(std::string bytes) {
  CHECK(!roots_ended_, "roots come first");
  auto next = read_metadata(Type::root, std::move(bytes));
  if (!next) return fail(next.error());
  // By the old keys, or anybody could make a root; by the new, or a mistake would lock all out.
  for (const Metadata* judge : {&root_, &*next}) {
    const auto& role = judge->root.roles.at("root");
    if (const auto good = check_signed("root", *next, role, judge->root.keys); !good) return good;
  }
  if (next->version != root_.version + 1) {
    return refused("tuf-version", "The next root has " + versions(next->version, root_.version) +
                                      " is trusted; versions follow each other.");
  }
  root_ = std::move(*next);
  return {};
}

Result<void> TrustedSet::end_of_roots() {
  roots_ended_ = true;
  return check_not_expired("root", root_);
}

Result<void> TrustedSet::check_not_expired(std::string_view name, const Metadata& metadata) const {
  if (!metadata.is_expired(now_)) return {};
  return refused("tuf-expired", "The " + std::string(name) + " metadata expired at " +
                                    domain::rfc3339(metadata.expires) +
                                    "; its publisher must sign it again.");
}

Result<Metadata> TrustedSet::signed_by_root(Type type, std::string bytes) const {
  CHECK(roots_ended_, "roots come first");
  auto read = read_metadata(type, std::move(bytes));
  if (!read) return read;
  const std::string name(name_of(type));
  const auto good = check_signed(name, *read, root_.root.roles.at(name), root_.root.keys);
  if (!good) return fail(good.error());
  return read;
}

Result<void> TrustedSet::take_local_timestamp(std::string bytes) {
  auto read = signed_by_root(Type::timestamp, std::move(bytes));
  if (!read) return fail(read.error());
  timestamp_ = std::move(*read);
  return {};
}

Result<bool> TrustedSet::take_timestamp(std::string bytes) {
  auto next = signed_by_root(Type::timestamp, std::move(bytes));
  if (!next) return fail(next.error());
  if (timestamp_) {
    if (next->version < timestamp_->version) {
      return refused("tuf-rollback", "The timestamp has " +
                                         versions(next->version, timestamp_->version) +
                                         " was seen; it must not go back.");
    }
    const std::uint64_t seen = snapshot_facts()->version;
    const std::uint64_t named = next->files.at("snapshot.json").version;
    if (next->version > timestamp_->version && named < seen) {
      return refused("tuf-rollback", "The timestamp names a snapshot of " + versions(named, seen) +
                                         " was seen; it must not go back.");
    }
  }
  const bool is_same = timestamp_ && next->version == timestamp_->version;
  const Metadata& last = is_same ? *timestamp_ : *next;
  if (const auto fresh = check_not_expired("timestamp", last); !fresh) return fail(fresh.error());
  if (!is_same) timestamp_ = std::move(*next);
  return !is_same;
}

const FileFacts* TrustedSet::snapshot_facts() const {
  return timestamp_ ? &timestamp_->files.at("snapshot.json") : nullptr;
}

const FileFacts* TrustedSet::targets_facts(const std::string& role) const {
  if (!snapshot_is_final_) return nullptr;
  const auto found = snapshot_->files.find(role + ".json");
  return found == snapshot_->files.end() ? nullptr : &found->second;
}

Result<bool> TrustedSet::take_local_snapshot(std::string bytes) {
  CHECK(timestamp_ && !snapshot_is_final_, "the timestamp comes before the snapshot");
  const bool is_listed = check_bytes("snapshot", bytes, *snapshot_facts()).has_value();
  auto read = signed_by_root(Type::snapshot, std::move(bytes));
  if (!read) return fail(read.error());
  snapshot_ = std::move(*read);
  snapshot_is_final_ =
      is_listed && snapshot_->version == snapshot_facts()->version && !snapshot_->is_expired(now_);
  return snapshot_is_final_;
}

Result<void> TrustedSet::check_snapshot_moves_on(const Metadata& next) const {
  if (!snapshot_) return {};
  for (const auto& [name, before] : snapshot_->files) {
    const auto found = next.files.find(name);
    if (found == next.files.end()) {
      return refused("tuf-rollback", "The snapshot lists " + name + " no longer.");
    }
    if (found->second.version < before.version) {
      return refused("tuf-rollback", "The snapshot lists " + name + " in " +
                                         versions(found->second.version, before.version) +
                                         " was seen; it must not go back.");
    }
  }
  return {};
}

Result<void> TrustedSet::take_snapshot(std::string bytes) {
  CHECK(timestamp_ && !snapshot_is_final_, "the timestamp comes before the snapshot");
  const FileFacts& facts = *snapshot_facts();
  if (const auto same = check_bytes("snapshot", bytes, facts); !same) return same;
  auto next = signed_by_root(Type::snapshot, std::move(bytes));
  if (!next) return fail(next.error());
  if (next->version != facts.version) {
    return refused("tuf-version", "The snapshot has " + versions(next->version, facts.version) +
                                      " was announced.");
  }
  if (const auto moves_on = check_snapshot_moves_on(*next); !moves_on) return moves_on;
  if (const auto fresh = check_not_expired("snapshot", *next); !fresh) return fresh;
  snapshot_ = std::move(*next);
  snapshot_is_final_ = true;
  return {};
}

std::string TrustedSet::chain_of(const std::string& parent_chain, const std::string& role) {
  return parent_chain + "/" + percent_encoded(role, Slash::encoded);
}

const Metadata* TrustedSet::targets(const std::string& chain) const {
  const auto found = targets_.find(chain);
  return found == targets_.end() ? nullptr : &found->second;
}

Result<std::string> TrustedSet::take_targets(const std::string& parent_chain,
                                             const std::string& role, std::string bytes) {
  CHECK(snapshot_is_final_, "the snapshot comes before targets");
  const Role* trusted = &root_.root.roles.at("targets");
  const Keys* keys = &root_.root.keys;
  if (!parent_chain.empty()) {
    const Metadata* parent = targets(parent_chain);
    CHECK(parent != nullptr && parent->delegations, "a parent comes before its roles");
    trusted = delegated(*parent->delegations, role);
    keys = &parent->delegations->keys;
  }
  const FileFacts* facts = targets_facts(role);
  if (trusted == nullptr || facts == nullptr) {
    return refused("tuf-unlisted", "The role " + role + " is not listed where it must be.");
  }
  if (const auto same = check_bytes(role, bytes, *facts); !same) return fail(same.error());
  auto next = read_metadata(Type::targets, std::move(bytes));
  if (!next) return fail(next.error());
  if (const auto good = check_signed(role, *next, *trusted, *keys); !good) {
    return fail(good.error());
  }
  if (next->version != facts->version) {
    return refused("tuf-version", "The role " + role + " has " +
                                      versions(next->version, facts->version) + " was announced.");
  }
  if (const auto fresh = check_not_expired(role, *next); !fresh) return fail(fresh.error());
  const std::string chain = chain_of(parent_chain, role);
  targets_.insert_or_assign(chain, std::move(*next));
  return chain;
}

}  // namespace ledger::updates::tuf
