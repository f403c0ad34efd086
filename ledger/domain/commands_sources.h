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

// A check succeeded.
struct ReportSourceChecked {
  SourceId source;
  OperationId check;
  std::uint64_t metadata_version = 0;
  std::optional<Digest> metadata_digest;
  std::optional<Time> expires_at;
  std::vector<RuleUpdateId> rule_updates;
  std::uint32_t patterns = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &ReportSourceChecked::source),
                      field("check", &ReportSourceChecked::check),
                      field("metadata_version", &ReportSourceChecked::metadata_version),
                      field("metadata_digest", &ReportSourceChecked::metadata_digest),
                      field("expires_at", &ReportSourceChecked::expires_at),
                      field("rule_updates", &ReportSourceChecked::rule_updates),
                      field("patterns", &ReportSourceChecked::patterns));
  }
  bool operator==(const ReportSourceChecked&) const = default;
};

// A check failed.
struct ReportSourceCheckFailed {
  SourceId source;
  OperationId check;
  SourceFault cause{};
  std::string detail;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("source", &ReportSourceCheckFailed::source),
                      field("check", &ReportSourceCheckFailed::check),
                      field("cause", &ReportSourceCheckFailed::cause),
                      field("detail", &ReportSourceCheckFailed::detail));
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

}  // namespace ledger::domain
