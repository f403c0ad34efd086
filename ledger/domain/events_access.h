// Who may do what: users, tokens, enrolment.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::domain {

// A person.
struct UserCreated {
  UserId user;
  std::string name;
  Role role{};

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("user", &UserCreated::user), field("name", &UserCreated::name),
                      field("role", &UserCreated::role));
  }
  bool operator==(const UserCreated&) const = default;
};

// Name or role.
struct UserChanged {
  UserId user;
  std::string name;
  Role role{};

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("user", &UserChanged::user), field("name", &UserChanged::name),
                      field("role", &UserChanged::role));
  }
  bool operator==(const UserChanged&) const = default;
};

// With all the user's tokens.
struct UserDisabled {
  UserId user;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("user", &UserDisabled::user));
  }
  bool operator==(const UserDisabled&) const = default;
};

// A password or second factor was set; the secret itself stands nowhere here.
struct UserCredentialChanged {
  UserId user;
  std::string kind;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("user", &UserCredentialChanged::user),
                      field("kind", &UserCredentialChanged::kind));
  }
  bool operator==(const UserCredentialChanged&) const = default;
};

// A bearer token, known by the digest of its secret.
struct TokenIssued {
  TokenId token;
  std::optional<UserId> user;
  Role role{};
  Digest secret;  // SHA-256 of 256 random bits.
  Time expires_at;
  std::string description;
  std::optional<ComputerId>
      computer;  // For an agent's or relay's token: it may speak only for this one.

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("token", &TokenIssued::token), field("user", &TokenIssued::user),
                      field("role", &TokenIssued::role), field("secret", &TokenIssued::secret),
                      field("expires_at", &TokenIssued::expires_at),
                      field("description", &TokenIssued::description),
                      field("computer", &TokenIssued::computer));
  }
  bool operator==(const TokenIssued&) const = default;
};

// It opens nothing any more.
struct TokenRevoked {
  TokenId token;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("token", &TokenRevoked::token));
  }
  bool operator==(const TokenRevoked&) const = default;
};

// A person signed in.
struct SessionOpened {
  UserId user;
  std::string session;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("user", &SessionOpened::user),
                      field("session", &SessionOpened::session));
  }
  bool operator==(const SessionOpened&) const = default;
};

// A person signed out, or time did.
struct SessionClosed {
  UserId user;
  std::string session;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("user", &SessionClosed::user),
                      field("session", &SessionClosed::session));
  }
  bool operator==(const SessionClosed&) const = default;
};

// Lets so many computers join.
struct EnrolmentTokenIssued {
  TokenId token;
  Digest secret;
  std::uint32_t uses = 0;
  Time expires_at;
  std::optional<PolicyId> policy;
  std::optional<GroupId> group;
  std::optional<RelayGroupId> relay_group;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("token", &EnrolmentTokenIssued::token),
                      field("secret", &EnrolmentTokenIssued::secret),
                      field("uses", &EnrolmentTokenIssued::uses),
                      field("expires_at", &EnrolmentTokenIssued::expires_at),
                      field("policy", &EnrolmentTokenIssued::policy),
                      field("group", &EnrolmentTokenIssued::group),
                      field("relay_group", &EnrolmentTokenIssued::relay_group));
  }
  bool operator==(const EnrolmentTokenIssued&) const = default;
};

// No computer joins by it any more.
struct EnrolmentTokenRevoked {
  TokenId token;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("token", &EnrolmentTokenRevoked::token));
  }
  bool operator==(const EnrolmentTokenRevoked&) const = default;
};

// May get tokens again. Those of before were revoked in the same batch.
struct UserEnabled {
  UserId user;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("user", &UserEnabled::user));
  }
  bool operator==(const UserEnabled&) const = default;
};

}  // namespace ledger::domain
