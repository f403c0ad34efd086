// The ledger about itself: starts, digests, verification, exports, refusals. What auditors ask
// about the record as such.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

// The manager opened the log and begins to serve.
struct ServiceStarted {
  std::string version;  // Of the program.
  std::uint32_t data_format = 0;
  Position size;                  // Records found at start.
  std::uint64_t beyond_head = 0;  // Of those, records that the head file did not cover yet:
                                  // durable, perhaps never acknowledged.

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("version", &ServiceStarted::version),
                      field("data_format", &ServiceStarted::data_format),
                      field("size", &ServiceStarted::size),
                      field("beyond_head", &ServiceStarted::beyond_head));
  }
  bool operator==(const ServiceStarted&) const = default;
};

// An orderly stop; a start without one before it was a crash.
struct ServiceStopped {
  std::string cause;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("cause", &ServiceStopped::cause));
  }
  bool operator==(const ServiceStopped&) const = default;
};

// What every view amounts to after `folded` events; every later replay must reproduce it.
struct ViewsDigested {
  Position folded;
  std::vector<ViewDigest> views;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("folded", &ViewsDigested::folded),
                      field("views", &ViewsDigested::views));
  }
  bool operator==(const ViewsDigested&) const = default;
};

// A verification run over the first `size` records ended.
struct LedgerVerified {
  Position size;
  Digest root;
  bool sound = false;
  std::vector<std::string> faults;  // The first ones, in words.

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("size", &LedgerVerified::size), field("root", &LedgerVerified::root),
                      field("sound", &LedgerVerified::sound),
                      field("faults", &LedgerVerified::faults));
  }
  bool operator==(const LedgerVerified&) const = default;
};

// From here on checkpoints are signed by this key.
struct SigningKeyIntroduced {
  std::string key_id;
  std::string name;
  std::string public_key;  // Base64.

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("key_id", &SigningKeyIntroduced::key_id),
                      field("name", &SigningKeyIntroduced::name),
                      field("public_key", &SigningKeyIntroduced::public_key));
  }
  bool operator==(const SigningKeyIntroduced&) const = default;
};

// Checkpoints signed by it stay valid; it signs no new ones.
struct SigningKeyRetired {
  std::string key_id;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("key_id", &SigningKeyRetired::key_id));
  }
  bool operator==(const SigningKeyRetired&) const = default;
};

// A witness elsewhere has seen this head and found it consistent with the last it saw.
struct WitnessCosigned {
  std::string witness;
  Position size;
  Digest root;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("witness", &WitnessCosigned::witness),
                      field("size", &WitnessCosigned::size), field("root", &WitnessCosigned::root));
  }
  bool operator==(const WitnessCosigned&) const = default;
};

// A witness found this head inconsistent.
struct WitnessRefused {
  std::string witness;
  Position size;
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("witness", &WitnessRefused::witness),
                      field("size", &WitnessRefused::size),
                      field("detail", &WitnessRefused::detail));
  }
  bool operator==(const WitnessRefused&) const = default;
};

// A witness has not cosigned for long, though there is something new.
struct WitnessUnreachable {
  std::string witness;
  Position size;       // Of the newest head that it cosigned.
  std::string detail;  // Why, as far as is known.

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("witness", &WitnessUnreachable::witness),
                      field("size", &WitnessUnreachable::size),
                      field("detail", &WitnessUnreachable::detail));
  }
  bool operator==(const WitnessUnreachable&) const = default;
};

// A copy of the record was made.
struct BackupCreated {
  Position size;
  Digest root;
  std::string name;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("size", &BackupCreated::size), field("root", &BackupCreated::root),
                      field("name", &BackupCreated::name));
  }
  bool operator==(const BackupCreated&) const = default;
};

// The log continues from a backup.
struct LedgerRestored {
  Position size;
  Digest root;
  std::string name;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("size", &LedgerRestored::size), field("root", &LedgerRestored::root),
                      field("name", &LedgerRestored::name));
  }
  bool operator==(const LedgerRestored&) const = default;
};

// Somebody took data out.
struct ExportMade {
  std::string what;  // The route or report.
  std::string filter;
  Position as_of;
  std::uint64_t rows = 0;
  std::string format;
  Digest digest;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("what", &ExportMade::what), field("filter", &ExportMade::filter),
                      field("as_of", &ExportMade::as_of), field("rows", &ExportMade::rows),
                      field("format", &ExportMade::format), field("digest", &ExportMade::digest));
  }
  bool operator==(const ExportMade&) const = default;
};

// An evidence bundle was made.
struct EvidenceIssued {
  std::string scope;
  Position from;
  Position to;
  Digest digest;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("scope", &EvidenceIssued::scope), field("from", &EvidenceIssued::from),
                      field("to", &EvidenceIssued::to), field("digest", &EvidenceIssued::digest));
  }
  bool operator==(const EvidenceIssued&) const = default;
};

// A report over a period was made.
struct ReportMade {
  std::string report;
  Position from;
  Position to;
  Digest digest;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("report", &ReportMade::report), field("from", &ReportMade::from),
                      field("to", &ReportMade::to), field("digest", &ReportMade::digest));
  }
  bool operator==(const ReportMade&) const = default;
};

// Somebody with the right to ask asked for what the domain does not allow.
struct CommandRefused {
  std::string command;
  std::string subject;
  std::string code;
  std::string detail;
  bool conflict = false;  // The state had moved on, as opposed to a rule that forbids it.

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("command", &CommandRefused::command), field("subject", &CommandRefused::subject),
        field("code", &CommandRefused::code), field("detail", &CommandRefused::detail),
        field("conflict", &CommandRefused::conflict));
  }
  bool operator==(const CommandRefused&) const = default;
};

// Somebody known asked for what the role does not allow.
struct AccessDenied {
  std::string method;
  std::string route;
  std::string permission;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("method", &AccessDenied::method), field("route", &AccessDenied::route),
                      field("permission", &AccessDenied::permission));
  }
  bool operator==(const AccessDenied&) const = default;
};

// Attempts without a valid credential from one address since the last such event.
struct SignInFailed {
  std::uint32_t attempts = 0;
  std::string cause;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("attempts", &SignInFailed::attempts),
                      field("cause", &SignInFailed::cause));
  }
  bool operator==(const SignInFailed&) const = default;
};

// A position got a name.
struct BookmarkSet {
  BookmarkId bookmark;
  Position position;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("bookmark", &BookmarkSet::bookmark),
                      field("position", &BookmarkSet::position));
  }
  bool operator==(const BookmarkSet&) const = default;
};

// The name is free again; the position stays.
struct BookmarkRemoved {
  BookmarkId bookmark;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("bookmark", &BookmarkRemoved::bookmark));
  }
  bool operator==(const BookmarkRemoved&) const = default;
};

// The wall clock went back; recorded times stand still until it has caught up.
struct ClockStepped {
  Time from;
  Time to;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("from", &ClockStepped::from), field("to", &ClockStepped::to));
  }
  bool operator==(const ClockStepped&) const = default;
};

}  // namespace ledger::domain
