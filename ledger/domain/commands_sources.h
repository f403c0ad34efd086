// Commands on sources, and what checks of them found.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

// Adds or changes a source.
struct ConfigureSource {
  SourceId source;
  std::string url;
  std::string alternative_url;
  std::optional<Digest> trust_root;
  std::string proxy;
  bool enabled = false;

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("source", &ConfigureSource::source), field("url", &ConfigureSource::url),
        field("alternative_url", &ConfigureSource::alternative_url),
        field("trust_root", &ConfigureSource::trust_root), field("proxy", &ConfigureSource::proxy),
        field("enabled", &ConfigureSource::enabled));
  }
  bool operator==(const ConfigureSource&) const = default;
};

// Asks nothing of it any more.
struct RemoveSource {
  SourceId source;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &RemoveSource::source));
  }
  bool operator==(const RemoveSource&) const = default;
};

// Begins a check.
struct RequestSourceCheck {
  SourceId source;
  DownloadMode download{};

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &RequestSourceCheck::source),
                      field("download", &RequestSourceCheck::download));
  }
  bool operator==(const RequestSourceCheck&) const = default;
};

// When a role's metadata ends.
struct RoleExpiry {
  std::string role;
  Time expires_at;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("role", &RoleExpiry::role),
                      field("expires_at", &RoleExpiry::expires_at));
  }
  bool operator==(const RoleExpiry&) const = default;
};

// A check succeeded; or a bundle was taken, which says nothing about the way to the source.
struct ReportSourceChecked {
  SourceId source;
  OperationId check;
  std::uint64_t metadata_version = 0;
  std::optional<Digest> metadata_digest;
  std::optional<Time> expires_at;
  std::vector<RuleUpdateId> rule_updates;
  std::uint32_t patterns = 0;
  std::vector<RoleExpiry> roles = {};  // That people sign, so that they can be told in time.
  std::optional<Digest> bundle = {};   // That was taken; the source itself was not asked.

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("source", &ReportSourceChecked::source), field("check", &ReportSourceChecked::check),
        field("metadata_version", &ReportSourceChecked::metadata_version),
        field("metadata_digest", &ReportSourceChecked::metadata_digest),
        field("expires_at", &ReportSourceChecked::expires_at),
        field("rule_updates", &ReportSourceChecked::rule_updates),
        field("patterns", &ReportSourceChecked::patterns),
        field("roles", &ReportSourceChecked::roles), field("bundle", &ReportSourceChecked::bundle));
  }
  bool operator==(const ReportSourceChecked&) const = default;
};

// A check failed.
struct ReportSourceCheckFailed {
  SourceId source;
  OperationId check;
  SourceFault cause{};
  std::string detail;
  std::string role = {};  // Whose metadata is over; empty: another fault, or unknown.

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &ReportSourceCheckFailed::source),
                      field("check", &ReportSourceCheckFailed::check),
                      field("cause", &ReportSourceCheckFailed::cause),
                      field("detail", &ReportSourceCheckFailed::detail),
                      field("role", &ReportSourceCheckFailed::role));
  }
  bool operator==(const ReportSourceCheckFailed&) const = default;
};

// What a source has was put into a file, to be carried over an air gap.
struct RecordBundleCreated {
  SourceId source;
  Digest digest;
  std::uint64_t bytes = 0;
  std::uint64_t metadata_version = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &RecordBundleCreated::source),
                      field("digest", &RecordBundleCreated::digest),
                      field("bytes", &RecordBundleCreated::bytes),
                      field("metadata_version", &RecordBundleCreated::metadata_version));
  }
  bool operator==(const RecordBundleCreated&) const = default;
};

// A bundle was verified and taken; what came of its content follows.
struct RecordBundleImported {
  SourceId source;
  Digest digest;
  std::uint64_t bytes = 0;
  std::uint64_t metadata_version = 0;
  bool already_newer = false;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &RecordBundleImported::source),
                      field("digest", &RecordBundleImported::digest),
                      field("bytes", &RecordBundleImported::bytes),
                      field("metadata_version", &RecordBundleImported::metadata_version),
                      field("already_newer", &RecordBundleImported::already_newer));
  }
  bool operator==(const RecordBundleImported&) const = default;
};

// Nothing of a bundle was taken.
struct RecordBundleRefused {
  SourceId source;
  Digest digest;
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &RecordBundleRefused::source),
                      field("digest", &RecordBundleRefused::digest),
                      field("detail", &RecordBundleRefused::detail));
  }
  bool operator==(const RecordBundleRefused&) const = default;
};

// Bytes are gone from the content store.
struct RecordContentPruned {
  Digest digest;
  std::uint64_t bytes = 0;
  PruneCause cause{};

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("digest", &RecordContentPruned::digest),
                      field("bytes", &RecordContentPruned::bytes),
                      field("cause", &RecordContentPruned::cause));
  }
  bool operator==(const RecordContentPruned&) const = default;
};

// Content was not authentic.
struct ReportVerificationFailed {
  SourceId source;
  std::string target;
  std::string role;
  std::string observer;
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &ReportVerificationFailed::source),
                      field("target", &ReportVerificationFailed::target),
                      field("role", &ReportVerificationFailed::role),
                      field("observer", &ReportVerificationFailed::observer),
                      field("detail", &ReportVerificationFailed::detail));
  }
  bool operator==(const ReportVerificationFailed&) const = default;
};

// A newer root of trust was verified by the one before it.
struct ReportTrustRoot {
  SourceId source;
  std::uint64_t version = 0;
  Digest digest;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &ReportTrustRoot::source),
                      field("version", &ReportTrustRoot::version),
                      field("digest", &ReportTrustRoot::digest));
  }
  bool operator==(const ReportTrustRoot&) const = default;
};

// Bytes of a target are on their way.
struct ReportDownloadStarted {
  SourceId source;
  std::string target;
  Digest digest;
  std::uint64_t bytes = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &ReportDownloadStarted::source),
                      field("target", &ReportDownloadStarted::target),
                      field("digest", &ReportDownloadStarted::digest),
                      field("bytes", &ReportDownloadStarted::bytes));
  }
  bool operator==(const ReportDownloadStarted&) const = default;
};

// A target was downloaded and verified.
struct ReportDownloadFinished {
  SourceId source;
  std::string target;
  Digest digest;
  std::uint64_t bytes = 0;
  std::uint64_t root_version = 0;
  std::uint64_t metadata_version = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &ReportDownloadFinished::source),
                      field("target", &ReportDownloadFinished::target),
                      field("digest", &ReportDownloadFinished::digest),
                      field("bytes", &ReportDownloadFinished::bytes),
                      field("root_version", &ReportDownloadFinished::root_version),
                      field("metadata_version", &ReportDownloadFinished::metadata_version));
  }
  bool operator==(const ReportDownloadFinished&) const = default;
};

// A target could not be had.
struct ReportDownloadFailed {
  SourceId source;
  std::string target;
  SourceFault cause{};
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &ReportDownloadFailed::source),
                      field("target", &ReportDownloadFailed::target),
                      field("cause", &ReportDownloadFailed::cause),
                      field("detail", &ReportDownloadFailed::detail));
  }
  bool operator==(const ReportDownloadFailed&) const = default;
};

}  // namespace ledger::domain
