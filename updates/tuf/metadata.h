// The four roles' metadata of TUF 1.0.34, read strictly, and the exact bytes they came as.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/domain/ids.h"
#include "ledger/result.h"
#include "updates/tuf/keys.h"

namespace ledger::updates::tuf {

inline constexpr std::size_t root_bytes_max = 512'000;
inline constexpr std::size_t timestamp_bytes_max = 16'384;
inline constexpr std::size_t snapshot_bytes_max = 2'000'000;
inline constexpr std::size_t targets_bytes_max = 5'000'000;

struct Role {
  std::set<std::string> key_ids;
  std::uint64_t threshold = 1;

  bool operator==(const Role&) const = default;
};

using Keys =
    std::map<std::string, PublicKey>;  // By id; those whose id is not their hash are left out.

// What is known of a file before it is fetched; of a target, all but the version.
struct FileFacts {
  std::uint64_t version = 0;
  std::optional<std::uint64_t> length;
  std::map<std::string, std::string> hashes;  // Known algorithms only: "sha256", "sha512"; hex.

  bool operator==(const FileFacts&) const = default;
};

struct Target {
  std::uint64_t length = 0;
  std::map<std::string, std::string> hashes;  // At least one.
  std::string custom;                         // Canonical JSON, or empty.

  bool operator==(const Target&) const = default;
};

struct DelegatedRole {
  std::string name;
  Role role;
  bool terminating = false;
  std::vector<std::string> paths;
  std::vector<std::string> path_hash_prefixes;  // Instead of paths.
};

// A role for each value of the first bits of a path's hash, without listing them (TAP 15).
struct SuccinctRoles {
  Role role;
  unsigned bits = 1;
  std::string name_prefix;
};

struct Delegations {
  Keys keys;
  std::vector<DelegatedRole> roles;
  std::optional<SuccinctRoles> succinct;
};

struct Root {
  bool consistent_snapshot = true;
  Keys keys;
  std::map<std::string, Role> roles;
};

struct Signature {
  std::string key_id;
  std::string value;  // Hex, never empty.
};

struct Metadata {
  std::string bytes;      // As they came.
  std::string canonical;  // Of the signed part.
  std::vector<Signature> signatures;
  std::uint64_t version = 0;
  domain::Time expires;

  Root root;                               // Of type root.
  std::map<std::string, FileFacts> files;  // Of types timestamp and snapshot, by name.
  std::map<std::string, Target> targets;   // Of type targets.
  std::optional<Delegations> delegations;

  bool is_expired(domain::Time now) const { return expires <= now; }
};

enum class Type { root, timestamp, snapshot, targets };
std::string_view name_of(Type type);
std::size_t bytes_max_of(Type type);

// Errors: invalid ("tuf-not-json", "tuf-not-canonical", "tuf-malformed", "tuf-wrong-type",
// "tuf-spec-version", "tuf-duplicate-signature", "tuf-too-large").
Result<Metadata> read_metadata(Type type, std::string bytes);

// How many of the role's keys signed it: keys are told apart by what they are, not by their ids.
std::uint64_t signers_of(const Metadata& metadata, const Role& role, const Keys& keys);

// Errors: corrupt ("tuf-length", "tuf-hash").
Result<void> check_bytes(const std::string& name, std::string_view bytes, const FileFacts& facts);

}  // namespace ledger::updates::tuf
