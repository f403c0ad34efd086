#include "ledger/domain/relays.h"

#include <gtest/gtest.h>

#include "ledger/domain/world.h"
#include "ledger/limits.h"
#include "tests/support/given.h"

namespace tests {
namespace {

using namespace ledger::domain;

constexpr std::uint64_t much_room = 50'000'000'000;

// relay-1 is in group "branch" and serves metadata version 3, which is the latest.
Fold a_relay() {
  Fold fold;
  given(fold, ConfigureSource{{"vendor"}, "https://updates.example", "", {}, "", true});
  given(fold, ReportSourceChecked{{"vendor"}, {"check-1"}, 3, {}, {}, {}, 1});
  given(fold, release("1.1"));
  given(fold, CreateRelayGroup{{"branch"}, std::nullopt, false, ""});
  given(fold, enrolment("relay-1"));
  given(fold, RegisterRelay{{"relay-1"}, RelayGroupId{"branch"}, "https://relay-1"});
  return fold;
}

ReportRelay serving(std::uint64_t metadata, const std::string& version) {
  return {{"relay-1"}, metadata, {}, SyncReason::none, {{{"virus-pattern"}, version}},
          {},          much_room};
}

SyncState sync(const Fold& fold) {
  return sync_of(fold.world, sync_expectations(fold.world), *fold.world.relays.find({"relay-1"}));
}

TEST(Relays, AheadOfTheLedgerAreInSyncAndHaveTheSourceAsked) {
  Fold fold = a_relay();
  given(fold, ConfigureSource{{"vendor"}, "https://updates.example", "", digest(1), "", true});
  fold.now = fold.now + hours(1);
  const auto events = fold.submit(serving(4, "1.2"));
  EXPECT_EQ(types(events), (TypeNames{"relay.reported", "source.check_requested"}));
  EXPECT_TRUE(sync(fold).in_sync);
  // One that does not answer is not asked for that.
  Fold other = a_relay();
  given(other, ConfigureSource{{"vendor"}, "https://updates.example", "", digest(1), "", true});
  given(other, ReportSourceCheckFailed{{"vendor"}, {}, SourceFault::timed_out, ""});
  other.now = other.now + hours(1);
  EXPECT_EQ(types(other.submit(serving(4, "1.2"))), TypeNames{"relay.reported"});
}

TEST(Relays, JoinTheDefaultGroupUnlessToldOtherwise) {
  Fold fold;
  given(fold, enrolment("relay-1"));
  EXPECT_EQ(types(fold.submit(RegisterRelay{{"relay-1"}, {}, "https://a"})),
            TypeNames{"relay.registered"});
  EXPECT_EQ(fold.world.relays.find({"relay-1"})->relay_group, default_relay_group());
  EXPECT_EQ(types(fold.submit(RegisterRelay{{"relay-1"}, {}, "https://a"})), TypeNames{});
}

TEST(Relays, RefuseWhatIsNoComputerOrNoGroup) {
  Fold fold = a_relay();
  EXPECT_EQ(fold.refusal(RegisterRelay{{"nobody"}, {}, "https://a"}), "computer-unknown");
  EXPECT_EQ(fold.refusal(RegisterRelay{{"relay-1"}, RelayGroupId{"nowhere"}, ""}),
            "relay-group-unknown");
  EXPECT_EQ(fold.refusal(RegisterRelay{{"relay-1"}, {}, std::string(2'001, 'x')}), "url-too-long");
  EXPECT_EQ(fold.refusal(RemoveRelay{{"pc-1"}}), "relay-unknown");
  EXPECT_EQ(fold.refusal(ReportRelayUnavailable{{"pc-1"}, ""}), "relay-unknown");
  given(fold, enrolment("relay-2"));
  for (std::size_t i = 0; i < ledger::limits::relays_max; ++i) {
    fold.world.relays.relays[{"filler-" + std::to_string(i)}];
  }
  EXPECT_EQ(fold.refusal(RegisterRelay{{"relay-2"}, {}, "https://a"}), "too-many-relays");
}

TEST(Sync, NeedsTheLatestMetadata) {
  Fold fold = a_relay();
  EXPECT_EQ(sync(fold).reason, SyncReason::never_reported);
  given(fold, serving(2, "1.1"));
  EXPECT_FALSE(sync(fold).in_sync);
  EXPECT_EQ(sync(fold).reason, SyncReason::behind_parent);
  given(fold, serving(3, "1.1"));
  EXPECT_TRUE(sync(fold).in_sync);
  EXPECT_EQ(sync(fold).reason, SyncReason::none);
}

TEST(Sync, IsLostWithTheNextReleaseAndSaysSinceWhen) {
  Fold fold = a_relay();
  given(fold, serving(3, "1.1"));
  fold.now = fold.now + hours(1);
  const auto released = given(fold, release("1.2"));
  EXPECT_FALSE(sync(fold).in_sync);
  EXPECT_EQ(sync(fold).since.position, released.front().position);
  given(fold, serving(3, "1.2"));
  EXPECT_TRUE(sync(fold).in_sync);
}

TEST(Sync, NeedsTheNewestRuleUpdateOfThoseWhoSayWhichTheyServe) {
  Fold fold = a_relay();
  given(fold, import_of_update(1, {{1}}));
  given(fold, import_of_update(2, {{1}}));
  auto report = serving(3, "1.1");
  given(fold, report);
  EXPECT_TRUE(sync(fold).in_sync);  // What it does not mention it may fetch when asked.
  report.rule_update = update(1);
  given(fold, report);
  EXPECT_FALSE(sync(fold).in_sync);
  report.rule_update = update(2);
  given(fold, report);
  EXPECT_TRUE(sync(fold).in_sync);
}

TEST(Sync, AlwaysHasAReasonWhenLost) {
  Fold fold = a_relay();
  auto report = serving(2, "1.1");
  report.reason = SyncReason::disk_full;
  given(fold, report);
  EXPECT_EQ(sync(fold).reason, SyncReason::disk_full);
  given(fold, serving(2, "1.1"));
  given(fold, ChangeRelayGroup{{"branch"}, std::nullopt, true, ""});
  EXPECT_EQ(sync(fold).reason, SyncReason::air_gapped);
  given(fold, ReportRelayUnavailable{{"relay-1"}, "connection refused"});
  EXPECT_EQ(sync(fold).reason, SyncReason::unreachable);
}

TEST(Relays, ReportOnlyNewsAndAreBackWhenTheyReport) {
  Fold fold = a_relay();
  EXPECT_EQ(types(fold.submit(serving(3, "1.1"))), TypeNames{"relay.reported"});
  auto fuller = serving(3, "1.1");
  fuller.free_bytes -= 1;
  EXPECT_EQ(types(fold.submit(fuller)), TypeNames{});
  fuller.free_bytes = ledger::limits::relay_free_bytes_low - 1;
  EXPECT_EQ(types(fold.submit(fuller)), TypeNames{"relay.reported"});
  const ReportRelayUnavailable away{{"relay-1"}, "no answer"};
  EXPECT_EQ(types(fold.submit(away)), TypeNames{"relay.unavailable"});
  EXPECT_EQ(types(fold.submit(away)), TypeNames{});
  EXPECT_EQ(types(fold.submit(fuller)), TypeNames{"relay.available"});
}

TEST(Relays, RefuseImpossibleReports) {
  Fold fold = a_relay();
  auto report = serving(3, "");
  EXPECT_EQ(fold.refusal(report), "component-invalid");
  report.components.clear();
  for (int i = 0; i < 401; ++i) report.components.push_back({{"c" + std::to_string(i)}, "1"});
  EXPECT_EQ(fold.refusal(report), "too-many-components");
  report.relay = {"pc-1"};
  EXPECT_EQ(fold.refusal(report), "relay-unknown");
}

TEST(RelayGroups, FormATreeBelowThePrimarySource) {
  Fold fold = a_relay();
  const auto create = [&](const std::string& name, std::optional<RelayGroupId> parent) {
    return fold.refusal(CreateRelayGroup{{name}, std::move(parent), false, ""});
  };
  EXPECT_EQ(create("shop", RelayGroupId{"branch"}), "");
  EXPECT_EQ(create("shop", std::nullopt), "relay-group-exists");
  EXPECT_EQ(create("Shop", std::nullopt), "relay-group-name-invalid");
  EXPECT_EQ(create("x", RelayGroupId{"nowhere"}), "relay-group-unknown");
  EXPECT_EQ(fold.refusal(ChangeRelayGroup{{"branch"}, RelayGroupId{"shop"}, false, ""}),
            "relay-group-cycle");
  EXPECT_EQ(fold.refusal(ChangeRelayGroup{{"nowhere"}, {}, false, ""}), "relay-group-unknown");
  EXPECT_EQ(fold.refusal(ChangeRelayGroup{{"branch"}, {}, false, std::string(2'001, 'x')}),
            "description-too-long");
  EXPECT_EQ(types(fold.submit(ChangeRelayGroup{{"branch"}, {}, false, ""})), TypeNames{});
  for (std::size_t i = 0; i < ledger::limits::relay_groups_max; ++i) {
    fold.world.relays.groups[{"filler-" + std::to_string(i)}];
  }
  EXPECT_EQ(create("more", std::nullopt), "too-many-relay-groups");
}

TEST(RelayGroups, AreDeletedOnlyWhenNobodyNeedsThem) {
  Fold fold = a_relay();
  given(fold, CreateRelayGroup{{"shop"}, RelayGroupId{"branch"}, false, ""});
  given(fold, AssignRelayGroup{{"relay-1"}, RelayGroupId{"shop"}});
  EXPECT_EQ(fold.refusal(DeleteRelayGroup{default_relay_group()}), "relay-group-default");
  EXPECT_EQ(fold.refusal(DeleteRelayGroup{{"branch"}}), "relay-group-has-subgroups");
  EXPECT_EQ(fold.refusal(DeleteRelayGroup{{"shop"}}), "relay-group-in-use");
  EXPECT_EQ(fold.refusal(DeleteRelayGroup{{"nowhere"}}), "relay-group-unknown");
  given(fold, AssignRelayGroup{{"relay-1"}, std::nullopt});
  EXPECT_EQ(types(fold.submit(DeleteRelayGroup{{"shop"}})), TypeNames{"relay_group.deleted"});
  EXPECT_EQ(fold.refusal(DeleteRelayGroup{{"branch"}}), "relay-group-has-relays");
}

}  // namespace
}  // namespace tests
