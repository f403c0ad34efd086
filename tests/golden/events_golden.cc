// The bytes of every type of event in every format there ever was, and what they mean. These files
// only grow: a record that was written once is read for ever.
//
// UPDATE_GOLDEN=1 writes the files that are missing and never changes one that is there.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/codec/codec.h"
#include "ledger/codec/json_out.h"
#include "ledger/codec/upcast.h"
#include "tests/support/any_event.h"

namespace tests {
namespace {

namespace codec = ledger::codec;
namespace domain = ledger::domain;
namespace fs = std::filesystem;

const fs::path folder = "tests/golden/events";

struct Golden {
  std::string bytes;
  std::string json;
};

std::string to_hex(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0 && i % 32 == 0) out += '\n';
    const auto byte = static_cast<unsigned char>(bytes[i]);
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

// The envelope on one line, the payload on the next.
std::string json_of(std::string_view bytes) {
  const auto event = codec::decode(bytes);
  if (!event) return event.error().reason + ": " + event.error().detail + "\n";
  std::string out;
  const auto envelope = [&](const auto& each) {
    out += out.empty() ? "{" : ",";
    codec::write_json(out, each.name);
    out += ':';
    codec::write_json(out, (*event).*(each.member));
  };
  codec::envelope_fields<domain::Event>()([&](const auto&... each) { (envelope(each), ...); });
  out += ",\"type\":\"" + std::string(type_name(event->payload)) + "\"}\n";
  visit([&](const auto& payload) { codec::write_json(out, payload); }, event->payload);
  return out + "\n";
}

fs::path file_of(std::size_t index, int format) {
  std::string number = std::to_string(index);
  number.insert(0, 3 - number.size(), '0');
  return folder / (number + "-" + std::string(domain::payload_names[index]) + ".v" +
                   std::to_string(format) + ".golden");
}

std::optional<Golden> read(const fs::path& path) {
  std::ifstream in(path);
  if (!in) return std::nullopt;
  Golden golden;
  std::string hex;
  for (std::string line; std::getline(in, line) && !line.empty();) hex += line;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    golden.bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  std::ostringstream rest;
  rest << in.rdbuf();
  golden.json = rest.str();
  return golden;
}

// The golden file, which is written first when it is missing and UPDATE_GOLDEN is set.
std::optional<Golden> golden_of(const fs::path& path, const std::string& bytes) {
  const char* update = std::getenv("UPDATE_GOLDEN");
  if (update != nullptr && std::string_view(update) == "1" && !fs::exists(path)) {
    std::ofstream(path) << to_hex(bytes) << "\n\n" << json_of(bytes);
  }
  return read(path);
}

// A sample as the first format had it: its ComputerSilent did not know the last contact, and a
// field that is zero takes no room.
std::string sample_of_format_1(std::size_t index) {
  domain::Event event = sample_event(index);
  auto* silent = domain::get_if<domain::ComputerSilent>(&event.payload);
  if (silent != nullptr) silent->last_contact = {};
  std::string bytes = codec::encode(event).value();
  bytes[6] = 1;
  return bytes;
}

constexpr std::size_t index_of_type(std::string_view name) {
  return static_cast<std::size_t>(
      std::find(domain::payload_names.begin(), domain::payload_names.end(), name) -
      domain::payload_names.begin());
}

TEST(GoldenEvents, OfEveryTypeAreWrittenAsTheyAlwaysWere) {
  for (std::size_t index = 0; index < domain::payload_names.size(); ++index) {
    const fs::path path = file_of(index, codec::newest_format);
    const auto record = codec::encode(sample_event(index));
    ASSERT_TRUE(record) << path << ": " << record.error().detail;
    const auto golden = golden_of(path, *record);
    ASSERT_TRUE(golden) << path << " is missing; UPDATE_GOLDEN=1 writes it";
    EXPECT_EQ(to_hex(*record), to_hex(golden->bytes)) << path;
  }
}

TEST(GoldenEvents, OfEveryFormatMeanWhatTheyAlwaysMeant) {
  std::size_t seen = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto golden = read(entry.path());
    ASSERT_TRUE(golden) << entry.path();
    EXPECT_EQ(json_of(golden->bytes), golden->json) << entry.path();
    ++seen;
  }
  EXPECT_GE(seen, domain::payload_names.size());
}

TEST(GoldenEvents, OfTodaysFormatAreTheirOwnEncoding) {
  for (std::size_t index = 0; index < domain::payload_names.size(); ++index) {
    const auto golden = read(file_of(index, codec::newest_format));
    ASSERT_TRUE(golden) << domain::payload_names[index];
    const auto event = codec::decode(golden->bytes);
    ASSERT_TRUE(event) << event.error().detail;
    EXPECT_EQ(*event, sample_event(index)) << domain::payload_names[index];
    EXPECT_EQ(codec::encode(*event).value(), golden->bytes) << domain::payload_names[index];
  }
}

TEST(GoldenEvents, OfTheFirstFormatAreLifted) {
  for (const std::string_view name : {"computer.silent", "policy.created", "command.refused"}) {
    const std::size_t index = index_of_type(name);
    const auto golden = golden_of(file_of(index, 1), sample_of_format_1(index));
    ASSERT_TRUE(golden) << name << " has no file of format 1; UPDATE_GOLDEN=1 writes it";
    EXPECT_EQ(to_hex(sample_of_format_1(index)), to_hex(golden->bytes)) << name;
    domain::Event expected = sample_event(index);
    auto* silent = domain::get_if<domain::ComputerSilent>(&expected.payload);
    if (silent != nullptr) silent->last_contact = expected.occurred_at;
    const auto event = codec::decode(golden->bytes);
    ASSERT_TRUE(event) << event.error().detail;
    EXPECT_EQ(*event, expected) << name;
  }
}

TEST(GoldenEvents, AreNamedByTypesThatThereAre) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    bool known = false;
    for (std::size_t index = 0; index < domain::payload_names.size(); ++index) {
      for (int format = codec::oldest_format; format <= codec::newest_format; ++format) {
        known = known || entry.path() == file_of(index, format);
      }
    }
    EXPECT_TRUE(known) << entry.path();
  }
}

}  // namespace
}  // namespace tests
