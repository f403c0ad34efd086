// Update sources: where content comes from, whether it can be reached, and whether it is authentic.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

// A source was added or changed.
struct SourceConfigured {
  SourceId source;
  std::string url;
  std::string alternative_url;
  std::optional<Digest> trust_root;  // Of the root metadata pinned for it.
  std::string proxy;
  bool enabled = false;

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("source", &SourceConfigured::source), field("url", &SourceConfigured::url),
        field("alternative_url", &SourceConfigured::alternative_url),
        field("trust_root", &SourceConfigured::trust_root),
        field("proxy", &SourceConfigured::proxy), field("enabled", &SourceConfigured::enabled));
  }
  bool operator==(const SourceConfigured&) const = default;
};

// Its content stays; nothing is asked of it any more.
struct SourceRemoved {
  SourceId source;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &SourceRemoved::source));
  }
  bool operator==(const SourceRemoved&) const = default;
};

// A check begins.
struct SourceCheckRequested {
  SourceId source;
  OperationId check;
  DownloadMode download{};

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &SourceCheckRequested::source),
                      field("check", &SourceCheckRequested::check),
                      field("download", &SourceCheckRequested::download));
  }
  bool operator==(const SourceCheckRequested&) const = default;
};

// A check succeeded.
struct SourceChecked {
  SourceId source;
  OperationId check;
  std::uint64_t metadata_version = 0;
  std::optional<Digest> metadata_digest;
  std::optional<Time> expires_at;          // Of the metadata that expires first.
  std::vector<RuleUpdateId> rule_updates;  // New ones.
  std::uint32_t patterns = 0;              // New ones.

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &SourceChecked::source),
                      field("check", &SourceChecked::check),
                      field("metadata_version", &SourceChecked::metadata_version),
                      field("metadata_digest", &SourceChecked::metadata_digest),
                      field("expires_at", &SourceChecked::expires_at),
                      field("rule_updates", &SourceChecked::rule_updates),
                      field("patterns", &SourceChecked::patterns));
  }
  bool operator==(const SourceChecked&) const = default;
};

// A check failed; the fault is the source's own or the way's, as `cause` says.
struct SourceCheckFailed {
  SourceId source;
  OperationId check;
  SourceFault cause{};
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("source", &SourceCheckFailed::source), field("check", &SourceCheckFailed::check),
        field("cause", &SourceCheckFailed::cause), field("detail", &SourceCheckFailed::detail));
  }
  bool operator==(const SourceCheckFailed&) const = default;
};

// Noticed by `observer`: the manager or a relay.
struct SourceUnreachable {
  SourceId source;
  std::string observer;
  SourceFault cause{};
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &SourceUnreachable::source),
                      field("observer", &SourceUnreachable::observer),
                      field("cause", &SourceUnreachable::cause),
                      field("detail", &SourceUnreachable::detail));
  }
  bool operator==(const SourceUnreachable&) const = default;
};

// The same observer reaches it again.
struct SourceReachable {
  SourceId source;
  std::string observer;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &SourceReachable::source),
                      field("observer", &SourceReachable::observer));
  }
  bool operator==(const SourceReachable&) const = default;
};

// A role's metadata ends in so many days.
struct MetadataExpiring {
  SourceId source;
  std::string role;
  Time expires_at;
  std::uint32_t days_left = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &MetadataExpiring::source),
                      field("role", &MetadataExpiring::role),
                      field("expires_at", &MetadataExpiring::expires_at),
                      field("days_left", &MetadataExpiring::days_left));
  }
  bool operator==(const MetadataExpiring&) const = default;
};

// New content is refused until the role is signed anew; what runs goes on.
struct MetadataExpired {
  SourceId source;
  std::string role;
  Time expires_at;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &MetadataExpired::source),
                      field("role", &MetadataExpired::role),
                      field("expires_at", &MetadataExpired::expires_at));
  }
  bool operator==(const MetadataExpired&) const = default;
};

