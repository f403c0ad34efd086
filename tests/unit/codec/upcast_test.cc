#include "ledger/codec/upcast.h"

#include <gtest/gtest.h>

#include "ledger/codec/codec.h"

namespace tests {
namespace {

namespace codec = ledger::codec;
namespace domain = ledger::domain;

domain::Event silence() {
  domain::Event event;
  event.recorded_at = {2'000'000};
  event.occurred_at = {1'000'000};
  event.payload = domain::ComputerSilent{{"db-1"}, {}};
  return event;
}

std::string in_format(const domain::Event& event, char format) {
  std::string bytes = codec::encode(event).value();
  bytes[6] = format;
  return bytes;
}

TEST(Upcast, ASilenceOfFormat1BeganWhenItWasNoticed) {
  const auto event = codec::decode(in_format(silence(), 1));
  ASSERT_TRUE(event) << event.error().detail;
  EXPECT_EQ(domain::get<domain::ComputerSilent>(event->payload).last_contact, event->occurred_at);
}

TEST(Upcast, ASilenceOfTodaySaysItsLastContactItself) {
  const auto event = codec::decode(in_format(silence(), 2));
  ASSERT_TRUE(event) << event.error().detail;
  EXPECT_EQ(domain::get<domain::ComputerSilent>(event->payload).last_contact, domain::Time{});
}

TEST(Upcast, OtherEventsOfFormat1MeanTheSame) {
  domain::Event event = silence();
  event.payload = domain::ComputerReturned{{"db-1"}};
  EXPECT_EQ(codec::decode(in_format(event, 1)).value(), event);
}

TEST(Upcast, LeavesTodaysFormatAlone) {
  EXPECT_EQ(codec::upcast(silence(), codec::newest_format), silence());
}

}  // namespace
}  // namespace tests
