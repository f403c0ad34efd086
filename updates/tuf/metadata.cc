#include "updates/tuf/metadata.h"

#include <algorithm>
#include <utility>

#include "ledger/digest.h"
#include "updates/tuf/canonical_json.h"
#include "updates/tuf/fields.h"

namespace ledger::updates::tuf {
namespace {

Role read_role(Fields& fields, const JsonValue& from) {
  Role role;
  for (const auto& id : fields.strings(from, "keyids")) {
    if (!role.key_ids.insert(id).second) fields.refuse("a role names the key " + id + " twice");
  }
  role.threshold = fields.integer(from, "threshold", 1);
  return role;
}

Keys read_keys(Fields& fields, const JsonValue& from) {
  Keys keys;
  for (const auto& [id, listed] : fields.object(from, "keys")) {
    PublicKey key;
    key.id = id;
    key.type = fields.string(listed, "keytype");
    key.scheme = fields.string(listed, "scheme");
    const JsonValue* value = fields.member(listed, "keyval");
    if (value != nullptr) key.text = fields.string(*value, "public");
    if (!fields.ok()) return keys;
    // Some publishers hash a key with its unknown fields, others without.
    const auto whole = canonical_json(listed);
    const auto known = canonical_json(json_of(key));
    const bool named_by_hash =
        (whole && hex(sha256(*whole)) == id) || (known && hex(sha256(*known)) == id);
    if (named_by_hash) keys.emplace(id, std::move(key));
  }
  return keys;
}

Root read_root(Fields& fields, const JsonValue& from) {
  Root root;
  if (from.member("consistent_snapshot") != nullptr) {
    root.consistent_snapshot = fields.boolean(from, "consistent_snapshot");
  } else {
    root.consistent_snapshot = false;
  }
  root.keys = read_keys(fields, from);
  const JsonValue* roles = fields.member(from, "roles");
  if (roles == nullptr) return root;
  for (const Type type : {Type::root, Type::timestamp, Type::snapshot, Type::targets}) {
    const std::string name(name_of(type));
    if (const JsonValue* role = fields.member(*roles, name)) {
      root.roles[name] = read_role(fields, *role);
    }
  }
  return root;
}

enum class Hashes { wanted, optional };

std::map<std::string, std::string> read_hashes(Fields& fields, const JsonValue& from, Hashes need) {
  std::map<std::string, std::string> hashes;
  if (need == Hashes::optional && from.member("hashes") == nullptr) return hashes;
  for (const auto& [algorithm, value] : fields.object(from, "hashes")) {
    const auto* text = std::get_if<std::string>(&value.value);
    const auto bytes = text == nullptr ? std::nullopt : bytes_from_hex(*text);
    const std::size_t size = algorithm == "sha256" ? 32 : algorithm == "sha512" ? 64 : 0;
    if (size == 0) continue;
    if (!bytes || bytes->size() != size) {
      fields.refuse("a hash is not what " + algorithm + " gives");
      continue;
    }
    hashes[algorithm] = hex_of(*bytes);
  }
  if (hashes.empty()) fields.refuse("a file has no hash that is known (sha256, sha512)");
  return hashes;
}

std::map<std::string, FileFacts> read_files(Fields& fields, const JsonValue& from) {
  std::map<std::string, FileFacts> files;
  for (const auto& [name, listed] : fields.object(from, "meta")) {
    FileFacts facts;
    facts.version = fields.integer(listed, "version", 1);
    if (listed.member("length") != nullptr) facts.length = fields.integer(listed, "length", 0);
    facts.hashes = read_hashes(fields, listed, Hashes::optional);
    files.emplace(name, std::move(facts));
  }
  return files;
}

std::map<std::string, Target> read_targets(Fields& fields, const JsonValue& from) {
  std::map<std::string, Target> targets;
  for (const auto& [path, listed] : fields.object(from, "targets")) {
    Target target;
    target.length = fields.integer(listed, "length", 0);
    target.hashes = read_hashes(fields, listed, Hashes::wanted);
    if (const JsonValue* custom = listed.member("custom")) {
      const auto text = canonical_json(*custom);
      if (text) target.custom = *text;
    }
    targets.emplace(path, std::move(target));
  }
  return targets;
}

bool is_top_level(std::string_view name) {
  return name == "root" || name == "timestamp" || name == "snapshot" || name == "targets";
}

DelegatedRole read_delegated(Fields& fields, const JsonValue& from) {
  constexpr std::size_t role_name_bytes_max = 80;  // Its file's name may be three times as long.
  DelegatedRole made;
  made.name = fields.string(from, "name");
  if (made.name.empty() || made.name.size() > role_name_bytes_max || is_top_level(made.name)) {
    fields.refuse("a delegated role has no name that it may have");
  }
  made.role = read_role(fields, from);
  made.terminating = fields.boolean(from, "terminating");
  const bool by_path = from.member("paths") != nullptr;
  if (by_path == (from.member("path_hash_prefixes") != nullptr)) {
    fields.refuse("a delegated role has either paths or path_hash_prefixes");
  } else if (by_path) {
    made.paths = fields.strings(from, "paths");
  } else {
    made.path_hash_prefixes = fields.strings(from, "path_hash_prefixes");
  }
  return made;
}

SuccinctRoles read_succinct(Fields& fields, const JsonValue& from) {
  constexpr std::size_t name_prefix_bytes_max = 60;
  SuccinctRoles made;
  made.role = read_role(fields, from);
  const std::uint64_t bits = fields.integer(from, "bit_length", 1);
  if (bits > 32) fields.refuse("bit_length is above 32");
  made.bits = static_cast<unsigned>(std::min<std::uint64_t>(bits, 32));
  made.name_prefix = fields.string(from, "name_prefix");
  if (made.name_prefix.empty() || made.name_prefix.size() > name_prefix_bytes_max) {
    fields.refuse("name_prefix is empty or too long");
  }
  return made;
}

Delegations read_delegations(Fields& fields, const JsonValue& from) {
  Delegations made;
  made.keys = read_keys(fields, from);
  const JsonValue* succinct = from.member("succinct_roles");
  if ((succinct != nullptr) == (from.member("roles") != nullptr)) {
    fields.refuse("delegations have either roles or succinct_roles");
    return made;
  }
  if (succinct != nullptr) {
    made.succinct = read_succinct(fields, *succinct);
    return made;
  }
  std::set<std::string> names;
  for (const auto& listed : fields.array(from, "roles")) {
    made.roles.push_back(read_delegated(fields, listed));
    if (!names.insert(made.roles.back().name).second) fields.refuse("a role is delegated twice");
  }
  return made;
}

void read_signatures(Fields& fields, const JsonValue& root, Metadata& out) {
  std::set<std::string> seen;
  for (const auto& listed : fields.array(root, "signatures")) {
    Signature signature{fields.string(listed, "keyid"), fields.string(listed, "sig")};
    if (!fields.ok()) return;
    if (!seen.insert(signature.key_id).second) {
      fields.refuse("tuf-duplicate-signature", "the key " + signature.key_id + " signed twice");
      return;
    }
    if (!signature.value.empty()) out.signatures.push_back(std::move(signature));
  }
}

void read_common(Fields& fields, const JsonValue& part, Type type, Metadata& out) {
  const std::string found = fields.string(part, "_type");
  if (fields.ok() && found != name_of(type)) {
    fields.refuse("tuf-wrong-type", "its type is " + found);
    return;
  }
  const std::string spec = fields.string(part, "spec_version");
  if (fields.ok() && spec != "1" && !spec.starts_with("1.")) {
    fields.refuse("tuf-spec-version", "it follows version " + spec + " of the specification");
  }
  out.version = fields.integer(part, "version", 1);
  const std::string expires = fields.string(part, "expires");
  const auto time = domain::time_from_rfc3339(expires);
  constexpr std::size_t time_bytes = 20;  // 2030-01-01T00:00:00Z
  if (!time || expires.size() != time_bytes || expires.back() != 'Z') {
    fields.refuse("expires is not a time such as 2030-01-01T00:00:00Z");
  } else {
    out.expires = *time;
  }
}

void read_body(Fields& fields, const JsonValue& part, Type type, Metadata& out) {
  switch (type) {
    case Type::root:
      out.root = read_root(fields, part);
      return;
    case Type::timestamp:
    case Type::snapshot:
      out.files = read_files(fields, part);
      if (!out.files.contains(type == Type::timestamp ? "snapshot.json" : "targets.json")) {
        fields.refuse("it does not list the metadata that follows");
      }
      return;
    case Type::targets:
      out.targets = read_targets(fields, part);
      if (const JsonValue* found = part.member("delegations")) {
        out.delegations = read_delegations(fields, *found);
      }
      return;
  }
}

}  // namespace

std::string_view name_of(Type type) {
  static constexpr std::string_view names[] = {"root", "timestamp", "snapshot", "targets"};
  return names[static_cast<std::size_t>(type)];
}

std::size_t bytes_max_of(Type type) {
  static constexpr std::size_t bounds[] = {root_bytes_max, timestamp_bytes_max, snapshot_bytes_max,
                                           targets_bytes_max};
  return bounds[static_cast<std::size_t>(type)];
}

Result<Metadata> read_metadata(Type type, std::string bytes) {
  const std::string name(name_of(type));
  if (bytes.size() > bytes_max_of(type)) {
    return fail(ErrorKind::invalid, "tuf-too-large", "The " + name + " metadata is too large.");
  }
  Metadata made;
  made.bytes = std::move(bytes);
  const auto document = codec::parse_json_document(made.bytes);
  if (!document.errors.empty()) {
    return fail(ErrorKind::invalid, "tuf-not-json",
                "The " + name + " metadata is no JSON. " + document.errors.front().detail);
  }
  // Floats are refused wherever they stand, also beside the signed part.
  if (const auto whole = canonical_json(document.root); !whole) return fail(whole.error());
  Fields fields(name);
  const JsonValue* part = fields.member(document.root, "signed");
  read_signatures(fields, document.root, made);
  if (part != nullptr && fields.ok()) {
    read_common(fields, *part, type, made);
    if (fields.ok()) read_body(fields, *part, type, made);
  }
  if (!fields.ok()) return fail(fields.error());
  made.canonical = *canonical_json(*part);
  return made;
}

std::uint64_t signers_of(const Metadata& metadata, const Role& role, const Keys& keys) {
  std::set<std::string> signers;
  for (const auto& signature : metadata.signatures) {
    const auto key = keys.find(signature.key_id);
    if (key == keys.end() || !role.key_ids.contains(signature.key_id)) continue;
    const auto identity = identity_of(key->second);
    if (!identity || signers.contains(*identity)) continue;
    if (verify(key->second, metadata.canonical, signature.value)) signers.insert(*identity);
  }
  return signers.size();
}

Result<void> check_bytes(const std::string& name, std::string_view bytes, const FileFacts& facts) {
  if (facts.length && *facts.length != bytes.size()) {
    return fail(ErrorKind::corrupt, "tuf-length",
                name + " has " + std::to_string(bytes.size()) + " bytes; " +
                    std::to_string(*facts.length) + " were announced.");
  }
  for (const auto& [algorithm, expected] : facts.hashes) {
    const std::string found = algorithm == "sha256" ? hex(sha256(bytes)) : sha512_hex(bytes);
    if (found != expected) {
      return fail(
          ErrorKind::corrupt, "tuf-hash",
          name + " has the " + algorithm + " " + found + "; " + expected + " was announced.");
    }
  }
  return {};
}

}  // namespace ledger::updates::tuf
