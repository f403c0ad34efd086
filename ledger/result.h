// Expected failures are values: every function that the world or the domain can refuse returns a
// Result, and dropping one does not compile. Bugs of our own are CHECKs, which abort in release
// too.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace ledger {

// Kinds map one to one to HTTP statuses in api/errors.cc; they rarely grow.
enum class ErrorKind {
  invalid,      // The input breaks a rule that can be said without looking at any state.
  not_found,    // What was named does not exist (at the position asked for).
  refused,      // The domain says no.
  conflict,     // Somebody else was there first: a stale version, a stale plan, a reused key.
  overloaded,   // A bounded queue or a limit is full; the same call may succeed later.
  unavailable,  // A dependency or the disk is away; the same call may succeed later.
  corrupt,      // Bytes are not what their digest says.
  io,           // The operating system refused.
};

struct Error {
  ErrorKind kind;
  std::string reason;  // Stable slug for programs: "rule-update-not-older".
  std::string detail;  // One sentence for people: what, which, what to do.

  bool operator==(const Error&) const = default;
};

template <class T, class E = Error>
class [[nodiscard]] Result : public tl::expected<T, E> {
 public:
  using tl::expected<T, E>::expected;
};

inline tl::unexpected<Error> fail(ErrorKind kind, std::string reason, std::string detail) {
  return tl::unexpected<Error>(Error{kind, std::move(reason), std::move(detail)});
}

// For handing an error up: `if (!opened) return fail(opened.error());`
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

[[noreturn]] inline void check_failed(const char* condition, const char* why, const char* file,
                                      int line) {
  std::fprintf(stderr, "%s:%d: CHECK(%s) failed: %s\n", file, line, condition, why);
  std::abort();
}

}  // namespace ledger

// A broken invariant of our own. Never for what a peer or a disk sent: that is an Error.
#define CHECK(condition, why) \
  ((condition) ? static_cast<void>(0) : ::ledger::check_failed(#condition, why, __FILE__, __LINE__))
