#include "ledger/codec/json_in.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/task_definition.h"
#include "ledger/limits.h"

namespace tests {
namespace {

namespace codec = ledger::codec;
namespace domain = ledger::domain;

struct Everything {
  bool flag = false;
  std::int32_t signed_32 = 0;
  std::uint32_t unsigned_32 = 0;
  std::int64_t signed_64 = 0;
  std::uint64_t unsigned_64 = 0;
  domain::Position position;
  domain::Time time;
  domain::Duration duration;
  domain::Digest digest;
  domain::CommandId command;
  domain::RuleId rule;
  domain::RuleUpdateId update;
  domain::PolicyId policy;
  domain::Module module{};
  std::string text;
  std::optional<std::uint32_t> maybe;
  std::vector<std::string> texts;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("flag", &Everything::flag), field("signed_32", &Everything::signed_32),
        field("unsigned_32", &Everything::unsigned_32), field("signed_64", &Everything::signed_64),
        field("unsigned_64", &Everything::unsigned_64), field("position", &Everything::position),
        field("time", &Everything::time), field("duration", &Everything::duration),
        field("digest", &Everything::digest), field("command", &Everything::command),
        field("rule", &Everything::rule), field("update", &Everything::update),
        field("policy", &Everything::policy), field("module", &Everything::module),
        field("text", &Everything::text), field("maybe", &Everything::maybe),
        field("texts", &Everything::texts));
  }
};

// Codes with pointers of what is wrong with an object that has only these members, when missing
// ones keep their defaults.
std::vector<std::string> errors(const std::string& members) {
  std::vector<std::string> out;
  for (const auto& each : codec::parse_json("{" + members + "}", Everything{}).errors) {
    out.push_back(each.code + " " + each.pointer);
  }
  return out;
}
using Errors = std::vector<std::string>;

TEST(JsonIn, EveryTypeIsRead) {
  const auto parsed = codec::parse_json<Everything>(
      R"({"flag":true,"signed_32":-2147483648,"unsigned_32":4294967295,)"
      R"("signed_64":-9223372036854775808,"unsigned_64":18446744073709551615,"position":7,)"
      R"("time":"2026-11-03T10:00:03.5+01:00","duration":"P7D","digest":")" +
      std::string(64, 'a') + R"(","command":")" + std::string(32, 'B') +
      R"(","rule":1000001,"update":"25-031","policy":"web","module":"firewall","text":"ä",)"
      R"("maybe":3,"texts":["x","y"]})");
  ASSERT_TRUE(parsed.ok()) << parsed.errors[0].pointer << parsed.errors[0].detail;
  const Everything& value = parsed.value;
  EXPECT_TRUE(value.flag);
  EXPECT_EQ(value.signed_32, INT32_MIN);
  EXPECT_EQ(value.unsigned_32, UINT32_MAX);
  EXPECT_EQ(value.signed_64, INT64_MIN);
  EXPECT_EQ(value.unsigned_64, UINT64_MAX);
  EXPECT_EQ(value.position.value, 7U);
  EXPECT_EQ(domain::rfc3339(value.time), "2026-11-03T09:00:03.500Z");
  EXPECT_EQ(value.duration, domain::days(7));
  EXPECT_EQ(value.digest.bytes[31], 0xAA);
  EXPECT_EQ(value.command.bytes[15], 0xBB);
  EXPECT_EQ(value.rule.value, 1'000'001U);
  EXPECT_EQ(value.update, (domain::RuleUpdateId{25, 31}));
  EXPECT_EQ(value.policy.value, "web");
  EXPECT_EQ(value.module, domain::Module::firewall);
  EXPECT_EQ(value.text, "ä");
  EXPECT_EQ(value.maybe, 3U);
  EXPECT_EQ(value.texts, (std::vector<std::string>{"x", "y"}));
}

TEST(JsonIn, AnotherTypeIsRefused) {
  EXPECT_EQ(errors(R"("flag":1)"), Errors{"json-type /flag"});
  EXPECT_EQ(errors(R"("flag":null)"), Errors{"json-type /flag"});
  EXPECT_EQ(errors(R"("signed_32":"1")"), Errors{"json-type /signed_32"});
  EXPECT_EQ(errors(R"("unsigned_64":1.0)"), Errors{"json-type /unsigned_64"});
  EXPECT_EQ(errors(R"("unsigned_64":1e3)"), Errors{"json-type /unsigned_64"});
  EXPECT_EQ(errors(R"("text":1)"), Errors{"json-type /text"});
  EXPECT_EQ(errors(R"("time":1)"), Errors{"json-type /time"});
  EXPECT_EQ(errors(R"("texts":{})"), Errors{"json-type /texts"});
  EXPECT_EQ(errors(R"("module":1)"), Errors{"json-type /module"});
  EXPECT_EQ(codec::parse_json<Everything>("[]").errors.at(0).code, "json-type");
}

