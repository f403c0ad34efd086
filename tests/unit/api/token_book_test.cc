// Whom the views know by a token, and when what they said before must be asked again.
#include <gtest/gtest.h>

#include "api/auth.h"
#include "tests/unit/api/answering_ledger.h"

namespace tests {
namespace {

namespace domain = ledger::domain;

class ViewTokens : public testing::Test {
 protected:
  AnsweringLedger ledger;
  std::unique_ptr<api::TokenBook> book = api::token_book(ledger.views, ledger.log);

  std::string join(const std::string& computer) {
    const auto joined =
        ledger.post("/v1/computers", R"({"computer":")" + computer + R"(","platform":"linux"})");
    EXPECT_EQ(joined.status, 201) << joined.body;
    return joined.field("secret");
  }
  bool opens(const std::string& secret) {
    ledger.get("/v1/overview");  // Waits for the views to be as far as the log.
    return book->token(api::token_digest(secret).value()).value().has_value();
  }
  // Of what is visible by now.
  std::uint64_t version() {
    ledger.get("/v1/overview");
    return book->version();
  }
};

TEST_F(ViewTokens, OfAComputerThatWasRemovedOpenNothingEvenWhenItJoinsAgain) {
  const auto old = join("pc-1");
  const auto relays =
      ledger.post("/v1/tokens", R"({"role":"relay","computer":"pc-1","expires_in":"P1D"})");
  ASSERT_EQ(relays.status, 201) << relays.body;
  EXPECT_TRUE(opens(old));
  EXPECT_TRUE(opens(relays.field("secret")));
  ASSERT_EQ(ledger.ask({"DELETE", "/v1/computers/pc-1"}).status, 200);
  EXPECT_FALSE(opens(old));
  const auto anew = join("pc-1");
  EXPECT_TRUE(opens(anew));
  EXPECT_FALSE(opens(old)) << "it was given to a computer that is gone";
  EXPECT_FALSE(opens(relays.field("secret")));
  const auto later =
      ledger.post("/v1/tokens", R"({"role":"relay","computer":"pc-1","expires_in":"P1D"})");
  EXPECT_TRUE(opens(later.field("secret")));
}

TEST_F(ViewTokens, OfAUserStayShutWhenTheUserIsEnabledAgain) {
  ledger.post("/v1/users", R"({"user":"alice","name":"Alice","role":"viewer"})");
  const auto of_alice = [&] {
    return ledger.post("/v1/tokens", R"({"user":"alice","role":"viewer","expires_in":"P1D"})")
        .field("secret");
  };
  const auto old = of_alice();
  ASSERT_EQ(ledger.post("/v1/users/alice:disable", "").status, 200);
  EXPECT_FALSE(opens(old));
  ASSERT_EQ(ledger.post("/v1/users/alice:enable", "").status, 200);
  EXPECT_FALSE(opens(old));
  EXPECT_TRUE(opens(of_alice()));
}

TEST_F(ViewTokens, AreAskedAgainOnlyAfterAnEventThatChangesAccess) {
  join("pc-1");
  ledger.post("/v1/users", R"({"user":"alice","name":"Alice","role":"operator"})");
  const auto made = ledger.post(
      "/v1/tokens", R"({"token":"t","user":"alice","role":"operator","expires_in":"P1D"})");
  ASSERT_EQ(made.status, 201) << made.body;
  auto before = version();
  ASSERT_EQ(ledger.post("/v1/policies", R"({"policy":"web"})").status, 201);
  join("pc-2");
  ledger.post("/v1/tokens", R"({"role":"viewer","expires_in":"P1D"})");
  EXPECT_EQ(version(), before) << "nobody lost anything";
  ASSERT_EQ(ledger.put("/v1/users/alice", R"({"name":"Alice","role":"viewer"})").status, 200);
  EXPECT_NE(version(), before);
  before = version();
  ASSERT_EQ(ledger.post("/v1/tokens/t:revoke", "").status, 200);
  EXPECT_NE(version(), before);
  EXPECT_FALSE(opens(made.field("secret")));
  before = version();
  ASSERT_EQ(ledger.ask({"DELETE", "/v1/computers/pc-1"}).status, 200);
  EXPECT_NE(version(), before);
  before = version();
  ASSERT_EQ(ledger.post("/v1/users/alice:disable", "").status, 200);
  EXPECT_NE(version(), before);
}

}  // namespace
}  // namespace tests
