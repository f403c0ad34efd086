// Machines and their certificates, over real sockets: the client of updates/machine asks a whole
// ledger behind the listener for machines.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/api/answering_machines.h"

namespace tests {
namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(Machines, JoinWithAKeyOfTheirOwnAndSpeakByItsCertificate) {
  const auto identity = joined("pc-1");
  EXPECT_EQ(identity.computer.value, "pc-1");
  EXPECT_EQ(identity.not_after,
            domain::Time{(start + api::machine_certificate_life).micros / 1'000'000 * 1'000'000});
  const auto mode = std::filesystem::status(identity.files.key).permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto by = manager("pc-1");
  const auto interval = by->report(report(1, "1.1"));
  ASSERT_TRUE(interval.has_value()) << interval.error().detail;
  EXPECT_EQ(*interval, domain::minutes(10));
  const auto seen = ledger.get("/v1/events?type=computer.reported");
  EXPECT_TRUE(has(seen.body, R"("kind":"agent","id":"pc-1")")) << seen.body;
  EXPECT_TRUE(has(seen.body, R"("authentication":"certificate")")) << seen.body;
  EXPECT_EQ(count("identity.issued"), 1U);
  EXPECT_EQ(count("token.issued"), 0U) << "no bearer token beside the certificate";
}

TEST_F(Machines, AskForOrdersAgainOnlyWhenTheyMayBeOthers) {
  joined("pc-1");
  const auto by = manager("pc-1");
  std::uint64_t sequence = 0;
  const auto told_at = [&] {
    ledger.get("/v1/overview");  // By then the views have what was said before.
    CHECK(by->report(report(++sequence, "1.1")).has_value(), "the manager is there");
    return by->orders().value().heartbeat_interval;
  };
  told_at();
  told_at();  // Its own news was the last that concerned it.
  const auto asked = orders_asked();
  EXPECT_EQ(told_at(), domain::minutes(10));
  EXPECT_EQ(orders_asked(), asked) << "nothing is new";
  ledger.put("/v1/settings/heartbeat_interval", R"({"value":"PT1M"})");
  EXPECT_EQ(told_at(), domain::minutes(1));
  EXPECT_EQ(orders_asked(), asked + 1);
  EXPECT_TRUE(by->orders());
  EXPECT_EQ(orders_asked(), asked + 2) << "who did not report cannot know";
}

TEST_F(Machines, KnowTheManagerByItsFingerprintOrItsFileAndByNothingElse) {
  auto wanted = options("pc-1", token());
  wanted.authority.clear();
  wanted.fingerprint = made.authority_fingerprint;
  const auto identity = machine::enrol(wanted);
  ASSERT_TRUE(identity.has_value()) << identity.error().detail;
  EXPECT_EQ(text_of(identity->files.authority), made.authority_pair.certificate);

  auto other = options("pc-2", token());
  other.authority = made_in("foreign").authority;
  EXPECT_EQ(machine::enrol(other).error().reason, "manager-not-trusted");
  other.authority.clear();
  EXPECT_EQ(machine::enrol(other).error().reason, "authority-missing");
  other.fingerprint = std::string(64, 'a');
  EXPECT_EQ(machine::enrol(other).error().reason, "manager-not-trusted");
  other.fingerprint = "abc";
  EXPECT_EQ(machine::enrol(other).error().reason, "fingerprint-invalid");
  EXPECT_EQ(count("computer.enrolled"), 1U);
}

TEST_F(Machines, WhoseAnswerWasLostAskAgainForTheSameCertificate) {
  const auto by = token();
  const auto first = machine::enrol(options("pc-1", by));
  ASSERT_TRUE(first.has_value()) << first.error().detail;
  std::filesystem::remove(first->files.certificate);
  const auto again = machine::enrol(options("pc-1", by));
  ASSERT_TRUE(again.has_value()) << again.error().detail;
  EXPECT_EQ(again->serial, first->serial);
  EXPECT_EQ(refused(*manager("pc-1")), "");
  EXPECT_EQ(count("computer.enrolled"), 1U);
  // Another key is another machine, which does not get in under the same name.
  std::filesystem::remove_all(scratch.path() / "pc-1");
  EXPECT_EQ(machine::enrol(options("pc-1", by)).error().reason, "computer-exists");
}

TEST_F(Machines, RenewWhenTwoThirdsOfTheLifeAreOver) {
  const auto identity = joined("pc-1");
  const auto by = manager("pc-1");
  ledger.clock.advance(domain::days(59));
  EXPECT_FALSE(by->renew_if_due(ledger.clock.now()).value());
  ledger.clock.advance(domain::days(2));
  const auto key = text_of(identity.files.key);
  const auto renewed = by->renew_if_due(ledger.clock.now());
  ASSERT_TRUE(renewed.has_value()) << renewed.error().detail;
  EXPECT_TRUE(*renewed);
  EXPECT_NE(by->identity().serial, identity.serial);
  EXPECT_NE(text_of(identity.files.key), key);
  EXPECT_FALSE(std::filesystem::exists(identity.files.next_key));
  const auto seen = ledger.get("/v1/events?type=identity.issued");
  EXPECT_TRUE(has(seen.body, R"("renewal":true)")) << seen.body;
  EXPECT_TRUE(has(seen.body, by->identity().serial)) << seen.body;
}

TEST_F(Machines, ThatStopInTheMiddleOfARenewalGoOnWithTheKeyOfTheirCertificate) {
  const auto identity = joined("pc-1");
  const auto by = manager("pc-1");
  const auto old_key = text_of(identity.files.key);
  // Before the answer came: the new key is of no use.
  ASSERT_TRUE(machine::write_identity_file(identity.files.next_key, machine::make_key()));
  EXPECT_EQ(machine::load_identity(scratch.path() / "pc-1").value()->serial, identity.serial);
  EXPECT_EQ(text_of(identity.files.key), old_key);
  // After the certificate was written, before its key was renamed.
  ASSERT_TRUE(by->renew());
  std::filesystem::rename(identity.files.key, identity.files.next_key);
  ASSERT_TRUE(machine::write_identity_file(identity.files.key, old_key));
  const auto found = machine::load_identity(scratch.path() / "pc-1");
  ASSERT_TRUE(found.has_value()) << found.error().detail;
  EXPECT_EQ((*found)->serial, by->identity().serial);
  EXPECT_EQ(refused(*manager("pc-1")), "");
  // A key of somebody else.
  ASSERT_TRUE(machine::write_identity_file(identity.files.key, machine::make_key()));
  EXPECT_EQ(machine::load_identity(scratch.path() / "pc-1").error().reason, "identity-damaged");
}

TEST_F(Machines, GoByNoTimeBeforeTheirCertificate) {
  const auto identity = joined("pc-1");
  const auto later = identity.not_before + domain::seconds(1);
  EXPECT_EQ(machine::plausible_time(identity.not_before - domain::days(1826), identity),
            identity.not_before);
  EXPECT_EQ(machine::plausible_time(later, identity), later);
}

TEST_F(Machines, AreRefusedWhenTheIdentityWasRevokedOrTheComputerRemoved) {
  joined("pc-1");
  joined("pc-2");
  const auto by = manager("pc-1");
  ASSERT_EQ(refused(*by), "");
  const auto revoked = ledger.post("/v1/computers/pc-1:revokeCertificate", R"({"reason":"lost"})");
  ASSERT_EQ(revoked.status, 200) << revoked.body;
  const auto event = ledger.get("/v1/events?type=identity.revoked");
  EXPECT_TRUE(has(event.body, by->identity().serial)) << event.body;
  EXPECT_TRUE(has(refused(*by), "identity-refused")) << refused(*by);
  EXPECT_TRUE(has(refused(*by), "identity-revoked"));
  EXPECT_EQ(by->renew().error().reason, "identity-refused");

  ASSERT_EQ(ledger.ask({"DELETE", "/v1/computers/pc-2"}).status, 200);
  ledger.get("/v1/overview");
  EXPECT_TRUE(has(refused(*manager("pc-2")), "identity-revoked"));
  // It may join again, by a new key; the old certificate stays worthless.
  std::filesystem::rename(scratch.path() / "pc-2", scratch.path() / "old");
  joined("pc-2");
  EXPECT_EQ(refused(*manager("pc-2")), "");
  EXPECT_TRUE(has(refused(*manager("old")), "identity-revoked"));
}

TEST_F(Machines, AreRefusedWithoutACertificateWithAnExpiredOneOrAForeignOne) {
  const auto identity = joined("pc-1");
  machine::ManagerConnection::Options to{
      machine::manager_address(url()).value(), made.authority, {}, {}};
  machine::ManagerConnection nobody(to);
  const auto answer = nobody.get("/v1/computers/pc-1/instructions", {});
  EXPECT_TRUE(has(answer.error().detail, "certificate-missing")) << answer.error().detail;

  const auto foreign = made_in("foreign").authority_pair;
  const auto request =
      machine::make_certificate_request(text_of(identity.files.key), {"pc-1"}).value();
  const auto forged = api::sign_request(
      request, {"pc-1", identity.serial, {}, start, start + domain::days(9)}, foreign);
  to.certificate = scratch.path() / "forged.pem";
  to.key = identity.files.key;
  std::ofstream(to.certificate) << forged.value();
  machine::ManagerConnection forger(to);
  EXPECT_TRUE(
      has(forger.get("/v1/computers/pc-1/instructions", {}).error().detail, "certificate-foreign"));

  const auto by = manager("pc-1");
  ASSERT_EQ(refused(*by), "");
  ledger.clock.advance(domain::days(91));
  EXPECT_TRUE(has(refused(*by), "certificate-expired")) << refused(*by);
}

// The certificate of the server itself is of our authority, but no machine's.
TEST_F(Machines, AreNotSpokenForByTheServersOwnCertificate) {
  joined("pc-1");
  machine::ManagerConnection server_itself({machine::manager_address(url()).value(), made.authority,
                                            made.files.certificate, made.files.key});
  const auto answer = server_itself.get("/v1/computers/pc-1/instructions", {});
  EXPECT_TRUE(has(answer.error().detail, "certificate-foreign")) << answer.error().detail;
}

TEST_F(Machines, SpeakForThemselvesOnlyAndFindNothingElse) {
  const auto identity = joined("pc-1");
  joined("pc-2");
  machine::ManagerConnection connection({machine::manager_address(url()).value(), made.authority,
                                         identity.files.certificate, identity.files.key});
  for (const auto* path : {"/v1/computers/pc-2/instructions", "/v1/computers/pc-2/ruleset"}) {
    EXPECT_EQ(connection.get(path, {}).error().reason, "not-your-computer");
  }
  EXPECT_EQ(connection.post("/v1/computers/pc-2/report", R"({"sequence":1})", {}).error().reason,
            "not-your-computer");
  EXPECT_EQ(connection.post("/v1/relays/pc-1/report", "{}", {}).error().reason,
            "permission-missing");
  for (const auto* path : {"/v1/computers", "/v1/events", "/livez", "/v1/tokens"}) {
    EXPECT_EQ(connection.get(path, {}).error().reason, "route-not-found") << path;
  }
  // Nor does an administrator's token open anything there.
  const auto admin = ledger.post("/v1/tokens", R"({"role":"admin","expires_in":"PT1H"})");
  machine::ManagerConnection nobody(
      {machine::manager_address(url()).value(), made.authority, {}, {}});
  const machine::ManagerConnection::Headers bearer{
      {"Authorization", "Bearer " + admin.field("secret")}};
  EXPECT_EQ(nobody.get("/v1/computers/pc-1/instructions", bearer).error().reason,
            "identity-refused");
  EXPECT_EQ(nobody.post("/v1/computers", R"({"computer":"pc-3","platform":"linux"})", bearer)
                .error()
                .reason,
            "permission-missing");
}

TEST_F(Machines, ReportInOrderAndSayNothingNewTwice) {
  joined("pc-1");
  const auto by = manager("pc-1");
  auto late = report(1, "1.1");
  late.occurred_at = start - domain::hours(5);
  ASSERT_TRUE(by->report(late));
  ASSERT_TRUE(by->report(report(2, "1.2")));
  ASSERT_TRUE(by->report(late)) << "a report that comes again is no error";
  ASSERT_TRUE(by->report(report(3, "1.2")));
  EXPECT_EQ(count("computer.reported"), 2U);
  const auto now = ledger.get("/v1/computers/pc-1");
  EXPECT_TRUE(has(now.body, R"("version":"1.2")")) << now.body;
}

TEST_F(Machines, TellHowHooksEndedAndWhatWasNotAuthentic) {
  ledger.ask({"PUT",
              "/v1/sources/vendor",
              R"({"url":"http://127.0.0.1:9","alternative_url":"","proxy":"","enabled":true})",
              {{"if-match", "*"}}});
  joined("pc-1");
  const auto by = manager("pc-1");
  const auto told = by->hook_finished(3, "reload failed");
  ASSERT_TRUE(told.has_value()) << told.error().detail;
  EXPECT_TRUE(has(ledger.get("/v1/events?type=hook.finished").body, R"("exit_status":3)"));
  const auto forged =
      by->not_authentic({"vendor"}, "rules/26-001.json", "targets", "another digest");
  ASSERT_TRUE(forged.has_value()) << forged.error().reason << forged.error().detail;
  EXPECT_TRUE(
      has(ledger.get("/v1/events?type=content.verification_failed").body, R"("observer":"pc-1")"));
  ASSERT_TRUE(by->failed({"patterns", domain::UpdateFault::disk_full, "no space"}));
  EXPECT_EQ(count("computer.update_failed"), 1U);
}

TEST_F(Machines, AreToldWhatToRunAndWhereFromAndAnswerInstructions) {
  ledger.ask({"PUT",
              "/v1/sources/vendor",
              R"({"url":"http://127.0.0.1:9","enabled":true,"trust_root":")" +
                  std::string(64, 'a') + "\"}",
              {{"if-match", "*"}}});
  ledger.put("/v1/settings/auto_apply_rule_updates", R"({"value":"false"})");
  ledger.import_update("26-001", 3, 1);
  ASSERT_EQ(ledger.apply("/v1/rule-updates/26-001:planApply").status, 200);
  ledger.post("/v1/policies", R"({"policy":"web"})");
  ASSERT_EQ(ledger.post("/v1/policies/web:assignRules", R"({"modules":["firewall"]})").status, 200);
  const auto identity = machine::enrol(options("pc-1", token(R"(,"policy":"web")")));
  ASSERT_TRUE(identity.has_value()) << identity.error().detail;
  const auto by = manager("pc-1");
  ASSERT_EQ(ledger.post("/v1/computers/pc-1:instruct", R"({"action":"download_update"})").status,
            200);
  ledger.put("/v1/settings/primary_source", R"({"value":"http://127.0.0.1:8"})");
  auto orders = by->orders();
  ASSERT_TRUE(orders.has_value()) << orders.error().detail;
  ASSERT_EQ(orders->sources.size(), 1U);
  EXPECT_EQ(orders->sources[0].url, "http://127.0.0.1:8");
  EXPECT_EQ(hex(orders->sources[0].trust_root), std::string(64, 'a'));
  EXPECT_TRUE(orders->direct_when_no_relay);
  EXPECT_EQ(orders->relay_group.value, "default");
  ASSERT_EQ(orders->instructions.size(), 1U);
  ASSERT_TRUE(orders->expected_ruleset.has_value());
  const auto ruleset = by->ruleset();
  ASSERT_TRUE(ruleset.has_value()) << ruleset.error().detail;
  EXPECT_EQ(ruleset->ruleset, orders->expected_ruleset->ruleset);
  ASSERT_EQ(ruleset->rules.size(), 3U);
  EXPECT_EQ(ruleset->rules[0].body, "allow 1");
  EXPECT_EQ(ledger::sha256(ruleset->rules[0].body), ruleset->rules[0].body_digest);
  const auto instruction = orders->instructions[0].instruction;
  ASSERT_TRUE(by->take(instruction));
  ASSERT_TRUE(by->finish(instruction, domain::UpdateFault::none, ""));
  EXPECT_TRUE(by->finish(instruction, domain::UpdateFault::none, "").has_value())
      << "an answer that is repeated is no error";
  // A setting that changes is told at the next question.
  ledger.put("/v1/settings/agents_direct_when_relays_unavailable", R"({"value":"false"})");
  orders = by->orders();
  EXPECT_FALSE(orders->direct_when_no_relay);
  EXPECT_TRUE(orders->instructions.empty());
}

TEST_F(Machines, JoinAsRelaysWhereTheTokenNamesAGroup) {
  ledger.post("/v1/relay-groups", R"({"relay_group":"head"})");
  ledger.post("/v1/relay-groups", R"({"relay_group":"branch","parent":"head"})");
  auto top = options("relay-1", token(R"(,"relay_group":"head")"));
  top.relay_url = "https://relay-1.example:8443";
  const auto first = machine::enrol(top);
  ASSERT_TRUE(first.has_value()) << first.error().detail;
  EXPECT_TRUE(api::look_at(text_of(first->files.certificate))->names.contains("relay-1.example"));
  auto below = options("relay-2", token(R"(,"relay_group":"branch")"));
  below.relay_url = "https://192.0.2.2:8443";
  ASSERT_TRUE(machine::enrol(below).has_value());
  ASSERT_TRUE(machine::enrol(options("pc-1", token(R"(,"relay_group":"branch")"))).has_value());

  const auto relay = manager("relay-2");
  const auto orders = relay->orders();
  ASSERT_TRUE(orders.has_value()) << orders.error().detail;
  EXPECT_TRUE(orders->is_relay);
  ASSERT_EQ(orders->parents.size(), 1U);
  EXPECT_EQ(orders->parents[0].url, "https://relay-1.example:8443");
  EXPECT_EQ(orders->platforms, std::vector<domain::Platform>{{"linux"}});
  const auto told = relay->relay_report({7, ledger::sha256("snapshot"), {}, {}, {}, 1'000});
  ASSERT_TRUE(told.has_value()) << told.error().detail;
  const auto reported = ledger.get("/v1/events?type=relay.reported");
  EXPECT_TRUE(has(reported.body, R"("kind":"relay","id":"relay-2")")) << reported.body;
  const auto agent = manager("pc-1")->orders();
  ASSERT_TRUE(agent.has_value());
  EXPECT_FALSE(agent->is_relay);
  ASSERT_EQ(agent->relays.size(), 1U);
  EXPECT_EQ(agent->relays[0].relay.value, "relay-2");
  EXPECT_TRUE(manager("pc-1")->relay_report({}).error().reason == "permission-missing");

  auto uninvited = options("relay-3", token());
  uninvited.relay_url = "https://relay-3.example";
  EXPECT_EQ(machine::enrol(uninvited).error().reason, "relay-not-let-in");
  auto nowhere = options("relay-4", token(R"(,"relay_group":"head")"));
  nowhere.relay_url = "ftp://relay-4";
  EXPECT_EQ(machine::enrol(nowhere).error().reason, "relay-url-invalid");
}

TEST_F(Machines, ThatShareAnIdentityAreFoundOut) {
  joined("pc-1");
  const auto first = manager("pc-1", "session-a");
  ASSERT_EQ(refused(*first), "");
  const auto second = manager("pc-1", "session-b");
  ASSERT_EQ(refused(*second), "");
  const auto restarted = manager("pc-1", "session-c");
  ASSERT_EQ(refused(*restarted), "");
  EXPECT_EQ(clones_told(), 0U) << "a program that is started again is no clone";
  ASSERT_EQ(refused(*second), "");
  EXPECT_EQ(clones_told(), 1U);
  ASSERT_EQ(refused(*restarted), "");
  ASSERT_EQ(refused(*second), "");
  EXPECT_EQ(clones_told(), 1U) << "told once";
  const auto event = ledger.get("/v1/events?type=clone.detected");
  EXPECT_TRUE(has(event.body, second->identity().serial)) << event.body;
}

}  // namespace
}  // namespace tests
