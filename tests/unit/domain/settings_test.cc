#include "ledger/domain/settings.h"

#include <gtest/gtest.h>

#include "ledger/domain/world.h"
#include "tests/support/given.h"

namespace tests {
namespace {

using namespace ledger::domain;

TEST(Settings, BeginWithTheFieldsDefaults) {
  const Settings settings;
  EXPECT_EQ(value_of(settings, SettingName::primary_source), "vendor");
  EXPECT_TRUE(flag(settings, SettingName::auto_apply_rule_updates));
  EXPECT_TRUE(flag(settings, SettingName::agents_direct_when_relays_unavailable));
  EXPECT_TRUE(flag(settings, SettingName::agents_direct_when_manager_unavailable));
  EXPECT_FALSE(flag(settings, SettingName::relays_download_all_regions));
  EXPECT_EQ(number(settings, SettingName::rule_updates_kept), 10U);
  EXPECT_EQ(number(settings, SettingName::heartbeats_missed_until_silent), 2U);
  EXPECT_EQ(duration(settings, SettingName::instruction_pending_alert_after), days(7));
  EXPECT_EQ(duration(settings, SettingName::pattern_unused_alert_after), hours(1));
  EXPECT_EQ(duration(settings, SettingName::rule_update_unapplied_alert_after), minutes(30));
  EXPECT_EQ(duration(settings, SettingName::heartbeat_interval), minutes(10));
}

TEST(Settings, StandInTheOrderOfTheirNames) {
  for (std::size_t i = 0; i < setting_rules().size(); ++i) {
    EXPECT_EQ(setting_rules()[i].name, static_cast<SettingName>(i));
    EXPECT_TRUE(checked_value(setting_rules()[i].name, setting_rules()[i].standard).has_value());
  }
}

TEST(Settings, TellTheirPreviousValueAndOnlyRealChanges) {
  Fold fold;
  const ChangeSetting change{SettingName::heartbeat_interval, "PT60M"};
  const auto events = fold.submit(change);
  EXPECT_EQ(first_of<SettingChanged>(events)->value, "PT1H");  // The one way to write it.
  EXPECT_EQ(first_of<SettingChanged>(events)->previous, "PT10M");
  EXPECT_EQ(types(fold.submit(change)), TypeNames{});
}

TEST(Settings, RefuseValuesThatAreNone) {
  Fold fold;
  const auto refused = [&](SettingName name, const std::string& value) {
    return fold.refusal(ChangeSetting{name, value}) == "setting-value-invalid";
  };
  EXPECT_TRUE(refused(SettingName::auto_apply_rule_updates, "yes"));
  EXPECT_TRUE(refused(SettingName::rule_updates_kept, "0"));
  EXPECT_TRUE(refused(SettingName::rule_updates_kept, "1001"));
  EXPECT_TRUE(refused(SettingName::rule_updates_kept, "-1"));
  EXPECT_TRUE(refused(SettingName::rule_updates_kept, "ten"));
  EXPECT_TRUE(refused(SettingName::heartbeat_interval, "10 minutes"));
  EXPECT_TRUE(refused(SettingName::heartbeat_interval, "PT0S"));
  EXPECT_TRUE(refused(SettingName::heartbeat_interval, "P2D"));
  EXPECT_TRUE(refused(SettingName::primary_source, "ftp://mirror.example"));
  EXPECT_TRUE(refused(SettingName::primary_source, "https://"));
  EXPECT_FALSE(refused(SettingName::primary_source, "https://mirror.example"));
  EXPECT_FALSE(refused(SettingName::primary_source, "file:///srv/updates"));
}

TEST(Settings, SendWhoeverAsksTheVendorElsewhere) {
  Fold fold;
  const auto asked = [&](const char* source) {
    return asked_url({source}, "https://own.example",
                     value_of(fold.world.settings, SettingName::primary_source));
  };
  EXPECT_EQ(asked("vendor"), "https://own.example");
  given_setting(fold, SettingName::primary_source, "https://mirror.example");
  EXPECT_EQ(asked("vendor"), "https://mirror.example");
  EXPECT_EQ(asked("second"), "https://own.example");
}

TEST(Settings, OfAPolicyCountForThePoliciesBelowIt) {
  Fold fold;
  given_policy(fold, "site");
  given_policy(fold, "web", "site");
  given_policy(fold, "kiosk", "web");
  const auto own = [&](const char* policy, const char* value) {
    given(fold, ChangePolicySetting{{policy}, SettingName::heartbeat_interval, value});
  };
  own("site", "PT1M");
  EXPECT_EQ(heartbeat_interval(fold.world, PolicyId{"kiosk"}), minutes(1));
  own("web", "PT2M");
  EXPECT_EQ(heartbeat_interval(fold.world, PolicyId{"kiosk"}), minutes(2));
  EXPECT_EQ(heartbeat_interval(fold.world, PolicyId{"site"}), minutes(1));
}

TEST(Settings, OfAPolicyComeBeforeTheProducts) {
  Fold fold;
  given_policy(fold, "site");
  const PolicyId site{"site"};
  const auto change = [&](std::optional<std::string> value) {
    return ChangePolicySetting{site, SettingName::heartbeat_interval, std::move(value)};
  };
  EXPECT_EQ(types(fold.submit(change("PT1M"))), TypeNames{"policy_setting.changed"});
  EXPECT_EQ(types(fold.submit(change("PT1M"))), TypeNames{});
  EXPECT_EQ(heartbeat_interval(fold.world, site), minutes(1));
  EXPECT_EQ(heartbeat_interval(fold.world, std::nullopt), minutes(10));
  EXPECT_EQ(types(fold.submit(change(std::nullopt))), TypeNames{"policy_setting.changed"});
  EXPECT_EQ(heartbeat_interval(fold.world, site), minutes(10));
  EXPECT_EQ(fold.refusal(change("soon")), "setting-value-invalid");
  EXPECT_EQ(fold.refusal(ChangePolicySetting{site, SettingName::rule_updates_kept, "3"}),
            "setting-not-per-policy");
  EXPECT_EQ(fold.refusal(ChangePolicySetting{{"nowhere"}, SettingName::heartbeat_interval, "PT1M"}),
            "policy-unknown");
}

}  // namespace
}  // namespace tests
