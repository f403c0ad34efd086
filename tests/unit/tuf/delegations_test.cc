// Who may speak for which path, and through whom.
#include <gtest/gtest.h>

#include "tests/unit/tuf/signed_site.h"
#include "updates/tuf/paths.h"

namespace tests {
namespace {

tuf::DelegatedRole delegated(const std::string& name, const std::string& signer,
                             const std::string& path, bool terminating = false) {
  return {name, role_of({signer}), terminating, {path}, {}};
}

TEST(Paths, MatchWithinSlashes) {
  EXPECT_TRUE(tuf::matches("rules/*", "rules/25-031.json"));
  EXPECT_FALSE(tuf::matches("rules/*", "rules/a/b"));
  EXPECT_FALSE(tuf::matches("*", "a/b"));
  EXPECT_TRUE(tuf::matches("*/*", "a/b"));
  EXPECT_TRUE(tuf::matches("a*b*c?", "aXXbYYcZ"));
  EXPECT_FALSE(tuf::matches("a*b*c?", "aXXbYYc"));
  EXPECT_TRUE(tuf::matches("f[0-3!]o", "f2o"));
  EXPECT_FALSE(tuf::matches("f[!0-3]o", "f2o"));
  EXPECT_TRUE(tuf::matches("[", "["));
  EXPECT_FALSE(tuf::matches("rules", "rules/"));
  EXPECT_FALSE(tuf::matches("", "a"));
  EXPECT_FALSE(tuf::matches(std::string(200, '*') + "b", std::string(200, 'a')));
}

TEST(Names, AreHarmlessInUrlsAndFiles) {
  EXPECT_EQ(tuf::percent_encoded("../x?#%", tuf::Slash::encoded), "..%2Fx%3F%23%25");
  EXPECT_EQ(tuf::percent_encoded("a/b c", tuf::Slash::kept), "a/b%20c");
  EXPECT_EQ(tuf::with_hash("rules/a.json", "12"), "rules/12.a.json");
  EXPECT_EQ(tuf::with_hash("a.json", "12"), "12.a.json");
}

class TwoParents : public testing::Test {
 protected:
  // Both `left` and `right` delegate to `shared`, but only `left` trusts the key that signed it.
  TwoParents() {
    site.delegations = {keys_of({"left", "right"}),
                        {delegated("left", "left", "l-*"), delegated("right", "right", "r-*")},
                        std::nullopt};
    site.put_targets("targets", 2, {"targets"});
    put_parent("left", "shared", "l-*");
    put_parent("right", "other", "r-*");
    site.delegations.reset();
    site.targets = {{"l-file", target_of("l")}, {"r-file", target_of("r")}};
    site.put_targets("shared", 1, {"shared"});
    site.put_all(2);
  }

  void put_parent(const std::string& name, const std::string& trusted, const std::string& path) {
    site.delegations = {keys_of({trusted}), {delegated("shared", trusted, path)}, std::nullopt};
    site.put_targets(name, 1, {name});
  }

