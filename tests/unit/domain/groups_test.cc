#include "ledger/domain/groups.h"

#include <gtest/gtest.h>

#include "ledger/limits.h"
#include "tests/support/given.h"

namespace tests {
namespace {

using namespace ledger::domain;

Fold a_tree() {
  Fold fold;
  given(fold, CreateGroup{{"house"}, std::nullopt});
  given(fold, CreateGroup{{"office"}, GroupId{"house"}});
  given(fold, CreateGroup{{"desk"}, GroupId{"office"}});
  return fold;
}

TEST(Groups, FormATree) {
  const Fold fold = a_tree();
  const Groups& groups = fold.world.computers.groups;
  EXPECT_TRUE(groups.is_within({"desk"}, {"house"}));
  EXPECT_TRUE(groups.is_within({"desk"}, {"desk"}));
  EXPECT_FALSE(groups.is_within({"house"}, {"desk"}));
}

TEST(Groups, RefuseBadNamesTwinsCyclesAndUnknownParents) {
  Fold fold = a_tree();
  EXPECT_EQ(fold.refusal(CreateGroup{{"House"}, std::nullopt}), "group-name-invalid");
  EXPECT_EQ(fold.refusal(CreateGroup{{"house"}, std::nullopt}), "group-exists");
  EXPECT_EQ(fold.refusal(CreateGroup{{"x"}, GroupId{"nowhere"}}), "group-unknown");
  EXPECT_EQ(fold.refusal(ChangeGroup{{"house"}, GroupId{"desk"}}), "group-cycle");
  EXPECT_EQ(fold.refusal(ChangeGroup{{"house"}, GroupId{"house"}}), "group-cycle");
  EXPECT_EQ(fold.refusal(ChangeGroup{{"nowhere"}, std::nullopt}), "group-unknown");
  for (std::size_t i = 0; i < ledger::limits::groups_max; ++i) {
    fold.world.computers.groups.parents[{"filler-" + std::to_string(i)}];
  }
  EXPECT_EQ(fold.refusal(CreateGroup{{"more"}, std::nullopt}), "too-many-groups");
}

TEST(Groups, AreMovedAndDeletedWhenEmpty) {
  Fold fold = a_tree();
  auto enrol = enrolment("pc-1");
  enrol.group = GroupId{"desk"};
  given(fold, enrol);
  EXPECT_EQ(fold.refusal(DeleteGroup{{"office"}}), "group-has-subgroups");
  EXPECT_EQ(fold.refusal(DeleteGroup{{"desk"}}), "group-in-use");
  EXPECT_EQ(fold.refusal(DeleteGroup{{"nowhere"}}), "group-unknown");
  EXPECT_EQ(types(fold.submit(ChangeGroup{{"desk"}, std::nullopt})), TypeNames{"group.changed"});
  EXPECT_EQ(types(fold.submit(ChangeGroup{{"desk"}, std::nullopt})), TypeNames{});
  EXPECT_EQ(types(fold.submit(DeleteGroup{{"office"}})), TypeNames{"group.deleted"});
}

TEST(Searches, AreFiltersWithANameInTheOneWayToWriteThem) {
  Fold fold;
  given(fold, SaveSearch{{"stale"}, "  platform=linux   AND status = failed"});
  EXPECT_EQ(fold.world.computers.searches.filters.at({"stale"}),
            "platform = \"linux\" AND status = \"failed\"");
  EXPECT_EQ(types(fold.submit(SaveSearch{{"stale"}, "platform = linux AND status=failed"})),
            TypeNames{});
  EXPECT_EQ(types(fold.submit(SaveSearch{{"stale"}, "status = silent"})),
            TypeNames{"search.saved"});
  EXPECT_EQ(types(fold.submit(SaveSearch{{"stale"}, "state = silent OR behind:rules"})),
            TypeNames{"search.saved"});
  EXPECT_EQ(types(fold.submit(DeleteSearch{{"stale"}})), TypeNames{"search.deleted"});
  EXPECT_EQ(fold.refusal(DeleteSearch{{"stale"}}), "search-unknown");
}

TEST(Searches, RefuseWhatIsNoFilterOverComputers) {
  Fold fold;
  EXPECT_EQ(fold.refusal(SaveSearch{{"No"}, ""}), "search-name-invalid");
  EXPECT_EQ(fold.refusal(SaveSearch{{"x"}, "AND"}), "filter-invalid");
  EXPECT_EQ(fold.refusal(SaveSearch{{"x"}, "colour = red"}), "filter-field-unknown");
  // A search that can never find anybody would look like a fleet that is well.
  for (const char* never : {"status = faild", "modules:firewal", "last_contact < yesterday"}) {
    EXPECT_EQ(fold.refusal(SaveSearch{{"x"}, never}), "filter-value-invalid") << never;
  }
  for (std::size_t i = 0; i < ledger::limits::searches_max; ++i) {
    fold.world.computers.searches.filters[{"filler-" + std::to_string(i)}];
  }
  EXPECT_EQ(fold.refusal(SaveSearch{{"x"}, "status = failed"}), "too-many-searches");
}

}  // namespace
}  // namespace tests
