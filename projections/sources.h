// Where updates come from, and whether that can be reached.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/world.h"
#include "projections/mark.h"
#include "projections/rows.h"

namespace projections {

// View sources, by source.
struct SourceRow {
  domain::SourceId source;
  std::string url;
  std::string alternative_url;
  std::optional<domain::Digest> trust_root;
  std::string proxy;
  bool enabled = false;
  bool checking = false;  // A check is under way.
  std::optional<domain::Time> last_success;
  std::uint64_t metadata_version = 0;
  domain::Since metadata_since;  // When a check first found that version.
  std::optional<domain::Time> metadata_expires_at;
  std::optional<domain::Time> unreachable_since;
  std::string unreachable_detail;
  std::string verification_failure;  // Empty: none since the last success.
  Mark changed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("source", &SourceRow::source), field("url", &SourceRow::url),
                      field("alternative_url", &SourceRow::alternative_url),
                      field("trust_root", &SourceRow::trust_root),
                      field("proxy", &SourceRow::proxy), field("enabled", &SourceRow::enabled),
                      field("checking", &SourceRow::checking),
                      field("last_success", &SourceRow::last_success),
                      field("metadata_version", &SourceRow::metadata_version),
                      field("metadata_since", &SourceRow::metadata_since),
                      field("metadata_expires_at", &SourceRow::metadata_expires_at),
                      field("unreachable_since", &SourceRow::unreachable_since),
                      field("unreachable_detail", &SourceRow::unreachable_detail),
                      field("verification_failure", &SourceRow::verification_failure),
                      field("changed", &SourceRow::changed));
  }
  bool operator==(const SourceRow&) const = default;
};

void project(const domain::Event&, const domain::SourceConfigured&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::SourceRemoved&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::SourceCheckRequested&, const domain::World&,
             Rows&);
void project(const domain::Event&, const domain::SourceChecked&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::SourceCheckFailed&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::SourceUnreachable&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::SourceReachable&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::MetadataExpiring&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::MetadataExpired&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::ContentVerificationFailed&, const domain::World&,
             Rows&);
void project(const domain::Event&, const domain::DownloadFinished&, const domain::World&, Rows&);

}  // namespace projections
