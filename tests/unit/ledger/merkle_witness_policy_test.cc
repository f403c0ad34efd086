#include <gtest/gtest.h>

#include "ledger/limits.h"
#include "ledger/merkle/witness_policy.h"

namespace ledger::merkle {
namespace {

std::string key_of(const std::string& name) {
  return text(WitnessKey{name, SigningKey::generate().value().public_key()});
}
std::string witness(const std::string& name) {
  return "witness " + name + " " + key_of(name + ".example") + " https://" + name + ".example\n";
}
std::string why_not(const std::string& policy) {
  const auto parsed = WitnessPolicy::parse(policy);
  if (parsed) return "it is one";
  EXPECT_EQ(parsed.error().reason, "witness-policy-malformed");
  return parsed.error().detail;
}

TEST(WitnessPolicy, NamesWitnessesAndWhoMustAgree) {
  const auto policy =
      WitnessPolicy::parse("# ours\n\nlog some+key+here\n" + witness("w1") + witness("w2") + "  " +
                           witness("w3") + "group two 2 w1 w2 w3  # of three\nquorum two\n");
  ASSERT_TRUE(policy) << policy.error().detail;
  ASSERT_EQ(policy->witnesses().size(), 3U);
  EXPECT_EQ(policy->witnesses()[1].name, "w2");
  EXPECT_EQ(policy->witnesses()[1].key.name, "w2.example");
  EXPECT_EQ(policy->witnesses()[1].url, "https://w2.example");
  EXPECT_FALSE(policy->is_met_by({}));
  EXPECT_FALSE(policy->is_met_by({"w3"}));
  EXPECT_TRUE(policy->is_met_by({"w1", "w3"}));
  EXPECT_FALSE(policy->is_met_by({"w1", "somebody"}));
}

TEST(WitnessPolicy, CountsGroupsOfGroups) {
  const auto policy = WitnessPolicy::parse(witness("a1") + witness("a2") + witness("b1") +
                                           "group a any a1 a2\ngroup both all a b1\nquorum both\n");
  ASSERT_TRUE(policy) << policy.error().detail;
  EXPECT_TRUE(policy->is_met_by({"a2", "b1"}));
  EXPECT_FALSE(policy->is_met_by({"a1", "a2"})) << "b1 is missing";
  const auto single = WitnessPolicy::parse(witness("a1") + witness("a2") + "quorum a1\n");
  ASSERT_TRUE(single);
  EXPECT_TRUE(single->is_met_by({"a1"}));
  EXPECT_FALSE(single->is_met_by({"a2"}));
}

TEST(WitnessPolicy, SaysWhichLineIsWrong) {
  const std::string first = witness("w1");
  const std::string again = "witness w2" + first.substr(first.find(" ", 8), first.size());
  const std::string key = key_of("x");
  EXPECT_NE(why_not("").find("no witness is named"), std::string::npos);
  EXPECT_NE(why_not(first).find("quorum is missing"), std::string::npos);
  for (const auto& [line, word] : std::vector<std::pair<std::string, std::string>>{
           {"rubbish", "begins with"},
           {"witness w2 " + key, "a name, a key and a URL"},
           {"witness W2 " + key + " http://x", "name is"},
           {"witness w1 " + key + " http://x", "twice"},
           {"witness w2 key http://x", "name+id+key"},
           {"witness w2 " + key + " ftp://x", "URL"},
           {again, "another witness"},
           {"group g 1", "members"},
           {"group w1 1 w1", "twice"},
           {"group g 0 w1", "how many"},
           {"group g 2 w1", "how many"},
           {"group g 1 nobody", "nobody"},
           {"group g 1 w1 w1", "twice"},
           {"quorum", "one witness or one group"},
           {"quorum g", "named g"}}) {
    const auto told = why_not(first + line + "\nquorum w1\n");
    EXPECT_EQ(told.rfind("Line 2 ", 0), 0U) << line << ": " << told;
    EXPECT_NE(told.find(word), std::string::npos) << line << ": " << told;
  }
  std::string many;
  for (std::size_t i = 0; i <= limits::witnesses_max; ++i) many += witness("w" + std::to_string(i));
  EXPECT_NE(why_not(many + "quorum w1\n").find("16 witnesses"), std::string::npos);
}

}  // namespace
}  // namespace ledger::merkle
