// Serials of certificates, and the requests that certificates are made of.
#include <gtest/gtest.h>

#include "api/machine_authority.h"
#include "updates/machine/identity.h"

namespace tests {
namespace {

namespace machine = ledger::updates::machine;

TEST(Serials, SayHowManyEventsTheLogHad) {
  ledger::SystemEntropy entropy;
  const auto serial = api::make_serial({0x123456789aU}, entropy);
  EXPECT_EQ(serial.size(), 32U);
  EXPECT_EQ(api::size_in_serial(serial)->value, 0x123456789aU);
  EXPECT_NE(api::make_serial({1}, entropy), api::make_serial({1}, entropy));
  EXPECT_FALSE(api::size_in_serial("41" + serial.substr(2)).has_value());
  EXPECT_FALSE(api::size_in_serial(serial + "0").has_value());
}

TEST(CertificateRequests, AreRefusedWithoutProofOfTheKeyOrWithAWeakOne) {
  const auto reason = [](const std::string& request) {
    const auto key = api::requested_key(request);
    return key ? "" : key.error().reason;
  };
  auto good = machine::make_certificate_request(machine::make_key(), {"pc-1"}).value();
  EXPECT_EQ(reason(good), "");
  EXPECT_EQ(reason(""), "certificate-request-invalid");
  EXPECT_EQ(reason(std::string(20'000, 'x')), "certificate-request-invalid");
  EXPECT_EQ(reason(machine::make_key()), "certificate-request-invalid");
  // One bit of the signature, which ends the text.
  auto& last = good[good.find("\n-----END") - 6];
  last = last == 'A' ? 'B' : 'A';
  EXPECT_EQ(reason(good), "certificate-request-invalid");
}

}  // namespace
}  // namespace tests
