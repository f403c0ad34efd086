#include "tests/unit/tuf/signed_site.h"

#include "ledger/digest.h"

namespace tests {

const tuf::PrivateKey& key(const std::string& name) {
  static std::map<std::string, tuf::PrivateKey> keys;
  auto found = keys.find(name);
  if (found == keys.end()) {
    found = keys.emplace(name, *tuf::PrivateKey::generate(tuf::KeyKind::ed25519)).first;
  }
  return found->second;
}

tuf::Role role_of(const std::vector<std::string>& names, std::uint64_t threshold) {
  tuf::Role role{{}, threshold};
  for (const auto& name : names) role.key_ids.insert(key(name).public_key().id);
  return role;
}

tuf::Keys keys_of(const std::vector<std::string>& names) {
  tuf::Keys keys;
  for (const auto& name : names) keys.emplace(key(name).public_key().id, key(name).public_key());
  return keys;
}

std::string signed_by(const std::vector<std::string>& names, const std::string& part) {
  tuf::KeyRing ring;
  for (const auto& name : names) ring.push_back(*tuf::PrivateKey::from_pem(*key(name).pem(""), ""));
  return *tuf::signed_file(part, "test", {role_of(names, names.size())}, ring);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  CHECK(at != std::string::npos, "a test replaces what is there");
  return text.replace(at, from.size(), to);
}

tuf::FileFacts facts(std::uint64_t version) { return {version, std::nullopt, {}}; }

tuf::Target target_of(std::string_view bytes) {
  return {bytes.size(), {{"sha256", hex(ledger::sha256(bytes))}}, ""};
}

SignedSite::SignedSite() {
  root.keys = keys_of({"root-1", "root-2", "root-3", "targets", "snapshot", "timestamp"});
  root.roles = {{"root", role_of({"root-1", "root-2", "root-3"}, 2)},
                {"targets", role_of({"targets"})},
                {"snapshot", role_of({"snapshot"})},
                {"timestamp", role_of({"timestamp"})}};
  put_root(1, {"root-1", "root-2"});
  pinned = files.at("1.root.json");
  CHECK(tuf::Client::pin(directory(), pinned).has_value(), "a good root is pinned");
  put_targets("targets", 1, {"targets"});
  put_all(1);
}

void SignedSite::put_root(std::uint64_t version, const std::vector<std::string>& signers) {
  files[std::to_string(version) + ".root.json"] =
      signed_by(signers, tuf::root_json(root, version, expires + domain::days(300)));
}

void SignedSite::put_timestamp(std::uint64_t version, std::uint64_t snapshot_version) {
  files["timestamp.json"] =
      signed_by({timestamp_signer},
                tuf::files_json(tuf::Type::timestamp, {{"snapshot.json", facts(snapshot_version)}},
                                version, expires));
}

void SignedSite::put_snapshot(std::uint64_t version) {
  files[std::to_string(version) + ".snapshot.json"] =
      signed_by({snapshot_signer}, tuf::files_json(tuf::Type::snapshot, listed, version, expires));
}

void SignedSite::put_targets(const std::string& role, std::uint64_t version,
                             const std::vector<std::string>& signers) {
  files[std::to_string(version) + "." + role + ".json"] =
      signed_by(signers, tuf::targets_json(targets, delegations, version, expires));
  listed[role + ".json"] = facts(version);
}

void SignedSite::put_all(std::uint64_t version) {
  put_snapshot(version);
  put_timestamp(version, version);
}

ledger::Result<void> SignedSite::get(const std::string& path, std::uint64_t,
                                     const tuf::Sink& sink) {
  asked.push_back(path);
  const auto found = files.find(path);
  if (found == files.end()) {
    return ledger::fail(ledger::ErrorKind::not_found, "file-unknown", "No " + path + ".");
  }
  return sink(found->second);
}

std::string SignedSite::refresh(domain::Time now) {
  asked.clear();
  auto client = tuf::Client::open(directory(), *this, now);
  if (!client) return client.error().reason;
  const auto done = client->refresh();
  return done ? "" : done.error().reason;
}

std::string SignedSite::find(const std::string& path) {
  auto client = tuf::Client::open(directory(), *this, today);
  if (!client) return client.error().reason;
  if (const auto done = client->refresh(); !done) return done.error().reason;
  const auto found = client->find(path);
  return found ? "" : found.error().reason;
}

}  // namespace tests
