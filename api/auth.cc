#include "api/auth.h"

#include <array>
#include <cctype>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "api/machine_authority.h"
#include "ledger/digest.h"

namespace api {

using domain::ActorKind;
using domain::Authentication;
using domain::Digest;
using ledger::Result;
using projections::EnrolmentTokenRow;
using projections::TokenRow;

namespace {

constexpr std::string_view prefix = "ulg_";
constexpr std::size_t secret_digits = 64;
constexpr std::size_t token_bytes_max = 200;

Problem told(int status, std::string code, std::string detail) {
  return Problem{status, std::move(code), std::move(detail), {}, {}};
}

bool is_secret_text(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_word(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string_view::npos;
}

// What follows "Bearer "; the scheme's case does not matter.
std::optional<std::string_view> bearer(std::string_view header) {
  constexpr std::string_view scheme = "bearer ";
  if (header.size() <= scheme.size()) return std::nullopt;
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(header[i])) != scheme[i]) return std::nullopt;
  }
  header.remove_prefix(header.find_first_not_of(' ', scheme.size()) == std::string_view::npos
                           ? header.size()
                           : header.find_first_not_of(' ', scheme.size()));
  return header;
}

// A token in a URL ends up in logs and histories, so it does not count and must be revoked.
bool has_token_in_url(const Request& request) {
  for (const auto& [name, value] : request.query) {
    if (name == "token" || name == "access_token" || name == "api_key") return true;
    if (token_digest(value)) return true;
  }
  return false;
}

ActorKind kind_of(const TokenRow& row) {
  if (row.user) return ActorKind::user;
  if (row.role == domain::Role::agent) return ActorKind::agent;
  if (row.role == domain::Role::relay) return ActorKind::relay;
  return ActorKind::token;
}

std::string actor_id(const TokenRow& row) {
  if (row.user) return row.user->value;
  const bool machine = row.role == domain::Role::agent || row.role == domain::Role::relay;
  return machine && row.computer ? row.computer->value : row.token.value;
}

}  // namespace

NewToken make_token(ledger::Entropy& entropy, std::string_view environment,
                    const domain::TokenId& token) {
  CHECK(is_word(environment), "an environment is a word");
  Digest secret;  // Only for its 32 bytes and how they are written.
  entropy.fill(secret.bytes);
  std::string text(prefix);
  text += environment;
  text += '_' + token.value + '_' + hex(secret);
  const Digest digest = ledger::sha256(text);
  return {std::move(text), digest};
}

std::optional<Digest> token_digest(std::string_view text) {
  if (text.size() > token_bytes_max || !text.starts_with(prefix)) return std::nullopt;
  const auto environment_end = text.find('_', prefix.size());
  const auto id_end = text.rfind('_');
  if (environment_end == std::string_view::npos || id_end <= environment_end) return std::nullopt;
  const auto environment = text.substr(prefix.size(), environment_end - prefix.size());
  const auto id = text.substr(environment_end + 1, id_end - environment_end - 1);
  const auto secret = text.substr(id_end + 1);
  if (!is_word(environment) || !domain::is_name(id)) return std::nullopt;
  if (secret.size() != secret_digits || !is_secret_text(secret)) return std::nullopt;
  return ledger::sha256(text);
}

// What the book says of a digest. Of one state of the book: an entry of another is asked again.
struct Auth::Cache {
  struct Entry {
    std::uint64_t version = 0;
    std::optional<TokenRow> token;
    std::optional<EnrolmentTokenRow> enrolment;
  };
  struct ByDigest {
    // The digest is one already.
    std::size_t operator()(const Digest& digest) const {
      std::size_t hash = 0;
      for (std::size_t i = 0; i < sizeof hash; ++i) hash = hash << 8 | digest.bytes[i];
      return hash;
    }
  };
  struct Machine {
    std::uint64_t version = 0;
    domain::Role role{};
  };
  std::mutex mutex;
  std::unordered_map<Digest, Entry, ByDigest> entries;
  std::unordered_map<std::string, Machine> machines;  // By serial.

  std::optional<domain::Role> known(const std::string& serial, std::uint64_t version) {
    const std::lock_guard lock(mutex);
    const auto found = machines.find(serial);
    if (found == machines.end() || found->second.version != version) return std::nullopt;
    return found->second.role;
  }
  void keep(const std::string& serial, const Machine& machine, std::size_t most) {
    const std::lock_guard lock(mutex);
    if (machines.size() >= most) machines.clear();
    machines.insert_or_assign(serial, machine);
  }
};

Auth::Auth(const TokenBook& book, const ledger::Clock& clock, Options options)
    : book_(book), clock_(clock), options_(options), cache_(std::make_unique<Cache>()) {}
Auth::~Auth() = default;

