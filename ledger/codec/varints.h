// Numbers and texts as few bytes, for what is written by this program and read back by it: rows of
// views, snapshots of the world. Seven bits a byte, low ones first; one spelling for each number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ledger::codec {

inline void add_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(static_cast<unsigned char>(value | 0x80));
    value >>= 7;
  }
  out += static_cast<char>(value);
}

// Its length, then its bytes.
inline void add_text(std::string& out, std::string_view text) {
  add_varint(out, text.size());
  out += text;
}

// Numbers near zero are short, whatever their sign.
constexpr std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1));
}

// Reads values one after another; once something does not fit, everything else reads as nothing.
class VarintReader {
 public:
  explicit VarintReader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      if (shift == 63 && byte > 1) break;
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte >= 0x80) continue;
      if (byte == 0 && shift > 0) break;  // A shorter spelling would do.
      return value;
    }
    refuse();
    return 0;
  }
  std::uint64_t varint_up_to(std::uint64_t max) {
    const std::uint64_t value = varint();
    if (value <= max) return value;
    refuse();
    return 0;
  }
  // How many of something follow. Each takes a byte at least, so that a number that lies cannot ask
  // for more memory than there are bytes.
  std::size_t count() { return varint_up_to(rest_.size()); }
  std::string_view bytes(std::size_t count) {
    if (count > rest_.size()) refuse();
    const auto bytes = rest_.substr(0, count);
    rest_.remove_prefix(bytes.size());
    return bytes;
  }
  std::string_view text() { return bytes(count()); }

  std::size_t left() const { return rest_.size(); }
  bool failed() const { return failed_; }
  void refuse() {
    failed_ = true;
    rest_ = {};
  }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace ledger::codec
