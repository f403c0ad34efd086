#include "ledger/domain/access.h"

#include <gtest/gtest.h>

#include "ledger/domain/world.h"
#include "ledger/limits.h"
#include "tests/support/given.h"

namespace tests {
namespace {

using namespace ledger::domain;

IssueToken token(const Fold& fold, const std::string& id, Role role,
                 std::optional<UserId> user = std::nullopt) {
  return {{id}, std::move(user), role, digest(1), fold.now + days(30), "", std::nullopt};
}

IssueEnrolmentToken joining(const Fold& fold, const std::string& id, std::uint32_t uses = 1) {
  return {{id}, digest(1), uses, fold.now + days(1), {}, {}, {}};
}

// anna and bert are administrators, each with a token.
Fold two_admins() {
  Fold fold;
  for (const auto* name : {"anna", "bert"}) {
    given(fold, CreateUser{{name}, name, Role::admin});
    given(fold, token(fold, std::string(name) + "-token", Role::admin, UserId{name}));
  }
  return fold;
}

TEST(Users, AreCreatedChangedAndDisabled) {
  Fold fold = two_admins();
  EXPECT_EQ(types(fold.submit(CreateUser{{"carl"}, "Carl", Role::viewer})),
            TypeNames{"user.created"});
  EXPECT_EQ(types(fold.submit(ChangeUser{{"carl"}, "Carl", Role::operator_})),
            TypeNames{"user.changed"});
  EXPECT_EQ(types(fold.submit(ChangeUser{{"carl"}, "Carl", Role::operator_})), TypeNames{});
  EXPECT_EQ(types(fold.submit(DisableUser{{"carl"}})), TypeNames{"user.disabled"});
  EXPECT_EQ(types(fold.submit(DisableUser{{"carl"}})), TypeNames{});
}

TEST(Users, AreEnabledAgainWithoutTheirTokensOfBefore) {
  Fold fold = two_admins();
  given(fold, token(fold, "bert-spare", Role::admin, UserId{"bert"}));
  given(fold, RevokeToken{{"bert-spare"}});
  given(fold, DisableUser{{"bert"}});
  EXPECT_EQ(types(fold.submit(EnableUser{{"bert"}})), (TypeNames{"token.revoked", "user.enabled"}));
  EXPECT_TRUE(fold.world.access.tokens.at({"bert-token"}).revoked);
  EXPECT_FALSE(fold.world.access.tokens.at({"anna-token"}).revoked);
  EXPECT_EQ(types(fold.submit(EnableUser{{"bert"}})), TypeNames{});
  EXPECT_EQ(fold.refusal(DisableUser{{"anna"}}), "last-admin") << "nothing of bert's opens";
  given(fold, token(fold, "bert-anew", Role::admin, UserId{"bert"}));
  EXPECT_EQ(fold.refusal(DisableUser{{"anna"}}), "");
  EXPECT_EQ(fold.refusal(EnableUser{{"nobody"}}), "user-unknown");
}

TEST(Users, RefuseBadNamesTwinsAndRolesOfMachines) {
  Fold fold = two_admins();
  EXPECT_EQ(fold.refusal(CreateUser{{"Anna"}, "", Role::viewer}), "user-name-invalid");
  EXPECT_EQ(fold.refusal(CreateUser{{"anna"}, "", Role::viewer}), "user-exists");
  for (const Role role : {Role::agent, Role::relay, Role::witness}) {
    EXPECT_EQ(fold.refusal(CreateUser{{"carl"}, "", role}), "role-not-for-people");
    EXPECT_EQ(fold.refusal(ChangeUser{{"anna"}, "", role}), "role-not-for-people");
  }
  EXPECT_EQ(fold.refusal(ChangeUser{{"nobody"}, "", Role::viewer}), "user-unknown");
  EXPECT_EQ(fold.refusal(DisableUser{{"nobody"}}), "user-unknown");
  for (std::size_t i = 0; i < ledger::limits::users_max; ++i) {
    fold.world.access.users[{"filler-" + std::to_string(i)}];
  }
  EXPECT_EQ(fold.refusal(CreateUser{{"more"}, "", Role::viewer}), "too-many-users");
}

TEST(Administrators, NeverAllGo) {
  Fold fold = two_admins();
  given(fold, DisableUser{{"bert"}});
  EXPECT_EQ(fold.refusal(DisableUser{{"anna"}}), "last-admin");
  EXPECT_EQ(fold.refusal(ChangeUser{{"anna"}, "anna", Role::viewer}), "last-admin");
  EXPECT_EQ(fold.refusal(RevokeToken{{"anna-token"}}), "last-admin");
  fold.now = fold.now + days(29);
  given(fold, token(fold, "spare", Role::admin));
  EXPECT_EQ(fold.refusal(RevokeToken{{"anna-token"}}), "");
}

TEST(Administrators, ThatWereDemotedDoNotCountThoughTheirTokenSaysAdmin) {
  Fold fold = two_admins();
  given(fold, ChangeUser{{"bert"}, "bert", Role::viewer});
  EXPECT_EQ(fold.refusal(RevokeToken{{"anna-token"}}), "last-admin");
  EXPECT_EQ(fold.refusal(DisableUser{{"anna"}}), "last-admin");
}

TEST(Administrators, AreNoMatterWhenSomebodyElseGoes) {
  Fold fold;
  given(fold, CreateUser{{"carl"}, "Carl", Role::viewer});
  EXPECT_EQ(fold.refusal(DisableUser{{"carl"}}), "");
}

TEST(Tokens, HaveTheRoleOfTheirUserAndALifeOfAYearAtMost) {
  Fold fold = two_admins();
  given(fold, CreateUser{{"carl"}, "Carl", Role::viewer});
  EXPECT_EQ(fold.refusal(token(fold, "t", Role::admin, UserId{"carl"})), "role-differs");
  EXPECT_EQ(fold.refusal(token(fold, "t", Role::viewer, UserId{"nobody"})), "user-unknown");
  given(fold, DisableUser{{"carl"}});
  EXPECT_EQ(fold.refusal(token(fold, "t", Role::viewer, UserId{"carl"})), "user-disabled");
  EXPECT_EQ(fold.refusal(token(fold, "T", Role::viewer)), "token-name-invalid");
  EXPECT_EQ(fold.refusal(token(fold, "anna-token", Role::viewer)), "token-exists");
  auto past = token(fold, "t", Role::viewer);
  past.expires_at = fold.now;
  EXPECT_EQ(fold.refusal(past), "token-expired");
  past.expires_at = fold.now + days(367);
  EXPECT_EQ(fold.refusal(past), "token-life-too-long");
}

TEST(Tokens, OfMachinesNameTheirComputer) {
  Fold fold;
  given(fold, enrolment("pc-1"));
  auto issue = token(fold, "t", Role::relay);
  EXPECT_EQ(fold.refusal(issue), "token-computer-mismatch");
  issue.computer = ComputerId{"nobody"};
  EXPECT_EQ(fold.refusal(issue), "computer-unknown");
  issue.computer = ComputerId{"pc-1"};
  EXPECT_EQ(fold.refusal(issue), "");
  issue.role = Role::viewer;
  issue.token = {"u"};
  EXPECT_EQ(fold.refusal(issue), "token-computer-mismatch");
}

TEST(Tokens, AreRevokedOnce) {
  Fold fold = two_admins();
  EXPECT_EQ(types(fold.submit(RevokeToken{{"bert-token"}})), TypeNames{"token.revoked"});
  EXPECT_EQ(types(fold.submit(RevokeToken{{"bert-token"}})), TypeNames{});
  EXPECT_EQ(fold.refusal(RevokeToken{{"nothing"}}), "token-unknown");
}

TEST(Tokens, AreLimitedInNumber) {
  Fold fold;
  for (std::size_t i = 0; i < ledger::limits::tokens_max; ++i) {
    fold.world.access.tokens[{"filler-" + std::to_string(i)}];
  }
  EXPECT_EQ(fold.refusal(token(fold, "more", Role::viewer)), "too-many-tokens");
}

TEST(EnrolmentTokens, LetInWhileTheyLast) {
  Fold fold;
  given(fold, joining(fold, "join", 1));
  const auto join = [&](const std::string& computer, const std::string& by) {
    auto enrol = enrolment(computer);
    enrol.enrolment = TokenId{by};
    return fold.refusal(enrol);
  };
  EXPECT_EQ(join("pc-1", "join"), "");
  EXPECT_EQ(join("pc-2", "join"), "enrolment-token-used-up");
  EXPECT_EQ(join("pc-2", "nothing"), "enrolment-token-unknown");
  given(fold, joining(fold, "short"));
  fold.now = fold.now + days(1);
  EXPECT_EQ(join("pc-2", "short"), "enrolment-token-expired");
  given(fold, joining(fold, "revoked"));
  EXPECT_EQ(types(fold.submit(RevokeEnrolmentToken{{"revoked"}})),
            TypeNames{"enrolment_token.revoked"});
  EXPECT_EQ(types(fold.submit(RevokeEnrolmentToken{{"revoked"}})), TypeNames{});
  EXPECT_EQ(join("pc-2", "revoked"), "enrolment-token-revoked");
  EXPECT_EQ(fold.refusal(RevokeEnrolmentToken{{"nothing"}}), "enrolment-token-unknown");
}

TEST(EnrolmentTokens, RefuseUsesAndPlacesThatMakeNoSense) {
  Fold fold;
  EXPECT_EQ(fold.refusal(joining(fold, "join", 0)), "uses-out-of-range");
  EXPECT_EQ(fold.refusal(joining(fold, "join", 1'000'001)), "uses-out-of-range");
  auto issue = joining(fold, "join");
  issue.policy = PolicyId{"nowhere"};
  EXPECT_EQ(fold.refusal(issue), "policy-unknown");
  issue.policy.reset();
  issue.group = GroupId{"nowhere"};
  EXPECT_EQ(fold.refusal(issue), "group-unknown");
  issue.group.reset();
  issue.relay_group = RelayGroupId{"nowhere"};
  EXPECT_EQ(fold.refusal(issue), "relay-group-unknown");
}

}  // namespace
}  // namespace tests
