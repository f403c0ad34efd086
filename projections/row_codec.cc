#include "projections/row_codec.h"

namespace projections::internal {

void write_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(static_cast<unsigned char>(value | 0x80));
    value >>= 7;
  }
  out += static_cast<char>(value);
}

void write_text(std::string& out, std::string_view text) {
  write_varint(out, text.size());
  out += text;
}

std::string_view RowReader::fail() {
  failed_ = true;
  rest_ = {};
  return {};
}

std::uint64_t RowReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    if (shift == 63 && byte > 1) break;
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return value;
  }
  fail();
  return 0;
}

std::uint64_t RowReader::varint_up_to(std::uint64_t max) {
  const std::uint64_t value = varint();
  if (value <= max) return value;
  fail();
  return 0;
}

std::string_view RowReader::bytes(std::size_t count) {
  if (count > rest_.size()) return fail();
  const auto bytes = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return bytes;
}

tl::unexpected<ledger::Error> row_malformed() {
  return ledger::fail(ledger::ErrorKind::corrupt, "row-malformed",
                      "A row of the views does not read back; rebuild them.");
}

}  // namespace projections::internal
