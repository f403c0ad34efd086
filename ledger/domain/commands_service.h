// Commands by which the manager records what concerns the ledger itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

// Time has passed. `unheard`: computers whose heartbeats stopped, as the contact book saw them.
struct Tick {
  Time now;
  std::vector<Unheard> unheard;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("now", &Tick::now), field("unheard", &Tick::unheard));
  }
  bool operator==(const Tick&) const = default;
};

// The log was opened.
struct RecordServiceStarted {
  std::string version;
  std::uint32_t data_format = 0;
  Position size;
  std::uint64_t beyond_head = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("version", &RecordServiceStarted::version),
                      field("data_format", &RecordServiceStarted::data_format),
                      field("size", &RecordServiceStarted::size),
                      field("beyond_head", &RecordServiceStarted::beyond_head));
  }
  bool operator==(const RecordServiceStarted&) const = default;
};

// The log is about to be closed.
struct RecordServiceStopped {
  std::string cause;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("cause", &RecordServiceStopped::cause));
  }
  bool operator==(const RecordServiceStopped&) const = default;
};

// The projector's digests after so many events.
struct RecordViewsDigested {
  Position folded;
  std::vector<ViewDigest> views;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("folded", &RecordViewsDigested::folded),
                      field("views", &RecordViewsDigested::views));
  }
  bool operator==(const RecordViewsDigested&) const = default;
};

// A verification run ended.
struct RecordVerification {
  Position size;
  Digest root;
  bool sound = false;
  std::vector<std::string> faults;

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("size", &RecordVerification::size), field("root", &RecordVerification::root),
        field("sound", &RecordVerification::sound), field("faults", &RecordVerification::faults));
  }
  bool operator==(const RecordVerification&) const = default;
};

// A signing key came into use.
struct RecordSigningKey {
  std::string key_id;
  std::string name;
  std::string public_key;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("key_id", &RecordSigningKey::key_id),
                      field("name", &RecordSigningKey::name),
                      field("public_key", &RecordSigningKey::public_key));
  }
  bool operator==(const RecordSigningKey&) const = default;
};

// A signing key went out of use.
struct RetireSigningKey {
  std::string key_id;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("key_id", &RetireSigningKey::key_id));
  }
  bool operator==(const RetireSigningKey&) const = default;
};

// A witness vouches for a head.
struct RecordWitnessCosigned {
  std::string witness;
  Position size;
  Digest root;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("witness", &RecordWitnessCosigned::witness),
                      field("size", &RecordWitnessCosigned::size),
                      field("root", &RecordWitnessCosigned::root));
  }
  bool operator==(const RecordWitnessCosigned&) const = default;
};

// A witness holds that a head does not continue what it saw.
struct RecordWitnessRefused {
  std::string witness;
  Position size;
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("witness", &RecordWitnessRefused::witness),
                      field("size", &RecordWitnessRefused::size),
                      field("detail", &RecordWitnessRefused::detail));
  }
  bool operator==(const RecordWitnessRefused&) const = default;
};

// A witness has not cosigned for long. `size`: of the newest head that it cosigned.
struct RecordWitnessUnreachable {
  std::string witness;
  Position size;
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("witness", &RecordWitnessUnreachable::witness),
                      field("size", &RecordWitnessUnreachable::size),
                      field("detail", &RecordWitnessUnreachable::detail));
  }
  bool operator==(const RecordWitnessUnreachable&) const = default;
};

// A backup was made.
struct RecordBackup {
  Position size;
  Digest root;
  std::string name;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("size", &RecordBackup::size), field("root", &RecordBackup::root),
                      field("name", &RecordBackup::name));
  }
  bool operator==(const RecordBackup&) const = default;
};

// The log continues from a backup.
struct RecordRestore {
  Position size;
  Digest root;
  std::string name;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("size", &RecordRestore::size), field("root", &RecordRestore::root),
                      field("name", &RecordRestore::name));
  }
  bool operator==(const RecordRestore&) const = default;
};

// Somebody took data out.
struct RecordExport {
  std::string what;
  std::string filter;
  Position as_of;
  std::uint64_t rows = 0;
  std::string format;
  Digest digest;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("what", &RecordExport::what), field("filter", &RecordExport::filter),
                      field("as_of", &RecordExport::as_of), field("rows", &RecordExport::rows),
                      field("format", &RecordExport::format),
                      field("digest", &RecordExport::digest));
  }
  bool operator==(const RecordExport&) const = default;
};

// Somebody took proof of something out.
struct RecordEvidence {
  std::string scope;
  Position from;
  Position to;
  Digest digest;  // Of the whole bundle.

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("scope", &RecordEvidence::scope), field("from", &RecordEvidence::from),
                      field("to", &RecordEvidence::to), field("digest", &RecordEvidence::digest));
  }
  bool operator==(const RecordEvidence&) const = default;
};

// A report over a period was made and kept.
struct RecordReport {
  std::string report;
  Position from;
  Position to;
  Digest digest;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("report", &RecordReport::report), field("from", &RecordReport::from),
                      field("to", &RecordReport::to), field("digest", &RecordReport::digest));
  }
  bool operator==(const RecordReport&) const = default;
};

// The role does not allow it.
struct RecordAccessDenied {
  std::string method;
  std::string route;
  std::string permission;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("method", &RecordAccessDenied::method),
                      field("route", &RecordAccessDenied::route),
                      field("permission", &RecordAccessDenied::permission));
  }
  bool operator==(const RecordAccessDenied&) const = default;
};

// Attempts without a valid credential.
struct RecordSignInFailed {
  std::uint32_t attempts = 0;
  std::string cause;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("attempts", &RecordSignInFailed::attempts),
                      field("cause", &RecordSignInFailed::cause));
  }
  bool operator==(const RecordSignInFailed&) const = default;
};

// Names a position.
struct SetBookmark {
  BookmarkId bookmark;
  Position position;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("bookmark", &SetBookmark::bookmark),
                      field("position", &SetBookmark::position));
  }
  bool operator==(const SetBookmark&) const = default;
};

// Frees the name.
struct RemoveBookmark {
  BookmarkId bookmark;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("bookmark", &RemoveBookmark::bookmark));
  }
  bool operator==(const RemoveBookmark&) const = default;
};

}  // namespace ledger::domain
