// Commands on users and tokens. Secrets never stand in a command: the edge makes them and hands in
// their digests.
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
struct CreateUser {
  UserId user;
  std::string name;
  Role role{};

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("user", &CreateUser::user), field("name", &CreateUser::name),
                      field("role", &CreateUser::role));
  }
  bool operator==(const CreateUser&) const = default;
};

// Name and role.
struct ChangeUser {
  UserId user;
  std::string name;
  Role role{};

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("user", &ChangeUser::user), field("name", &ChangeUser::name),
                      field("role", &ChangeUser::role));
  }
  bool operator==(const ChangeUser&) const = default;
};

// With all tokens.
struct DisableUser {
  UserId user;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("user", &DisableUser::user));
  }
  bool operator==(const DisableUser&) const = default;
};

// Without any token of before.
struct EnableUser {
  UserId user;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("user", &EnableUser::user));
  }
  bool operator==(const EnableUser&) const = default;
};

// A bearer token.
struct IssueToken {
  TokenId token;
  std::optional<UserId> user;
  Role role{};
  Digest secret;
  Time expires_at;
  std::string description;
  std::optional<ComputerId> computer;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("token", &IssueToken::token), field("user", &IssueToken::user),
                      field("role", &IssueToken::role), field("secret", &IssueToken::secret),
                      field("expires_at", &IssueToken::expires_at),
                      field("description", &IssueToken::description),
                      field("computer", &IssueToken::computer));
  }
  bool operator==(const IssueToken&) const = default;
};

// It opens nothing any more.
struct RevokeToken {
  TokenId token;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("token", &RevokeToken::token));
  }
  bool operator==(const RevokeToken&) const = default;
};

// Lets computers join.
struct IssueEnrolmentToken {
  TokenId token;
  Digest secret;
  std::uint32_t uses = 0;
  Time expires_at;
  std::optional<PolicyId> policy;
  std::optional<GroupId> group;
  std::optional<RelayGroupId> relay_group;

  template <class = void>
  static constexpr auto fields() {
    return field_list(
        field("token", &IssueEnrolmentToken::token), field("secret", &IssueEnrolmentToken::secret),
        field("uses", &IssueEnrolmentToken::uses),
        field("expires_at", &IssueEnrolmentToken::expires_at),
        field("policy", &IssueEnrolmentToken::policy), field("group", &IssueEnrolmentToken::group),
        field("relay_group", &IssueEnrolmentToken::relay_group));
  }
  bool operator==(const IssueEnrolmentToken&) const = default;
};

// No computer joins by it any more.
struct RevokeEnrolmentToken {
  TokenId token;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("token", &RevokeEnrolmentToken::token));
  }
  bool operator==(const RevokeEnrolmentToken&) const = default;
};

}  // namespace ledger::domain
