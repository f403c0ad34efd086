// Who asks. Bearer tokens are known by the SHA-256 of their secret only: 256 random bits need no
// slow hash. A token counts once its event is in the views, so whoever answers with a new token
// waits for that position first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/http.h"
#include "api/problem.h"
#include "ledger/clock.h"
#include "ledger/entropy.h"
#include "ledger/result.h"
#include "projections/access.h"

namespace ledger::store {
class EventLog;
}
namespace projections {
class ViewStore;
}

namespace api {

// "ulg_<env>_<id>_<secret>": what secret scanners look for, where it belongs, which token it is,
// and 64 hexadecimal digits.
struct NewToken {
  std::string text;       // Shown once and never kept.
  domain::Digest digest;  // Of the whole text; what TokenIssued records.
};
// `environment` is a word of [a-z0-9]; `token` a name.
NewToken make_token(ledger::Entropy& entropy, std::string_view environment,
                    const domain::TokenId& token);

// The digest by which a token is looked up; nothing when it cannot be one of ours.
std::optional<domain::Digest> token_digest(std::string_view text);

// Tokens as the newest views know them. Two implementations: of a view store, and of tests.
class TokenBook {
 public:
  virtual ~TokenBook() = default;
  // Changes whenever an answer below may have changed.
  virtual std::uint64_t version() const = 0;
  // Errors: corrupt, io.
  virtual ledger::Result<std::optional<projections::TokenRow>> token(
      const domain::Digest& secret) const = 0;
  virtual ledger::Result<std::optional<projections::EnrolmentTokenRow>> enrolment_token(
      const domain::Digest& secret) const = 0;
  // What a computer's certificate is worth that was made when the log had `size` events: agent, or
  // relay; nothing if the computer was removed, or its identity revoked, since, or this
  // certificate.
  virtual ledger::Result<std::optional<domain::Role>> machine(const domain::ComputerId& computer,
                                                              const std::string& serial,
                                                              domain::Position size) const = 0;
};
// Both outlive it; `views` are of `log`.
std::unique_ptr<TokenBook> token_book(const projections::ViewStore& views,
                                      const ledger::store::EventLog& log);

// Turns the credential of a request into a caller. Thread: any.
class Auth {
 public:
  struct Options {
    std::size_t cached_max = 16'384;     // Then all that is cached is forgotten.
    std::size_t machines_max = 262'144;  // The same of machines, which keep few bytes.
  };
  Auth(const TokenBook& book, const ledger::Clock& clock, Options options);
  ~Auth();
  Auth(const Auth&) = delete;
  Auth& operator=(const Auth&) = delete;

  // Nothing: the request carries no credential. Problems: 400 "token-in-url",
  // "credential-malformed"; 401 "credential-unknown" (or revoked), "credential-expired"; 503.
  ledger::Result<std::optional<Caller>, Problem> caller(const Request& request);

  // The same by the certificate of the connection. Problems: 401 "certificate-missing",
  // "certificate-foreign", "certificate-expired", "identity-revoked"; 503.
  ledger::Result<Caller, Problem> machine(const Request& request);

 private:
  struct Cache;
  const TokenBook& book_;
  const ledger::Clock& clock_;
  Options options_;
  std::unique_ptr<Cache> cache_;
};

}  // namespace api
