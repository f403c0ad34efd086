// What is shown as JSON can be read back.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "ledger/codec/json_in.h"
#include "ledger/codec/json_out.h"
#include "tests/support/any_event.h"

namespace tests {
namespace {

namespace codec = ledger::codec;
namespace domain = ledger::domain;

template <class T>
void check_round_trip(const std::vector<std::uint8_t>& bytes) {
  Choices choices(bytes, Values::in_json);
  const domain::Payload payload = make_payload(choices, domain::index_of<T, domain::PayloadTypes>);
  const T& value = domain::get<T>(payload);
  const std::string json = codec::to_json(value);
  const auto parsed = codec::parse_json<T>(json);
  RC_LOG() << json << std::endl;
  for (const auto& error : parsed.errors) RC_LOG() << error.pointer << " " << error.detail;
  RC_ASSERT(parsed.ok());
  RC_ASSERT(parsed.value == value);
}

template <class... Types>
void check_all(const std::vector<std::uint8_t>& bytes) {
  (check_round_trip<Types>(bytes), ...);
}

// These have every kind of field that there is; all hundred take half a minute to compile.
RC_GTEST_PROP(Json, OfPayloadsWithEveryKindOfFieldIsReadBackAsTheSame, (std::uint32_t seed)) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> bytes(4'096);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  check_all<domain::ViewsDigested, domain::LedgerVerified, domain::CommandRefused,
            domain::PolicySettingChanged, domain::SourceChecked, domain::RuleUpdateImported,
            domain::RulesRecorded, domain::HoldPlaced, domain::RulesAssigned,
            domain::ComputerEnrolled, domain::ComputerReported, domain::Instructed,
            domain::HookFinished, domain::RelayReported, domain::TaskCreated, domain::AlertRaised,
            domain::TokenIssued>(bytes);
}

}  // namespace
}  // namespace tests