namespace {

Caller caller_of(const TokenRow& row, const Request& request) {
  Caller caller;
  caller.actor = {kind_of(row), actor_id(row), request.address, Authentication::token};
  caller.role = row.role;
  caller.computer = row.computer;
  return caller;
}

Caller caller_of(const EnrolmentTokenRow& row, const Request& request) {
  Caller caller;
  caller.actor = {ActorKind::token, row.token.value, request.address, Authentication::token};
  caller.role = domain::Role::agent;
  caller.enrolment = row.token;
  return caller;
}

}  // namespace

Result<Caller, Problem> Auth::machine(const Request& request) {
  using Answer = Result<Caller, Problem>;
  const auto no = [](int status, std::string code, std::string detail) -> Answer {
    return tl::unexpected<Problem>(told(status, std::move(code), std::move(detail)));
  };
  if (request.certificate == nullptr) {
    return no(401, "certificate-missing",
              "Machines are known here by the certificate that they got when they enrolled.");
  }
  const ShownCertificate& shown = *request.certificate;
  if (shown.expired || shown.not_after <= clock_.now()) {
    return no(401, "certificate-expired",
              "The certificate expired at " + rfc3339(shown.not_after) + "; enrol again.");
  }
  const auto size = size_in_serial(shown.serial);
  if (!shown.fault.empty() || !size || !domain::is_name(shown.common_name)) {
    return no(401, "certificate-foreign",
              "The certificate is none that this ledger's authority gave to a machine" +
                  (shown.fault.empty() ? "." : ": " + shown.fault + "."));
  }
  const domain::ComputerId computer{shown.common_name};
  const std::uint64_t version = book_.version();
  auto role = cache_->known(shown.serial, version);
  if (!role) {
    const auto asked = book_.machine(computer, shown.serial, *size);
    if (!asked) return no(503, asked.error().reason, asked.error().detail);
    role = *asked;
    if (role) cache_->keep(shown.serial, {version, *role}, options_.machines_max);
  }
  if (!role) {
    return no(401, "identity-revoked",
              "The certificate counts no longer: it was revoked, or its computer was removed.");
  }
  Caller caller;
  caller.actor = {*role == domain::Role::relay ? ActorKind::relay : ActorKind::agent,
                  computer.value, request.address, Authentication::certificate};
  caller.role = *role;
  caller.computer = computer;
  return caller;
}

Result<std::optional<Caller>, Problem> Auth::caller(const Request& request) {
  using Answer = Result<std::optional<Caller>, Problem>;
  const auto no = [](int status, std::string code, std::string detail) -> Answer {
    return tl::unexpected<Problem>(told(status, std::move(code), std::move(detail)));
  };
  if (has_token_in_url(request)) {
    return no(400, "token-in-url",
              "A token in a URL is kept in logs and histories; send it in the header "
              "Authorization, and revoke this one.");
  }
  const auto header = request.header("authorization");
  if (!header) return std::optional<Caller>();
  const auto text = bearer(*header);
  const auto digest = text ? token_digest(*text) : std::nullopt;
  if (!digest) {
    return no(401, "credential-malformed",
              "The header Authorization is not \"Bearer \" and a token of this ledger.");
  }
  const std::uint64_t version = book_.version();
  Cache::Entry entry;
  bool known = false;
  {
    const std::lock_guard lock(cache_->mutex);
    const auto found = cache_->entries.find(*digest);
    known = found != cache_->entries.end() && found->second.version == version;
    if (known) entry = found->second;
  }
  if (!known) {
    entry.version = version;
    const auto token = book_.token(*digest);
    if (!token) return no(503, token.error().reason, token.error().detail);
    entry.token = *token;
    if (!entry.token) {
      const auto enrolment = book_.enrolment_token(*digest);
      if (!enrolment) return no(503, enrolment.error().reason, enrolment.error().detail);
      entry.enrolment = *enrolment;
    }
    // What is not known is not kept: guesses would push out what is.
    if (entry.token || entry.enrolment) {
      const std::lock_guard lock(cache_->mutex);
      if (cache_->entries.size() >= options_.cached_max) cache_->entries.clear();
      cache_->entries.insert_or_assign(*digest, entry);
    }
  }
  const auto expires_at = entry.token       ? entry.token->expires_at
                          : entry.enrolment ? entry.enrolment->expires_at
                                            : domain::Time{};
  if (!entry.token && !entry.enrolment) {
    return no(401, "credential-unknown", "There is no such token, or it was revoked.");
  }
  if (clock_.now() >= expires_at) {
    return no(401, "credential-expired", "The token expired at " + rfc3339(expires_at) + ".");
  }
  return std::optional<Caller>(entry.token ? caller_of(*entry.token, request)
                                           : caller_of(*entry.enrolment, request));
}

}  // namespace api