// The next root was verified by the one before it.
struct TrustRootAdvanced {
  SourceId source;
  std::uint64_t version = 0;
  Digest digest;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &TrustRootAdvanced::source),
                      field("version", &TrustRootAdvanced::version),
                      field("digest", &TrustRootAdvanced::digest));
  }
  bool operator==(const TrustRootAdvanced&) const = default;
};

// Bytes were not what a signature or a digest says.
struct ContentVerificationFailed {
  SourceId source;
  std::string target;
  std::string role;
  std::string observer;
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &ContentVerificationFailed::source),
                      field("target", &ContentVerificationFailed::target),
                      field("role", &ContentVerificationFailed::role),
                      field("observer", &ContentVerificationFailed::observer),
                      field("detail", &ContentVerificationFailed::detail));
  }
  bool operator==(const ContentVerificationFailed&) const = default;
};

// One version of a role was seen with two digests.
struct EquivocationDetected {
  SourceId source;
  std::string role;
  std::uint64_t version = 0;
  Digest first;
  Digest second;
  std::string observer;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &EquivocationDetected::source),
                      field("role", &EquivocationDetected::role),
                      field("version", &EquivocationDetected::version),
                      field("first", &EquivocationDetected::first),
                      field("second", &EquivocationDetected::second),
                      field("observer", &EquivocationDetected::observer));
  }
  bool operator==(const EquivocationDetected&) const = default;
};

// Bytes of a target are on their way.
struct DownloadStarted {
  SourceId source;
  std::string target;
  Digest digest;
  std::uint64_t bytes = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("source", &DownloadStarted::source), field("target", &DownloadStarted::target),
        field("digest", &DownloadStarted::digest), field("bytes", &DownloadStarted::bytes));
  }
  bool operator==(const DownloadStarted&) const = default;
};

// A target was downloaded and verified.
struct DownloadFinished {
  SourceId source;
  std::string target;
  Digest digest;
  std::uint64_t bytes = 0;
  std::uint64_t root_version = 0;
  std::uint64_t metadata_version = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("source", &DownloadFinished::source), field("target", &DownloadFinished::target),
        field("digest", &DownloadFinished::digest), field("bytes", &DownloadFinished::bytes),
        field("root_version", &DownloadFinished::root_version),
        field("metadata_version", &DownloadFinished::metadata_version));
  }
  bool operator==(const DownloadFinished&) const = default;
};

// A target could not be had.
struct DownloadFailed {
  SourceId source;
  std::string target;
  SourceFault cause{};
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("source", &DownloadFailed::source), field("target", &DownloadFailed::target),
        field("cause", &DownloadFailed::cause), field("detail", &DownloadFailed::detail));
  }
  bool operator==(const DownloadFailed&) const = default;
};

// Bytes are gone from the content store; digest and size stay here.
struct ContentPruned {
  Digest digest;
  std::uint64_t bytes = 0;
  PruneCause cause{};

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("digest", &ContentPruned::digest),
                      field("bytes", &ContentPruned::bytes), field("cause", &ContentPruned::cause));
  }
  bool operator==(const ContentPruned&) const = default;
};

// A file for an air-gapped place.
struct BundleCreated {
  Digest digest;
  std::uint64_t bytes = 0;
  std::uint64_t metadata_version = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("digest", &BundleCreated::digest),
                      field("bytes", &BundleCreated::bytes),
                      field("metadata_version", &BundleCreated::metadata_version));
  }
  bool operator==(const BundleCreated&) const = default;
};

// Content arrived as a file.
struct BundleImported {
  Digest digest;
  std::uint64_t bytes = 0;
  std::uint64_t metadata_version = 0;
  bool already_newer = false;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("digest", &BundleImported::digest),
                      field("bytes", &BundleImported::bytes),
                      field("metadata_version", &BundleImported::metadata_version),
                      field("already_newer", &BundleImported::already_newer));
  }
  bool operator==(const BundleImported&) const = default;
};

// A file was not taken.
struct BundleRefused {
  Digest digest;
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("digest", &BundleRefused::digest),
                      field("detail", &BundleRefused::detail));
  }
  bool operator==(const BundleRefused&) const = default;
};

}  // namespace ledger::domain
