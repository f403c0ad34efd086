#include "tools/ledgerd/first_start.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "api/auth.h"
#include "ledger/merkle/base64.h"
#include "ledger/store/durable_file.h"

namespace ledgerd {

using ledger::fail;
using ledger::Result;
namespace domain = ledger::domain;

domain::Command by_service(domain::CommandPayload payload) {
  domain::Command command;
  command.actor = {domain::ActorKind::system, "ledgerd", "", domain::Authentication::local};
  command.payload = std::move(payload);
  return command;
}

Result<domain::Digest> load_or_make_seed(const std::filesystem::path& directory,
                                         ledger::Entropy& entropy) {
  const auto path = directory / secret_seed_name;
  domain::Digest seed;
  if (!std::filesystem::exists(path)) {
    entropy.fill(seed.bytes);
    const std::string text = hex(seed) + "\n";
    const auto written = ledger::store::write_durably(path, text, ledger::store::Access::owner);
    if (!written) return fail(written.error());
    return seed;
  }
  const auto text = ledger::store::read_file(path);
  if (!text) return fail(text.error());
  const auto read = domain::digest_from_hex(std::string_view(*text).substr(0, 64));
  if (!read) {
    return fail(ledger::ErrorKind::corrupt, "secret-seed-damaged",
                path.string() +
                    " is not 64 hexadecimal digits; restore it from a backup, or remove "
                    "it and issue new tokens to those that ask for theirs again.");
  }
  return *read;
}

std::string id_of(const ledger::merkle::VerifierKey& key) {
  std::string hex_id;
  for (const std::uint8_t byte : ledger::merkle::key_id(key)) {
    std::array<char, 3> digits{};
    std::snprintf(digits.data(), digits.size(), "%02x", static_cast<unsigned>(byte));
    hex_id += digits.data();
  }
  return hex_id;
}

domain::RecordSigningKey introduction_of(const ledger::merkle::VerifierKey& key) {
  const std::string bytes(key.key.begin(), key.key.end());
  return {id_of(key), key.name, ledger::merkle::base64(bytes)};
}

Result<void> record_key(ledger::Writer& writer, const ledger::merkle::VerifierKey& key,
                        const std::string& next_id) {
  const auto recorded = writer.call(by_service(introduction_of(key)));
  if (!recorded) return fail(recorded.error());
  std::vector<std::string> retired;
  const auto looked = writer.inspect([&](const domain::World& world, const domain::Moment&) {
    for (const auto& [id, introduced] : world.service.signing_keys) {
      if (id != id_of(key) && id != next_id) retired.push_back(id);
    }
  });
  if (!looked) return fail(looked.error());
  for (const auto& id : retired) {
    const auto done = writer.call(by_service(domain::RetireSigningKey{id}));
    if (!done) return fail(done.error());
  }
  return {};
}

Result<bool> issue_admin_token(ledger::Writer& writer, const std::filesystem::path& directory,
                               ledger::Entropy& entropy, domain::Time now) {
  bool needed = false;
  std::uint64_t issued = 0;
  const auto looked = writer.inspect([&](const domain::World& world, const domain::Moment&) {
    const auto& tokens = world.access.tokens;
    needed = std::none_of(tokens.begin(), tokens.end(), [](const auto& each) {
      return each.second.facts.role == domain::Role::admin;
    });
    issued = tokens.size();
  });
  if (!looked) return fail(looked.error());
  if (!needed) return false;
  const domain::TokenId id{"first-admin"};
  const auto made = api::make_token(entropy, "local", id);
  // The file first: a token that is recorded and in nobody's hands would open nothing for anybody.
  const auto written = ledger::store::write_durably(directory / admin_token_name, made.text + "\n",
                                                    ledger::store::Access::owner);
  if (!written) return fail(written.error());
  const auto recorded = writer.call(by_service(
      domain::IssueToken{id, std::nullopt, domain::Role::admin, made.digest,
                         now + domain::days(365), "The first administrator's", std::nullopt}));
  if (!recorded) return fail(recorded.error());
  return true;
}

}  // namespace ledgerd