  SignedSite site;
};

TEST_F(TwoParents, EachJudgeTheSharedRoleForThemselves) {
  auto client = tuf::Client::open(site.directory(), site, today);
  ASSERT_TRUE(client && client->refresh());
  EXPECT_TRUE(client->find("l-file"));
  // Verified once already, but not by those whom `right` trusts.
  EXPECT_EQ(client->find("r-file").error().reason, "tuf-unsigned");
  // Nor by the next run, which has it on disk.
  EXPECT_EQ(site.find("r-file"), "tuf-unsigned");
  EXPECT_EQ(site.find("l-file"), "");
}

TEST_F(TwoParents, AgreeWhenBothKeysSigned) {
  site.put_targets("shared", 2, {"shared", "other"});
  site.put_all(3);
  EXPECT_EQ(site.find("r-file"), "");
  EXPECT_EQ(site.find("l-file"), "");
}

TEST(Delegations, SpeakForTheirPathsOnly) {
  SignedSite site;
  site.delegations = {keys_of({"rules"}), {delegated("rules", "rules", "rules/*")}, std::nullopt};
  site.put_targets("targets", 2, {"targets"});
  site.delegations.reset();
  site.targets = {{"rules/a", target_of("a")}, {"patterns/a", target_of("b")}};
  site.put_targets("rules", 1, {"rules"});
  site.put_all(2);
  EXPECT_EQ(site.find("rules/a"), "");
  EXPECT_EQ(site.find("patterns/a"), "target-unknown");
}

TEST(Delegations, EndAtATerminatingOne) {
  for (const bool terminating : {false, true}) {
    SignedSite site;
    site.delegations = {keys_of({"a", "b"}),
                        {delegated("a", "a", "*", terminating), delegated("b", "b", "*")},
                        std::nullopt};
    site.put_targets("targets", 2, {"targets"});
    site.delegations.reset();
    site.put_targets("a", 1, {"a"});
    site.targets = {{"file", target_of("x")}};
    site.put_targets("b", 1, {"b"});
    site.put_all(2);
    EXPECT_EQ(site.find("file"), terminating ? "target-unknown" : "");
  }
}

TEST(Delegations, InACircleEnd) {
  SignedSite site;
  site.delegations = {keys_of({"a"}), {delegated("a", "a", "*")}, std::nullopt};
  site.put_targets("targets", 2, {"targets"});
  site.delegations = {keys_of({"a"}), {delegated("b", "a", "*")}, std::nullopt};
  site.put_targets("a", 1, {"a"});
  site.delegations = {keys_of({"a"}), {delegated("a", "a", "*")}, std::nullopt};
  site.put_targets("b", 1, {"a"});
  site.put_all(2);
  EXPECT_EQ(site.find("file"), "target-unknown");
}

TEST(Delegations, AreSearchedUpToALimit) {
  for (const int depth : {32, 33}) {
    SignedSite site;
    std::string parent = "targets";
    for (int i = 1; i <= depth; ++i) {
      const std::string name = "r" + std::to_string(i);
      site.delegations = {keys_of({"a"}), {delegated(name, "a", "*")}, std::nullopt};
      site.put_targets(parent, 2, {parent == "targets" ? "targets" : "a"});
      parent = name;
    }
    site.delegations.reset();
    site.targets = {{"file", target_of("x")}};
    site.put_targets(parent, 2, {"a"});
    site.put_all(2);
    EXPECT_EQ(site.find("file"), depth == 32 ? "" : "target-unknown");
  }
}

TEST(Delegations, BySuccinctRolesNameTheBinOfAPath) {
  tuf::SuccinctRoles roles{role_of({"bins"}), 5, "bin"};
  SignedSite site;
  site.delegations = {keys_of({"bins"}), {}, roles};
  site.put_targets("targets", 2, {"targets"});
  site.delegations.reset();
  site.targets = {{"file", target_of("x")}};
  const std::string name = tuf::name_for(roles, "file");
  // SHA-256("file") begins with 3b: 00111 of its first five bits is bin 07.
  EXPECT_EQ(name, "bin-07");
  site.put_targets(name, 1, {"bins"});
  site.put_all(2);
  EXPECT_EQ(site.find("file"), "");
}

TEST(Delegations, OfANameWithASlashLieBesideTheOthers) {
  SignedSite site;
  const std::string name = "../x?#";
  site.delegations = {keys_of({"a"}), {delegated(name, "a", "*")}, std::nullopt};
  site.put_targets("targets", 2, {"targets"});
  site.delegations.reset();
  site.targets = {{"file", target_of("x")}};
  site.put_targets(name, 1, {"a"});
  site.files["1...%2Fx%3F%23.json"] = site.files.at("1." + name + ".json");
  site.put_all(2);
  EXPECT_EQ(site.find("file"), "");
  EXPECT_TRUE(std::filesystem::exists(site.kept / "..%2Fx%3F%23.json"));
}

}  // namespace
}  // namespace tests
