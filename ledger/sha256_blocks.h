// The inner loop of SHA-256 by the processor's instructions for it, also for two messages side by
// side: each instruction waits for the one before it, so that the second message takes a third of
// its time. OpenSSL has the loop for one message only, and eighty nanoseconds around it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace ledger {

inline constexpr std::size_t sha256_block_bytes = 64;

// What the blocks of a message so far have come to.
using Sha256Words = std::array<std::uint32_t, 8>;
inline constexpr Sha256Words sha256_start = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                             0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

// Whether this processor has them; otherwise nothing below may be called.
bool has_sha256_instructions();

struct Sha256Blocks {
  Sha256Words& words;
  const char* bytes;
};
// Takes in the next `count` blocks of a message; of two. Thread: any.
void take_blocks(const Sha256Blocks& one, std::size_t count);
void take_blocks(const Sha256Blocks& one, const Sha256Blocks& other, std::size_t count);

}  // namespace ledger
