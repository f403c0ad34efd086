// A repository in memory that a test signs as it likes, and the transport that serves it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/support/scratch_directory.h"
#include "updates/tuf/client.h"
#include "updates/tuf/publisher.h"

namespace tests {

namespace tuf = ledger::updates::tuf;
namespace domain = ledger::domain;

inline constexpr domain::Time today{1'800'000'000'000'000};

// Keys are made once for all tests: the tests are about what they sign.
const tuf::PrivateKey& key(const std::string& name);
tuf::Role role_of(const std::vector<std::string>& names, std::uint64_t threshold = 1);
tuf::Keys keys_of(const std::vector<std::string>& names);
std::string signed_by(const std::vector<std::string>& names, const std::string& part);
// What a test changes in metadata goes through text.
std::string replaced(std::string text, const std::string& from, const std::string& to);
tuf::FileFacts facts(std::uint64_t version);
tuf::Target target_of(std::string_view bytes);

class SignedSite final : public tuf::Transport {
 public:
  SignedSite();

  // Each puts one file where a client asks for it.
  void put_root(std::uint64_t version, const std::vector<std::string>& signers);
  void put_timestamp(std::uint64_t version, std::uint64_t snapshot_version);
  void put_snapshot(std::uint64_t version);  // Of `listed`.
  void put_targets(const std::string& role, std::uint64_t version,
                   const std::vector<std::string>& signers);
  // Snapshot and timestamp of the next version, beside targets that are there.
  void put_all(std::uint64_t version);

  ledger::Result<void> get(const std::string& path, std::uint64_t bytes_max,
                           const tuf::Sink& sink) override;

  // A client's run from what the directory keeps: its error's reason, or "".
  std::string refresh(domain::Time now = today);
  std::string find(const std::string& path);

  tuf::Root root;
  std::string pinned;  // Root 1.
  std::map<std::string, tuf::FileFacts> listed;
  std::map<std::string, tuf::Target> targets;
  std::optional<tuf::Delegations> delegations;
  std::string timestamp_signer = "timestamp";
  std::string snapshot_signer = "snapshot";
  domain::Time expires = today + domain::days(1);
  std::map<std::string, std::string> files;
  std::vector<std::string> asked;
  ScratchDirectory kept;

  tuf::MetadataDirectory directory() const { return tuf::MetadataDirectory(kept.path()); }
};

}  // namespace tests
