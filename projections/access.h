// Users and tokens. Secrets are known by their SHA-256 only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/world.h"
#include "projections/mark.h"
#include "projections/rows.h"

namespace projections {

// View users, by user.
struct UserRow {
  domain::UserId user;
  std::string name;
  domain::Role role{};
  bool disabled = false;
  Mark changed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("user", &UserRow::user), field("name", &UserRow::name),
                      field("role", &UserRow::role), field("disabled", &UserRow::disabled),
                      field("changed", &UserRow::changed));
  }
  bool operator==(const UserRow&) const = default;
};

// View tokens, by token; view tokens_by_secret, by the secret's digest, while it counts.
struct TokenRow {
  domain::TokenId token;
  std::optional<domain::UserId> user;
  domain::Role role{};
  domain::Digest secret;
  domain::Time expires_at;
  std::string description;
  std::optional<domain::ComputerId> computer;  // It may speak only for this one.
  bool revoked = false;
  Mark changed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("token", &TokenRow::token), field("user", &TokenRow::user),
                      field("role", &TokenRow::role), field("secret", &TokenRow::secret),
                      field("expires_at", &TokenRow::expires_at),
                      field("description", &TokenRow::description),
                      field("computer", &TokenRow::computer), field("revoked", &TokenRow::revoked),
                      field("changed", &TokenRow::changed));
  }
  bool operator==(const TokenRow&) const = default;
};

// View enrolment_tokens, by token; view enrolment_tokens_by_secret, by digest.
struct EnrolmentTokenRow {
  domain::TokenId token;
  domain::Digest secret;
  std::uint32_t uses = 0;
  std::uint32_t used = 0;
  domain::Time expires_at;
  std::optional<domain::PolicyId> policy;
  std::optional<domain::GroupId> group;
  std::optional<domain::RelayGroupId> relay_group;
  bool revoked = false;
  Mark changed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("token", &EnrolmentTokenRow::token), field("secret", &EnrolmentTokenRow::secret),
        field("uses", &EnrolmentTokenRow::uses), field("used", &EnrolmentTokenRow::used),
        field("expires_at", &EnrolmentTokenRow::expires_at),
        field("policy", &EnrolmentTokenRow::policy), field("group", &EnrolmentTokenRow::group),
        field("relay_group", &EnrolmentTokenRow::relay_group),
        field("revoked", &EnrolmentTokenRow::revoked),
        field("changed", &EnrolmentTokenRow::changed));
  }
  bool operator==(const EnrolmentTokenRow&) const = default;
};

void project(const domain::Event&, const domain::UserCreated&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::UserChanged&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::UserDisabled&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::UserEnabled&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::TokenIssued&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::TokenRevoked&, const domain::World&, Rows&);
void project(const domain::Event&, const domain::EnrolmentTokenIssued&, const domain::World&,
             Rows&);
void project(const domain::Event&, const domain::EnrolmentTokenRevoked&, const domain::World&,
             Rows&);

// A computer joined by an enrolment token, which counts it.
void project_enrolment(const domain::ComputerEnrolled&, const domain::World&, Rows&);

}  // namespace projections
