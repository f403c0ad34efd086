#include "tools/ledgerctl/exit_code.h"

#include <algorithm>
#include <array>

namespace ledgerctl {
namespace {

struct OfStatus {
  int status;
  Exit exit;
};

constexpr std::array<OfStatus, 18> of_statuses = {{
    {400, Exit::usage},        // A filter, an order, a moment, a field of a body.
    {401, Exit::not_allowed},  //
    {403, Exit::not_allowed},  //
    {404, Exit::not_found},    //
    {408, Exit::timed_out},    //
    {409, Exit::conflict},     // The domain says no to it as things are.
    {410, Exit::conflict},     // A plan that has expired.
    {412, Exit::conflict},     // A version that is stale.
    {413, Exit::usage},        // A file that is too large.
    {414, Exit::usage},        //
    {422, Exit::conflict},     // An idempotency key of another request.
    {428, Exit::conflict},     //
    {429, Exit::unavailable},  //
    {431, Exit::usage},        // A filter that is too long for any server.
    {502, Exit::unavailable},  //
    {503, Exit::unavailable},  //
    {504, Exit::timed_out},    //
    {507, Exit::unavailable},  //
}};

struct OfCode {
  std::string_view code;
  Exit exit;
};

constexpr std::array<OfCode, 9> of_codes = {{
    {"backup-exists", Exit::conflict},
    {"bundle-expired", Exit::not_verified},
    {"bundle-foreign", Exit::not_verified},
    {"bundle-not-authentic", Exit::not_verified},
    {"content-damaged", Exit::not_verified},
    {"disk-full", Exit::unavailable},
    {"edit-beyond-log", Exit::usage},
    {"log-damaged", Exit::not_verified},
    {"route-not-found", Exit::failed},  // A server that is older than this program.
}};

// `otherwise`, unless the code says more.
Exit exit_of_code(std::string_view code, Exit otherwise) {
  const auto* found = std::find_if(of_codes.begin(), of_codes.end(),
                                   [&](const OfCode& each) { return each.code == code; });
  return found == of_codes.end() ? otherwise : found->exit;
}

}  // namespace

Exit exit_of(int status, std::string_view code) {
  const auto* found = std::find_if(of_statuses.begin(), of_statuses.end(),
                                   [&](const OfStatus& each) { return each.status == status; });
  return exit_of_code(code, found == of_statuses.end() ? Exit::failed : found->exit);
}

Exit exit_of_operation(std::string_view code) { return exit_of_code(code, Exit::failed); }

Exit exit_of(const ledger::Error& error) {
  using ledger::ErrorKind;
  switch (error.kind) {
    case ErrorKind::invalid:
      return Exit::usage;
    case ErrorKind::not_found:
      return Exit::not_found;
    case ErrorKind::refused:
    case ErrorKind::conflict:
      return Exit::conflict;
    case ErrorKind::overloaded:
    case ErrorKind::unavailable:
      return Exit::unavailable;
    case ErrorKind::corrupt:
      return Exit::not_verified;
    case ErrorKind::io:
      return Exit::failed;
  }
  return Exit::failed;
}

}  // namespace ledgerctl
