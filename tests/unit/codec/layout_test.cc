// That a schema and a struct which disagree are noticed.
#include "ledger/codec/layout.h"

#include <gtest/gtest.h>

#include "ledger/codec/schema.h"
#include "ledger/domain/event.h"

namespace tests {
namespace {

using namespace ledger::codec;
namespace domain = ledger::domain;

enum class Colour { red, dark_blue };
constexpr auto enum_names(Colour) { return std::array<std::string_view, 2>{"red", "dark_blue"}; }

struct Paint {
  Colour colour{};
  std::string code_name;
  std::optional<std::uint32_t> litres;
  bool sealed = false;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("colour", &Paint::colour), field("code_name", &Paint::code_name),
                      field("litres", &Paint::litres), field("sealed", &Paint::sealed));
  }
};

class LayoutTest : public testing::Test {
 protected:
  LayoutTest() {
    box_.fields = {{"value", {Wire::uint32, {}, nullptr, {}}, 0}};
    schema_.name = "Paint";
    schema_.data_words = 1;
    schema_.pointers = 2;
    schema_.fields = {{"colour", {Wire::enumeration, {}, nullptr, {"red", "darkBlue"}}, 1},
                      {"codeName", {Wire::text, {}, nullptr, {}}, 0},
                      {"litres", {Wire::structure, {}, &box_, {}}, 1},
                      {"sealed", {Wire::boolean, {}, nullptr, {}}, 35}};
  }

  SchemaStruct box_;
  SchemaStruct schema_;
};

TEST_F(LayoutTest, FieldsLieWhereTheSchemaSays) {
  bind<Paint>(schema_);
  const auto& slots = Layout<Paint>::slots;
  EXPECT_EQ(slots[0].index, 0);
  EXPECT_EQ(slots[0].shift, 16);
  EXPECT_EQ(slots[1].index, 0);
  EXPECT_EQ(slots[2].index, 1);
  EXPECT_EQ(slots[3].shift, 35);
  EXPECT_EQ(Layout<Paint>::shape.used[0], 0xFFFFULL << 16 | 1ULL << 35);
}

TEST_F(LayoutTest, AMissingFieldEndsTheProgram) {
  schema_.fields.pop_back();
  EXPECT_DEATH(bind<Paint>(schema_), "Paint.*another number of fields");
}

TEST_F(LayoutTest, AnotherNameOrOrderEndsTheProgram) {
  std::swap(schema_.fields[0], schema_.fields[3]);
  EXPECT_DEATH(bind<Paint>(schema_), "Paint.colour: fields.. has this name in its place");
}

TEST_F(LayoutTest, AnotherTypeEndsTheProgram) {
  schema_.fields[1].type.wire = Wire::data;
  EXPECT_DEATH(bind<Paint>(schema_), "Paint.code_name: another type");
}

TEST_F(LayoutTest, AnOptionalScalarWithoutItsStructEndsTheProgram) {
  schema_.fields[2].type = {Wire::uint32, {}, nullptr, {}};
  EXPECT_DEATH(bind<Paint>(schema_), "Paint.litres: an optional scalar is a struct around it");
}

TEST_F(LayoutTest, AnotherEnumerantEndsTheProgram) {
  schema_.fields[0].type.enumerants[1] = "blue";
  EXPECT_DEATH(bind<Paint>(schema_), "Paint.colour: other values");
  schema_.fields[0].type.enumerants.pop_back();
  EXPECT_DEATH(bind<Paint>(schema_), "Paint.colour: another number of values");
}

TEST_F(LayoutTest, PointersInAnotherOrderEndTheProgram) {
  schema_.fields[1].offset = 1;
  schema_.fields[2].offset = 0;
  EXPECT_DEATH(bind<Paint>(schema_), "Paint.litres: its pointer lies before");
}

TEST(Schema, HasACaseForEveryTypeOfPayload) {
  const SchemaStruct& schema = event_schema();
  ASSERT_EQ(schema.cases.size(), domain::PayloadTypes::List::size);
  for (const SchemaField& each : schema.cases) {
    EXPECT_EQ(each.offset, schema.cases[0].offset) << each.name;
    // "ruleUpdateApplied" is of the struct RuleUpdateApplied.
    std::string type = each.name;
    type[0] = static_cast<char>(type[0] - 'a' + 'A');
    EXPECT_EQ(each.type.inner->name, type);
  }
}

}  // namespace
}  // namespace tests
