// What the ledger says about itself: named positions, signing keys, and the service's life.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/world.h"
#include "projections/mark.h"
#include "projections/rows.h"

namespace projections {

// View bookmarks, by name.
struct BookmarkRow {
  domain::BookmarkId bookmark;
  domain::Position position;
  Mark changed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("bookmark", &BookmarkRow::bookmark),
                      field("position", &BookmarkRow::position),
                      field("changed", &BookmarkRow::changed));
  }
  bool operator==(const BookmarkRow&) const = default;
};

// View signing_keys, by key id.
struct SigningKeyRow {
  std::string key_id;
  std::string name;
  std::string public_key;  // Base64.
  std::optional<domain::Time> retired_at;
  Mark changed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("key_id", &SigningKeyRow::key_id), field("name", &SigningKeyRow::name),
                      field("public_key", &SigningKeyRow::public_key),
                      field("retired_at", &SigningKeyRow::retired_at),
                      field("changed", &SigningKeyRow::changed));
  }
  bool operator==(const SigningKeyRow&) const = default;
};

// View overview, one row: what no other view's row says.
struct OverviewRow {
  std::optional<domain::RuleUpdateId> in_force;
  std::optional<domain::Time> in_force_since;
  std::optional<domain::Time> last_check;
  std::optional<domain::Time> last_download;
  std::optional<domain::Time> last_verification;
  bool last_verification_sound = false;
  domain::Position last_verification_size;
  std::uint64_t service_starts = 0;
  std::uint64_t alerts_critical = 0;  // Open ones; the ended ones of years are many more.
  std::uint64_t alerts_warning = 0;
  std::uint64_t alerts_info = 0;
  Mark changed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("in_force", &OverviewRow::in_force),
                      field("in_force_since", &OverviewRow::in_force_since),
                      field("last_check", &OverviewRow::last_check),
                      field("last_download", &OverviewRow::last_download),
                      field("last_verification", &OverviewRow::last_verification),
                      field("last_verification_sound", &OverviewRow::last_verification_sound),
                      field("last_verification_size", &OverviewRow::last_verification_size),
                      field("service_starts", &OverviewRow::service_starts),
                      field("alerts_critical", &OverviewRow::alerts_critical),
                      field("alerts_warning", &OverviewRow::alerts_warning),
                      field("alerts_info", &OverviewRow::alerts_info),
                      field("changed", &OverviewRow::changed));
  }
  bool operator==(const OverviewRow&) const = default;
};

void project(const domain::Event&, const domain::ServiceStarted&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::LedgerVerified&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::SigningKeyIntroduced&, const domain::World&,
             Rows&);
void project(const domain::Event&, const domain::SigningKeyRetired&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::BookmarkSet&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::BookmarkRemoved&, const domain::World&, Rows&);

// What no other view says, as the world has it.
void project_overview(const domain::Event&, const domain::World&, Rows&);

}  // namespace projections
