// The traps: what real repositories and hostile ones put into metadata.
#include <gtest/gtest.h>

#include "tests/unit/tuf/signed_site.h"

namespace tests {
namespace {

std::string part(std::uint64_t version = 1) {
  return tuf::targets_json({{"a", target_of("a")}}, std::nullopt, version, today);
}

std::string read(const std::string& signed_part, const std::string& signatures = "[]") {
  const auto made = tuf::read_metadata(
      tuf::Type::targets, "{\"signatures\":" + signatures + ",\"signed\":" + signed_part + "}");
  return made ? "" : made.error().reason;
}

TEST(Metadata, KeepsItsBytesAndSignsWhatItDoesNotKnow) {
  const std::string bytes =
      "{ \"signatures\":[],\"signed\":" + replaced(part(), "{", "{\"z\":[1],") + "}\n";
  const auto made = tuf::read_metadata(tuf::Type::targets, bytes);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->bytes, bytes);
  EXPECT_NE(made->canonical.find("\"z\":[1]"), std::string::npos);
}

TEST(Metadata, OfAnyVersionOneOfTheSpecificationIsRead) {
  EXPECT_EQ(read(replaced(part(), "1.0.34", "1.0")), "");
  EXPECT_EQ(read(replaced(part(), "1.0.34", "1.9.1")), "");
  EXPECT_EQ(read(replaced(part(), "1.0.34", "2.0.0")), "tuf-spec-version");
  EXPECT_EQ(read(replaced(part(), "1.0.34", "10.0")), "tuf-spec-version");
}

TEST(Metadata, ThatIsMalformedIsRefused) {
  EXPECT_EQ(read(part()), "");
  EXPECT_EQ(read(replaced(part(), "\"version\":1", "\"version\":0")), "tuf-malformed");
  EXPECT_EQ(read(replaced(part(), "\"version\":1", "\"version\":-1")), "tuf-malformed");
  EXPECT_EQ(read(replaced(part(), "\"version\":1", "\"version\":\"1\"")), "tuf-malformed");
  EXPECT_EQ(read(replaced(part(), "\"version\":1", "\"version\":18446744073709551615")),
            "tuf-malformed");
  EXPECT_EQ(read(replaced(part(), "\"version\":1", "\"version\":1.0")), "tuf-not-canonical");
  EXPECT_EQ(read(replaced(part(), "\"version\":1", "\"version\":1,\"x\":0.5")),
            "tuf-not-canonical");
  EXPECT_EQ(read(replaced(part(), "\"version\":1", "\"version\":1,\"version\":1")), "tuf-not-json");
  EXPECT_EQ(read(replaced(part(), "Z\"", "\"")), "tuf-malformed");
  EXPECT_EQ(read(replaced(part(), "Z\"", "+00:00\"")), "tuf-malformed");
  EXPECT_EQ(read(replaced(part(), "\"targets\":{", "\"other\":{")), "tuf-malformed");
  EXPECT_EQ(read(replaced(part(), "\"_type\":\"targets\"", "\"_type\":\"root\"")),
            "tuf-wrong-type");
  EXPECT_EQ(read("[]"), "tuf-malformed");
  EXPECT_EQ(read(part(), "{}"), "tuf-malformed");
}

TEST(Metadata, WithOnlyUnknownHashesIsRefused) {
  EXPECT_EQ(read(replaced(part(), "\"sha256\":", "\"md5\":")), "tuf-malformed");
  EXPECT_EQ(read(replaced(part(), "\"sha256\":", "\"md5\":\"00\",\"sha256\":")), "");
  EXPECT_EQ(read(replaced(part(), "\"sha256\":\"", "\"sha256\":\"00")), "tuf-malformed");
}

TEST(Signatures, OfOneKeyTwiceAreRefusedAndEmptyOnesAreNone) {
  EXPECT_EQ(read(part(), R"([{"keyid":"a","sig":"00"},{"keyid":"a","sig":"01"}])"),
            "tuf-duplicate-signature");
  EXPECT_EQ(read(part(), R"([{"keyid":"a","sig":""},{"keyid":"a","sig":"01"}])"),
            "tuf-duplicate-signature");
  const auto made = tuf::read_metadata(
      tuf::Type::targets, R"({"signatures":[{"keyid":"a","sig":""}],"signed":)" + part() + "}");
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->signatures.empty());
}

TEST(Signatures, ThatAreBadBesideEnoughGoodOnesAreNoMatter) {
  SignedSite site;
  site.files["timestamp.json"] =
      replaced(site.files["timestamp.json"], "\"signatures\":[",
               "\"signatures\":[{\"keyid\":\"" + key("root-1").public_key().id +
                   "\",\"sig\":\"00ff\"},{\"keyid\":\"x\",\"sig\":\"?\"},");
  EXPECT_EQ(site.refresh(), "");
}

TEST(Keys, WhoseIdIsNotTheirHashAreLeftOut) {
  SignedSite site;
  const std::string id = key("root-3").public_key().id;
  std::string text = tuf::root_json(site.root, 2, site.expires);
  for (auto at = text.find(id); at != std::string::npos; at = text.find(id)) {
    text.replace(at, id.size(), std::string(64, 'a'));
  }
  const auto made =
      tuf::read_metadata(tuf::Type::root, "{\"signatures\":[],\"signed\":" + text + "}");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->root.keys.size(), site.root.keys.size() - 1);
  EXPECT_FALSE(made->root.keys.contains(std::string(64, 'a')));
  site.files["2.root.json"] = signed_by({"root-1", "root-2"}, text);
  EXPECT_EQ(site.refresh(), "");
}

TEST(Roots, WithoutConsistentSnapshotsAreFollowed) {
  SignedSite site;
  site.root.consistent_snapshot = false;
  site.put_root(2, {"root-1", "root-2"});
  site.files["snapshot.json"] = site.files.at("1.snapshot.json");
  site.files["targets.json"] = site.files.at("1.targets.json");
  EXPECT_EQ(site.refresh(), "");
  EXPECT_EQ(site.asked.back(), "targets.json");
}

TEST(Roots, WithAThresholdOfNothingAreRefused) {
  SignedSite site;
  site.root.roles["timestamp"].threshold = 0;
  site.put_root(2, {"root-1", "root-2"});
  EXPECT_EQ(site.refresh(), "tuf-malformed");
}

}  // namespace
}  // namespace tests
