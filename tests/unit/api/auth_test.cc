#include "api/auth.h"

#include <gtest/gtest.h>

#include "ledger/digest.h"
#include "tests/unit/api/test_server.h"

namespace api::testing {
namespace {

class ManualClock final : public ledger::Clock {
 public:
  domain::Time now() const override { return now_; }
  domain::Duration steady() const override { return {now_.micros}; }
  void set(domain::Time now) { now_ = now; }

 private:
  domain::Time now_ = ledger::SystemClock().now();
};

Request with(std::string authorization) {
  Request request;
  request.address = "192.0.2.7";
  request.headers["authorization"] = std::move(authorization);
  return request;
}

struct Fixture {
  ManualClock clock;
  TestTokenBook book;
  Auth auth{book, clock, {}};

  std::string code_of(const Request& request) {
    const auto caller = auth.caller(request);
    return caller ? "" : std::to_string(caller.error().status) + " " + caller.error().code;
  }
};

TEST(Auth, KnowsACallerByToken) {
  Fixture fixture;
  const auto token = fixture.book.issue(domain::Role::operator_, "night-shift");
  const auto caller = fixture.auth.caller(with("Bearer " + token));
  ASSERT_TRUE(caller.has_value() && caller->has_value());
  EXPECT_EQ((*caller)->role, domain::Role::operator_);
  EXPECT_EQ((*caller)->actor, (domain::Actor{domain::ActorKind::token, "night-shift", "192.0.2.7",
                                             domain::Authentication::token}));
}

TEST(Auth, TakesTheSchemeInAnyCase) {
  Fixture fixture;
  const auto token = fixture.book.issue(domain::Role::viewer, "v");
  EXPECT_EQ(fixture.code_of(with("bEARER  " + token)), "");
}

TEST(Auth, BindsAnAgentToItsComputer) {
  Fixture fixture;
  const auto token = fixture.book.issue(domain::Role::agent, "host-7");
  const auto caller = fixture.auth.caller(with("Bearer " + token));
  ASSERT_TRUE(caller.has_value() && caller->has_value());
  EXPECT_EQ((*caller)->computer, domain::ComputerId{"host-7"});
  EXPECT_EQ((*caller)->actor.kind, domain::ActorKind::agent);
  EXPECT_EQ((*caller)->actor.id, "host-7");
}

TEST(Auth, KnowsAnEnrolmentToken) {
  Fixture fixture;
  const auto token = fixture.book.issue_enrolment("join");
  const auto caller = fixture.auth.caller(with("Bearer " + token));
  ASSERT_TRUE(caller.has_value() && caller->has_value());
  EXPECT_EQ((*caller)->enrolment, domain::TokenId{"join"});
}

TEST(Auth, SaysNothingOfARequestWithoutCredential) {
  Fixture fixture;
  const auto caller = fixture.auth.caller(Request{});
  ASSERT_TRUE(caller.has_value());
  EXPECT_FALSE(caller->has_value());
}

TEST(Auth, RefusesWhatIsNoTokenOfOurs) {
  Fixture fixture;
  const auto good = fixture.book.issue(domain::Role::viewer, "v");
  const std::string secret = good.substr(good.rfind('_') + 1);
  for (const std::string& bad :
       {std::string("Bearer"), std::string("Bearer "), "Basic " + good, good, "Bearer x" + good,
        "Bearer " + good + "0", "Bearer " + good.substr(0, good.size() - 1),
        "Bearer ulg_test_" + secret, "Bearer ulg__v_" + secret, "Bearer ulg_test_V_" + secret,
        "Bearer " + good + " " + good, "Bearer " + std::string(100'000, 'a')}) {
    EXPECT_EQ(fixture.code_of(with(bad)), "401 credential-malformed") << bad.substr(0, 80);
  }
}

TEST(Auth, RefusesAnUnknownOrRevokedToken) {
  Fixture fixture;
  auto token = fixture.book.issue(domain::Role::admin, "root");
  ASSERT_EQ(fixture.code_of(with("Bearer " + token)), "");
  auto other = token;
  other.back() = other.back() == '0' ? '1' : '0';
  EXPECT_EQ(fixture.code_of(with("Bearer " + other)), "401 credential-unknown");
  fixture.book.revoke_all();
  EXPECT_EQ(fixture.code_of(with("Bearer " + token)), "401 credential-unknown");
}

TEST(Auth, RefusesATokenFromTheMomentItExpires) {
  Fixture fixture;
  const auto token = fixture.book.issue(domain::Role::admin, "root");
  const auto expires_at = fixture.book.tokens.begin()->second.expires_at;
  fixture.clock.set(expires_at - domain::Duration{1});
  EXPECT_EQ(fixture.code_of(with("Bearer " + token)), "");
  fixture.clock.set(expires_at);
  EXPECT_EQ(fixture.code_of(with("Bearer " + token)), "401 credential-expired");
}

TEST(Auth, RefusesATokenInTheUrlEvenBesideAGoodHeader) {
  Fixture fixture;
  const auto token = fixture.book.issue(domain::Role::admin, "root");
  auto request = with("Bearer " + token);
  request.query.emplace_back("filter", token);
  EXPECT_EQ(fixture.code_of(request), "400 token-in-url");
  request.query = {{"access_token", "whatever"}};
  EXPECT_EQ(fixture.code_of(request), "400 token-in-url");
}

TEST(Auth, SeesARoleThatChangedWithTheNextVersionOfTheBook) {
  Fixture fixture;
  const auto token = fixture.book.issue(domain::Role::viewer, "v");
  ASSERT_EQ((*fixture.auth.caller(with("Bearer " + token)))->role, domain::Role::viewer);
  fixture.book.tokens.begin()->second.role = domain::Role::approver;
  fixture.book.changed();
  EXPECT_EQ((*fixture.auth.caller(with("Bearer " + token)))->role, domain::Role::approver);
}

TEST(Tokens, HaveTheirShapeAndTheirDigest) {
  ledger::SystemEntropy entropy;
  const auto made = make_token(entropy, "prod", domain::TokenId{"ci_builds.1"});
  EXPECT_TRUE(made.text.starts_with("ulg_prod_ci_builds.1_"));
  EXPECT_EQ(made.text.size(), std::string("ulg_prod_ci_builds.1_").size() + 64);
  EXPECT_EQ(made.digest, ledger::sha256(made.text));
  EXPECT_EQ(token_digest(made.text), made.digest);
  EXPECT_NE(make_token(entropy, "prod", domain::TokenId{"ci_builds.1"}).text, made.text);
}

}  // namespace
}  // namespace api::testing
