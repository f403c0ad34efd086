#include "tests/unit/mirror/published_site.h"

#include "updates/local_file.h"
#include "updates/tuf/metadata_directory.h"
#include "updates/tuf/paths.h"

namespace tests {
namespace {

// Keys are made once for all tests: the tests are about what they sign.
const tuf::PrivateKey& key_named(const std::string& name) {
  static std::map<std::string, tuf::PrivateKey> keys;
  auto found = keys.find(name);
  if (found == keys.end()) {
    found = keys.emplace(name, *tuf::PrivateKey::generate(tuf::KeyKind::ed25519)).first;
  }
  return found->second;
}

tuf::Role role_by(const std::vector<std::string>& names, std::uint64_t threshold) {
  tuf::Role role{{}, threshold};
  for (const auto& name : names) role.key_ids.insert(key_named(name).public_key().id);
  return role;
}

tuf::Keys public_keys(const std::vector<std::string>& names) {
  tuf::Keys keys;
  for (const auto& name : names) {
    keys.emplace(key_named(name).public_key().id, key_named(name).public_key());
  }
  return keys;
}

}  // namespace

tuf::KeyRing PublishedSite::ring(const std::vector<std::string>& names) {
  tuf::KeyRing ring;
  for (const auto& name : names) {
    ring.push_back(*tuf::PrivateKey::from_pem(*key_named(name).pem(""), ""));
  }
  return ring;
}

PublishedSite::PublishedSite(const std::string& owner) {
  using Names = std::vector<std::string>;
  const auto of = [&](Names names) {
    for (auto& name : names) name = owner + name;
    return names;
  };
  signers_ = of(signers_);
  tuf::Root root;
  const Names roots = of({"root-1", "root-2", "root-3"});
  const Names targets = of({"targets-1", "targets-2", "targets-3"});
  const Names online = of({"snapshot", "timestamp"});
  for (const auto& names : {roots, targets, online}) root.keys.merge(public_keys(names));
  root.roles = {{"root", role_by(roots, 2)},
                {"targets", role_by(targets, 2)},
                {"snapshot", role_by(of({"snapshot"}), 1)},
                {"timestamp", role_by(of({"timestamp"}), 1)}};
  tuf::Delegations delegations{
      public_keys(of({"rules", "patterns"})),
      {{"rules", role_by(of({"rules"}), 1), true, {"rules/*"}, {}},
       {"patterns", role_by(of({"patterns"}), 1), true, {"patterns/*/*/*/*"}, {}}},
      {}};
  const auto made =
      tuf::Repository::create(scratch_.path(), root, delegations, ring(signers_), noon);
  CHECK(made.has_value(), "a repository is made");
}

tuf::Repository PublishedSite::open() const {
  return std::move(*tuf::Repository::open(scratch_.path()));
}

void PublishedSite::add(const std::string& path, const std::string& bytes, domain::Time now,
                        const std::string& custom) {
  auto repository = open();
  CHECK(repository.add(path, bytes, custom).has_value(), "a target is added");
  CHECK(repository.publish(ring(signers_), now).has_value(), "it is published");
}

void PublishedSite::retire(const std::string& path, domain::Time now) {
  auto repository = open();
  CHECK(repository.retire(path).has_value(), "a target is retired");
  CHECK(repository.publish(ring(signers_), now).has_value(), "it is published");
}

void PublishedSite::renew(const std::string& role, domain::Time now) {
  auto repository = open();
  CHECK(repository.renew(role).has_value(), "there is such a role");
  CHECK(repository.publish(ring(signers_), now).has_value(), "it is published");
}

void PublishedSite::rotate(const std::string& role, const std::string& new_key) {
  auto repository = open();
  CHECK(repository.rotate(role, {key_named(new_key).public_key()}).has_value(), "keys change");
  signers_.push_back(new_key);
  CHECK(repository.publish(ring(signers_), noon).has_value(), "it is published");
}

std::string PublishedSite::bytes(const std::string& path) const {
  return *updates::read_local_file(scratch_ / path, 100'000'000);
}

void PublishedSite::put(const std::string& path, const std::string& bytes) const {
  CHECK(tuf::replace_file(scratch_ / path, bytes).has_value(), "a file is written");
}

ledger::Result<void> PublishedSite::get(const std::string& path, std::uint64_t bytes_max,
                                        const tuf::Sink& sink) {
  asked.push_back(path);
  if (const auto found = failing.find(path); found != failing.end()) {
    return ledger::fail(found->second);
  }
  if (const auto found = replaced.find(path); found != replaced.end()) return sink(found->second);
  const auto decoded = tuf::percent_decoded(path);
  const auto read = updates::read_local_file(scratch_ / *decoded, bytes_max);
  if (!read) return ledger::fail(read.error());
  return sink(*read);
}

}  // namespace tests
