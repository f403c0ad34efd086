// A short message as SHA-256 takes it in: whole blocks, with its length at the end. Most of what
// the ledger hashes is one: records, rows, nodes of trees.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ledger/digest.h"
#include "ledger/sha256_blocks.h"

namespace ledger {

class ShortMessage {
 public:
  static constexpr std::size_t bytes_max = 1'000;

  // Shape: together at most bytes_max.
  ShortMessage(std::string_view prefix, std::string_view bytes) {
    const std::size_t size = prefix.size() + bytes.size();
    blocks_ = (size + sizeof(std::uint64_t)) / sha256_block_bytes + 1;
    char* at = std::copy(prefix.begin(), prefix.end(), bytes_.data());
    at = std::copy(bytes.begin(), bytes.end(), at);
    *at++ = '\x80';
    char* const end = bytes_.data() + blocks_ * sha256_block_bytes;
    std::fill(at, end, '\0');
    end[-2] = static_cast<char>(static_cast<unsigned char>(size * 8 >> 8));
    end[-1] = static_cast<char>(static_cast<unsigned char>(size * 8));
  }

  std::size_t blocks() const { return blocks_; }
  const char* block(std::size_t at) const { return bytes_.data() + at * sha256_block_bytes; }

 private:
  std::array<char, 16 * sha256_block_bytes> bytes_;
  std::size_t blocks_ = 0;
};
static_assert(ShortMessage::bytes_max + 1 + sizeof(std::uint64_t) <= 16 * sha256_block_bytes);

inline Digest digest_of(const Sha256Words& words) {
  Digest digest;
  auto* out = digest.bytes.data();
  for (const std::uint32_t word : words) {
    *out++ = static_cast<std::uint8_t>(word >> 24);
    *out++ = static_cast<std::uint8_t>(word >> 16);
    *out++ = static_cast<std::uint8_t>(word >> 8);
    *out++ = static_cast<std::uint8_t>(word);
  }
  return digest;
}

}  // namespace ledger
