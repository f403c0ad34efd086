// Events of every type, filled from fields(): from choices that a test's generator made, or as
// samples in which every field is set and no two values are alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ledger/domain/event.h"

namespace tests {

// Where the values of fields come from.
class ValueSource {
 public:
  virtual ~ValueSource() = default;
  virtual bool flag() = 0;
  virtual std::uint64_t below(std::uint64_t count) = 0;  // The index of one of `count` values.
  // The index of one of the `all` names of an enum, of which there were `first` when the golden
  // records were written.
  virtual std::uint64_t choice(std::uint64_t all, std::uint64_t /*first*/) { return below(all); }
  virtual std::uint64_t number() = 0;  // Any 64 bits.
  virtual std::size_t length() = 0;    // Of a vector.
  virtual std::string text() = 0;
  virtual std::string name() = 0;     // As domain::is_name() wants it.
  virtual std::int64_t micros() = 0;  // Of a time or a duration.
};

// What texts and times may be.
enum class Values {
  any,      // Texts are any bytes, times any microsecond.
  in_json,  // What JSON shows exactly: texts of UTF-8, whole milliseconds of the years 1970 to
            // 9999.
};

// Reads a test's random bytes as choices; where they end, everything is the simplest there is. So
// shorter bytes and smaller ones make a simpler event, and a generator that shrinks them shrinks
// it.
class Choices final : public ValueSource {
 public:
  explicit Choices(std::vector<std::uint8_t> bytes, Values values = Values::any)
      : bytes_(std::move(bytes)), values_(values) {}

  bool flag() override;
  std::uint64_t below(std::uint64_t count) override;
  std::uint64_t number() override;
  std::size_t length() override;
  std::string text() override;
  std::string name() override;
  std::int64_t micros() override;

 private:
  std::uint8_t next();

  std::vector<std::uint8_t> bytes_;
  std::size_t at_ = 0;
  Values values_;
};

// A payload of the type with this index.
ledger::domain::Payload make_payload(ValueSource& source, std::size_t index);
// An event with a payload of the type with this index.
ledger::domain::Event make_event(ValueSource& source, std::size_t index);
ledger::domain::Event any_event(ValueSource& source);

// The one sample of each type, the same for ever: golden files hold its bytes.
ledger::domain::Event sample_event(std::size_t index);

}  // namespace tests
