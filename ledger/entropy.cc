#include "ledger/entropy.h"

#include <sys/random.h>

#include <cstddef>

#include "ledger/result.h"

namespace ledger {

void SystemEntropy::fill(std::span<std::uint8_t> bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto got = ::getrandom(bytes.data() + at, bytes.size() - at, 0);
    CHECK(got > 0, "the kernel gives random bytes");
    at += static_cast<std::size_t>(got);
  }
}

}  // namespace ledger
