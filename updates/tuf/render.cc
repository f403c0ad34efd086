#include <algorithm>

#include "ledger/codec/json_out.h"
#include "updates/tuf/canonical_json.h"
#include "updates/tuf/publisher.h"

namespace ledger::updates::tuf {
namespace {

std::string text_json(std::string_view text) {
  std::string out;
  codec::write_json(out, text);
  return out;
}

template <class Items, class Write>
std::string joined(const Items& items, char open, char close, Write write) {
  std::string out(1, open);
  for (const auto& item : items) {
    if (out.size() > 1) out += ',';
    out += write(item);
  }
  return out + close;
}

std::string list(const std::vector<std::string>& texts) {
  return joined(texts, '[', ']', [](const auto& each) { return text_json(each); });
}

std::string keyids_and_threshold(const Role& role) {
  return "\"keyids\":" +
         joined(role.key_ids, '[', ']', [](const auto& id) { return text_json(id); }) +
         ",\"threshold\":" + std::to_string(role.threshold);
}

std::string keys_json(const Keys& keys) {
  return joined(keys, '{', '}',
                [](const auto& key) { return text_json(key.first) + ":" + json_of(key.second); });
}

std::string hashes_json(const std::map<std::string, std::string>& hashes) {
  return joined(hashes, '{', '}', [](const auto& hash) {
    return text_json(hash.first) + ":" + text_json(hash.second);
  });
}

// To the second, as the specification has it.
std::string time_json(domain::Time time) {
  constexpr std::size_t to_the_second = 19;
  return text_json(domain::rfc3339(time).substr(0, to_the_second) + "Z");
}

std::string begin(Type type, std::uint64_t version, domain::Time expires) {
  return "{\"_type\":" + text_json(name_of(type)) +
         ",\"spec_version\":\"1.0.34\",\"version\":" + std::to_string(version) +
         ",\"expires\":" + time_json(expires);
}

std::string delegated_json(const DelegatedRole& role) {
  std::string out = "{\"name\":" + text_json(role.name) + "," + keyids_and_threshold(role.role) +
                    ",\"terminating\":" + (role.terminating ? "true" : "false");
  out += role.path_hash_prefixes.empty()
             ? ",\"paths\":" + list(role.paths)
             : ",\"path_hash_prefixes\":" + list(role.path_hash_prefixes);
  return out + "}";
}

}  // namespace

std::string root_json(const Root& root, std::uint64_t version, domain::Time expires) {
  return begin(Type::root, version, expires) +
         ",\"consistent_snapshot\":" + (root.consistent_snapshot ? "true" : "false") +
         ",\"keys\":" + keys_json(root.keys) + ",\"roles\":" +
         joined(root.roles, '{', '}',
                [](const auto& role) {
                  return text_json(role.first) + ":{" + keyids_and_threshold(role.second) + "}";
                }) +
         "}";
}

std::string targets_json(const std::map<std::string, Target>& targets,
                         const std::optional<Delegations>& delegations, std::uint64_t version,
                         domain::Time expires) {
  std::string out = begin(Type::targets, version, expires) + ",\"targets\":";
  out += joined(targets, '{', '}', [](const auto& each) {
    const Target& target = each.second;
    std::string facts = text_json(each.first) + ":{\"length\":" + std::to_string(target.length) +
                        ",\"hashes\":" + hashes_json(target.hashes);
    if (!target.custom.empty()) facts += ",\"custom\":" + target.custom;
    return facts + "}";
  });
  if (delegations) {
    out += ",\"delegations\":{\"keys\":" + keys_json(delegations->keys);
    if (delegations->succinct) {
      out += ",\"succinct_roles\":{" + keyids_and_threshold(delegations->succinct->role) +
             ",\"bit_length\":" + std::to_string(delegations->succinct->bits) +
             ",\"name_prefix\":" + text_json(delegations->succinct->name_prefix) + "}}";
    } else {
      out += ",\"roles\":" + joined(delegations->roles, '[', ']', delegated_json) + "}";
    }
  }
  return out + "}";
}

std::string files_json(Type type, const std::map<std::string, FileFacts>& files,
                       std::uint64_t version, domain::Time expires) {
  return begin(type, version, expires) + ",\"meta\":" +
         joined(files, '{', '}',
                [](const auto& file) {
                  const FileFacts& facts = file.second;
                  std::string out =
                      text_json(file.first) + ":{\"version\":" + std::to_string(facts.version);
                  if (facts.length) out += ",\"length\":" + std::to_string(*facts.length);
                  if (!facts.hashes.empty()) out += ",\"hashes\":" + hashes_json(facts.hashes);
                  return out + "}";
                }) +
         "}";
}

Result<std::string> signed_file(const std::string& part, const std::string& name,
                                const std::vector<Role>& roles, const KeyRing& ring) {
  const auto canonical = canonical_json(part);
  if (!canonical) return fail(canonical.error());
  std::map<std::string, const PrivateKey*> signers;
  for (const Role& role : roles) {
    std::set<std::string> found;
    for (const auto& key : ring) {
      const std::string& id = key.public_key().id;
      if (!role.key_ids.contains(id)) continue;
      signers.emplace(id, &key);
      found.insert(id);
    }
    if (found.size() >= role.threshold) continue;
    return fail(ErrorKind::refused, "keys-missing",
                "The " + name + " metadata takes " + std::to_string(role.threshold) +
                    " of its keys and " + std::to_string(found.size()) +
                    " are at hand; bring more.");
  }
  const auto signatures = joined(signers, '[', ']', [&](const auto& each) {
    return "{\"keyid\":" + text_json(each.first) +
           ",\"sig\":" + text_json(each.second->sign(*canonical)) + "}";
  });
  return "{\"signatures\":" + signatures + ",\"signed\":" + part + "}\n";
}

}  // namespace ledger::updates::tuf
