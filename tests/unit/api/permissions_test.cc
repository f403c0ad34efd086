#include "api/permissions.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace api {
namespace {

using domain::Role;

// The table once more, by hand: a change of it is seen here.
const std::map<Role, std::set<std::string>> expected = {
    {Role::viewer, {"public", "signed_in", "read", "read_log"}},
    {Role::auditor,
     {"public", "signed_in", "read", "read_log", "read_access", "export", "content", "verify"}},
    {Role::operator_, {"public", "signed_in", "read", "read_log", "export", "content", "operate"}},
    {Role::approver,
     {"public", "signed_in", "read", "read_log", "export", "content", "operate", "apply"}},
    {Role::admin,
     {"public", "signed_in", "read", "read_log", "read_access", "export", "content", "verify",
      "operate", "apply", "configure", "administer", "enrol"}},
    {Role::agent, {"public", "signed_in", "agent", "content"}},
    {Role::relay, {"public", "signed_in", "agent", "relay", "content"}},
    {Role::witness, {"public", "signed_in", "read_log"}},
};

TEST(Permissions, AreWhatTheTableSaysForEveryRoleAndPermission) {
  ASSERT_EQ(expected.size(), enum_names(Role{}).size());
  for (const auto& [role, allowed] : expected) {
    for (std::size_t i = 0; i < permissions_count; ++i) {
      const auto permission = static_cast<Permission>(i);
      EXPECT_EQ(allows(role, permission), allowed.contains(std::string(name_of(permission))))
          << enum_names(role)[static_cast<std::size_t>(role)] << " " << name_of(permission);
    }
  }
}

TEST(Permissions, NobodyHasOnlyWhatIsPublic) {
  for (std::size_t i = 0; i < permissions_count; ++i) {
    const auto permission = static_cast<Permission>(i);
    EXPECT_EQ(allows(nullptr, permission), permission == Permission::public_) << i;
  }
}

TEST(Permissions, AnEnrolmentTokenEnrolsAndDoesNothingElse) {
  Caller caller;
  caller.role = Role::admin;  // Even then.
  caller.enrolment = domain::TokenId{"enrol-1"};
  for (std::size_t i = 0; i < permissions_count; ++i) {
    const auto permission = static_cast<Permission>(i);
    const bool may = permission == Permission::public_ || permission == Permission::enrol;
    EXPECT_EQ(allows(&caller, permission), may) << name_of(permission);
  }
}

TEST(Permissions, AnUnknownRoleHasNone) {
  EXPECT_FALSE(allows(static_cast<Role>(99), Permission::read));
}

}  // namespace
}  // namespace api