TEST(JsonIn, NumbersBeyondTheirTypeAreRefused) {
  EXPECT_EQ(errors(R"("signed_32":2147483648)"), Errors{"json-range /signed_32"});
  EXPECT_EQ(errors(R"("unsigned_32":-1)"), Errors{"json-range /unsigned_32"});
  EXPECT_EQ(errors(R"("unsigned_32":4294967296)"), Errors{"json-range /unsigned_32"});
  EXPECT_EQ(errors(R"("unsigned_64":18446744073709551616)"), Errors{"json-range /unsigned_64"});
  EXPECT_EQ(errors(R"("rule":999999)"), Errors{"json-range /rule"});
  EXPECT_EQ(errors(R"("rule":10000000)"), Errors{"json-range /rule"});
}

TEST(JsonIn, TextsThatAreNoValueAreRefused) {
  EXPECT_EQ(errors(R"("time":"yesterday")"), Errors{"json-value /time"});
  EXPECT_EQ(errors(R"("duration":"10m")"), Errors{"json-value /duration"});
  EXPECT_EQ(errors(R"("digest":"abc")"), Errors{"json-value /digest"});
  EXPECT_EQ(errors(R"("command":"xyz")"), Errors{"json-value /command"});
  EXPECT_EQ(errors(R"("command":")" + std::string(31, 'a') + "g\""), Errors{"json-value /command"});
  EXPECT_EQ(errors(R"("update":"25-31")"), Errors{"json-value /update"});
  EXPECT_EQ(errors(R"("policy":"Web")"), Errors{"json-value /policy"});
  EXPECT_EQ(errors(R"("policy":"")"), Errors{"json-value /policy"});
  EXPECT_EQ(errors(R"("module":"antivirus")"), Errors{"json-value /module"});
}

TEST(JsonIn, AWrongNameOfAnEnumIsToldWithTheRightOnes) {
  const auto parsed = codec::parse_json(R"({"module":"antivirus"})", Everything{});
  EXPECT_EQ(parsed.errors.at(0).detail,
            "\"antivirus\" is none of anti_malware, firewall, intrusion_prevention, "
            "integrity_monitoring, log_inspection.");
}

TEST(JsonIn, UnknownFieldsAreRefusedWithTheirPointer) {
  EXPECT_EQ(errors(R"("colour":1)"), Errors{"json-unknown-field /colour"});
  EXPECT_EQ(errors(R"("a/b~c":1)"), Errors{"json-unknown-field /a~1b~0c"});
}

TEST(JsonIn, EverythingThatIsWrongIsToldAtOnce) {
  EXPECT_EQ(errors(R"("flag":1,"texts":["a",2,3],"x":0)"),
            (Errors{"json-unknown-field /x", "json-type /flag", "json-type /texts/1",
                    "json-type /texts/2"}));
}

TEST(JsonIn, OnlyOptionalsAndListsMayBeMissing) {
  const auto parsed = codec::parse_json<domain::Scope>(R"({"kind":"all"})");
  ASSERT_EQ(parsed.errors.size(), 1U);
  EXPECT_EQ(parsed.errors[0].code, "json-missing");
  EXPECT_EQ(parsed.errors[0].pointer, "/name");
  EXPECT_TRUE(codec::parse_json<domain::Scope>(R"({"kind":"all","name":""})").ok());
}

TEST(JsonIn, MissingFieldsKeepTheirDefaultsOutsideOnly) {
  domain::TaskDefinition defaults;
  defaults.description = "kept";
  const auto parsed = codec::parse_json(R"({"enabled":true})", defaults);
  EXPECT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.value.description, "kept");
  EXPECT_TRUE(parsed.value.enabled);
  const auto inner = codec::parse_json(R"({"scope":{"name":"x"}})", defaults);
  ASSERT_EQ(inner.errors.size(), 1U);
  EXPECT_EQ(inner.errors[0].pointer, "/scope/kind");
}

TEST(JsonIn, NullIsAnAbsentOptional) {
  Everything defaults;
  defaults.maybe = 5;
  EXPECT_EQ(codec::parse_json(R"({"maybe":null})", defaults).value.maybe, std::nullopt);
  EXPECT_EQ(codec::parse_json("{}", defaults).value.maybe, 5U);
}

TEST(JsonIn, WhatIsNoJsonIsToldWithoutAPointer) {
  const auto parsed = codec::parse_json<Everything>("{\"flag\":");
  ASSERT_EQ(parsed.errors.size(), 1U);
  EXPECT_EQ(parsed.errors[0].code, "json-syntax");
  EXPECT_EQ(parsed.errors[0].pointer, "");
}

TEST(JsonIn, OnlySoManyErrorsAreTold) {
  std::string members = R"("texts":[1)";
  for (int i = 0; i < 1'000; ++i) members += ",1";
  EXPECT_EQ(errors(members + "]").size(), ledger::limits::json_errors_max);
}

}  // namespace
}  // namespace tests
