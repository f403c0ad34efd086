// Certificates of computers: issued, renewed, revoked, and used by two machines at once.
#include "ledger/domain/identities.h"

#include <gtest/gtest.h>

#include "tests/support/given.h"

namespace tests {
namespace {

using namespace ledger::domain;

const std::string serial(32, '4');

EnrolComputer with_certificate(const Fold& fold, const std::string& computer) {
  EnrolComputer enrol = enrolment(computer);
  enrol.serial = serial;
  enrol.certificate_expires_at = fold.now + days(90);
  return enrol;
}

const OpenAlert* clone_alert(const Fold& fold, const std::string& computer) {
  const auto found = fold.world.alerts.by_key.find({AlertType::clone_detected, computer});
  return found == fold.world.alerts.by_key.end() ? nullptr
                                                 : &fold.world.alerts.open.at(found->second);
}

TEST(Identities, AreIssuedWithTheEnrolmentAndRenewed) {
  Fold fold;
  const auto joined = fold.submit(with_certificate(fold, "pc-1"));
  EXPECT_EQ(types(joined), (TypeNames{"computer.enrolled", "identity.issued"}));
  EXPECT_FALSE(first_of<IdentityIssued>(joined)->renewal);
  const auto renewed =
      fold.submit(RenewIdentity{{"pc-1"}, std::string(32, '5'), fold.now + days(90)});
  EXPECT_EQ(types(renewed), TypeNames{"identity.issued"});
  EXPECT_TRUE(first_of<IdentityIssued>(renewed)->renewal);
  EXPECT_EQ(fold.refusal(RenewIdentity{{"pc-2"}, serial, fold.now + days(90)}), "computer-unknown");
  EXPECT_EQ(fold.refusal(RenewIdentity{{"pc-1"}, "XYZ", fold.now + days(90)}), "serial-invalid");
  EXPECT_EQ(fold.refusal(RenewIdentity{{"pc-1"}, serial, fold.now}), "certificate-life-invalid");
  EXPECT_EQ(fold.refusal(RenewIdentity{{"pc-1"}, serial, fold.now + days(400)}),
            "certificate-life-invalid");
}

TEST(Identities, MakeARelayOfAComputerWhoseTokenNamesARelayGroup) {
  Fold fold;
  given(fold, CreateRelayGroup{{"branch"}, {}, false, ""});
  IssueEnrolmentToken token{{"t1"}, digest(1), 2, fold.now + days(1), {}, {}, {}};
  given(fold, token);
  token.token = {"t2"};
  token.relay_group = RelayGroupId{"branch"};
  given(fold, token);
  EnrolComputer enrol = with_certificate(fold, "relay-1");
  enrol.relay_url = "https://relay-1";
  enrol.enrolment = TokenId{"t1"};
  EXPECT_EQ(fold.refusal(enrol), "relay-not-let-in");
  enrol.enrolment = TokenId{"t2"};
  const auto joined = fold.submit(enrol);
  EXPECT_EQ(types(joined), (TypeNames{"computer.enrolled", "identity.issued", "relay.registered"}));
  EXPECT_EQ(first_of<RelayRegistered>(joined)->relay_group.value, "branch");
}

TEST(Identities, AreRevokedWhetherOrNotThereIsACertificate) {
  Fold fold;
  given(fold, with_certificate(fold, "pc-1"));
  EXPECT_EQ(types(fold.submit(RevokeIdentity{{"pc-1"}, serial})), TypeNames{"identity.revoked"});
  EXPECT_EQ(types(fold.submit(RevokeIdentity{{"pc-1"}, ""})), TypeNames{"identity.revoked"});
  EXPECT_EQ(fold.refusal(RevokeIdentity{{"pc-2"}, ""}), "computer-unknown");
  EXPECT_EQ(fold.refusal(RevokeIdentity{{"pc-1"}, "not hex"}), "serial-invalid");
}

TEST(Identities, OfOneCertificateAreRevokedInItsOwnStream) {
  Fold fold;
  given(fold, with_certificate(fold, "pc-1"));
  const auto events = fold.submit(RevokeCertificate{{"pc-1"}, serial});
  ASSERT_EQ(types(events), TypeNames{"identity.revoked"});
  EXPECT_EQ(events->front().stream, stream_of_certificate(serial));
  EXPECT_EQ(fold.refusal(RevokeCertificate{{"pc-2"}, serial}), "computer-unknown");
  EXPECT_EQ(fold.refusal(RevokeCertificate{{"pc-1"}, ""}), "serial-invalid");
}

TEST(Clones, RaiseAnAlertThatEndsWhenTheyAreSeenNoMore) {
  Fold fold;
  given(fold, with_certificate(fold, "pc-1"));
  const ReportClone seen{{"pc-1"}, serial, "192.0.2.1", "192.0.2.2"};
  EXPECT_EQ(types(fold.submit(seen)), TypeNames{"clone.detected"});
  EXPECT_EQ(types(fold.submit(seen)), TypeNames{}) << "told once for a while";
  fold.pass(seconds(1)).value();
  ASSERT_NE(clone_alert(fold, "pc-1"), nullptr);
  EXPECT_EQ(clone_alert(fold, "pc-1")->summary,
            "Two machines use the identity of computer pc-1, at 192.0.2.1 and at 192.0.2.2.");
  fold.pass(clone_told_again).value();
  EXPECT_EQ(types(fold.submit(seen)), TypeNames{"clone.detected"});
  fold.pass(hours(23)).value();
  EXPECT_NE(clone_alert(fold, "pc-1"), nullptr);
  fold.pass(hours(1)).value();
  EXPECT_EQ(clone_alert(fold, "pc-1"), nullptr);
}

TEST(Clones, EndWithTheIdentityOrTheComputer) {
  Fold fold;
  for (const char* computer : {"pc-1", "pc-2"}) {
    given(fold, with_certificate(fold, computer));
    given(fold, ReportClone{{computer}, serial, "192.0.2.1", "192.0.2.2"});
  }
  fold.pass(seconds(1)).value();
  given(fold, RevokeIdentity{{"pc-1"}, serial});
  given(fold, RemoveComputer{{"pc-2"}});
  fold.pass(seconds(1)).value();
  EXPECT_EQ(clone_alert(fold, "pc-1"), nullptr);
  EXPECT_EQ(clone_alert(fold, "pc-2"), nullptr);
  EXPECT_EQ(fold.refusal(ReportClone{{"pc-2"}, serial, "", ""}), "computer-unknown");
}

TEST(Hooks, AreRecordedWithHowTheyEnded) {
  Fold fold;
  given(fold, enrolment("pc-1"));
  const auto ended = fold.submit(ReportHook{{"pc-1"}, 2, "no such service"});
  EXPECT_EQ(types(ended), TypeNames{"hook.finished"});
  EXPECT_EQ(ended->front().outcome, Outcome::failed);
  EXPECT_EQ(given(fold, ReportHook{{"pc-1"}, 0, ""}).front().outcome, Outcome::done);
  EXPECT_EQ(fold.refusal(ReportHook{{"nobody"}, 0, ""}), "computer-unknown");
}

}  // namespace
}  // namespace tests
