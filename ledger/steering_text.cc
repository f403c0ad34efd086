#include "ledger/steering_text.h"

namespace ledger {

std::size_t steering_bytes(std::string_view text) {
  const auto byte = [&](std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
  };
  if (byte(0) < 0x20 || byte(0) == 0x7f) return 1;
  if (byte(0) == 0xc2) return byte(1) >= 0x80 && byte(1) < 0xa0 ? 2 : 0;
  if (byte(0) == 0xd8) return byte(1) == 0x9c ? 2 : 0;  // U+061C.
  if (byte(0) != 0xe2) return 0;
  const unsigned code = (byte(1) & 0x3fU) << 6U | (byte(2) & 0x3fU);  // U+2000 to U+2FFF.
  const bool steers = code == 0x0e || code == 0x0f || (code >= 0x28 && code <= 0x2e) ||
                      (code >= 0x66 && code <= 0x69);
  return steers ? 3 : 0;
}

}  // namespace ledger
