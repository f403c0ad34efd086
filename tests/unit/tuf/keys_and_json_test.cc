// What is signed, and by what.
#include <gtest/gtest.h>

#include "tests/unit/tuf/signed_site.h"
#include "updates/tuf/canonical_json.h"

namespace tests {
namespace {

std::string canonical(std::string_view text) {
  const auto made = tuf::canonical_json(text);
  return made ? *made : made.error().reason;
}

TEST(CanonicalJson, IsSortedWithoutSpaceAndHardlyEscaped) {
  EXPECT_EQ(canonical(R"( {"b": [1, -0, true, null], "a": "x\ny\"\\\u00e9\/"} )"),
            "{\"a\":\"x\ny\\\"\\\\\xC3\xA9/\",\"b\":[1,0,true,null]}");
  EXPECT_EQ(canonical("{\"B\":1,\"a\":2,\"AA\":3}"), "{\"AA\":3,\"B\":1,\"a\":2}");
  EXPECT_EQ(canonical("123456789012345678901234567890"), "123456789012345678901234567890");
}

TEST(CanonicalJson, RefusesWhatCannotBeSigned) {
  EXPECT_EQ(canonical("1.5"), "tuf-not-canonical");
  EXPECT_EQ(canonical("[{\"a\":1e3}]"), "tuf-not-canonical");
  EXPECT_EQ(canonical("{\"a\":1,\"a\":1}"), "tuf-not-json");
  EXPECT_EQ(canonical("{\"a\":1} x"), "tuf-not-json");
}

class EachKind : public testing::TestWithParam<tuf::KeyKind> {};

TEST_P(EachKind, SignsAndVerifies) {
  const auto made = *tuf::PrivateKey::generate(GetParam());
  const std::string signature = made.sign("text");
  EXPECT_TRUE(tuf::verify(made.public_key(), "text", signature));
  EXPECT_FALSE(tuf::verify(made.public_key(), "texts", signature));
  EXPECT_FALSE(tuf::verify(made.public_key(), "text", ""));
  EXPECT_FALSE(tuf::verify(made.public_key(), "text", "zz"));
  EXPECT_FALSE(tuf::verify(made.public_key(), "text", signature.substr(2)));
  EXPECT_FALSE(tuf::verify(key("stranger").public_key(), "text", signature));
  auto unknown = made.public_key();
  unknown.scheme = "another";
  EXPECT_FALSE(tuf::verify(unknown, "text", signature));
}

TEST_P(EachKind, IsKeptEncrypted) {
  const auto made = *tuf::PrivateKey::generate(GetParam());
  const std::string pem = *made.pem("correct horse");
  EXPECT_NE(pem.find("ENCRYPTED"), std::string::npos);
  EXPECT_EQ(tuf::PrivateKey::from_pem(pem, "correct horse")->public_key(), made.public_key());
  EXPECT_EQ(tuf::PrivateKey::from_pem(pem, "wrong").error().reason, "passphrase-wrong");
  EXPECT_EQ(tuf::PrivateKey::from_pem(pem, "").error().reason, "passphrase-wrong");
  EXPECT_EQ(tuf::PrivateKey::from_pem(*made.pem(""), "")->public_key(), made.public_key());
  EXPECT_EQ(tuf::PrivateKey::from_pem("no key", "").error().reason, "key-unusable");
}

INSTANTIATE_TEST_SUITE_P(Keys, EachKind,
                         testing::Values(tuf::KeyKind::ed25519, tuf::KeyKind::rsa,
                                         tuf::KeyKind::ecdsa));

}  // namespace
}  // namespace tests
