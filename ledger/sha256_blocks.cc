#include "ledger/sha256_blocks.h"

#include "ledger/result.h"

#ifdef __x86_64__

#include <cpuid.h>
#include <immintrin.h>

namespace ledger {
namespace {

alignas(16) constexpr std::array<std::uint32_t, 64> round_numbers = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// The words a to h, in the order that the instructions want.
struct Sums {
  __m128i abef, cdgh;
};

// A message on its way through a block, with the next sixteen words of its schedule.
struct Lane {
  Sums sums;
  __m128i w0, w1, w2, w3;
};

[[gnu::target("sha,sse4.1")]] inline __m128i load(const void* from) {
  return _mm_loadu_si128(static_cast<const __m128i*>(from));
}

[[gnu::target("sha,sse4.1")]] inline __m128i load_big_endian(const char* from) {
  const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  return _mm_shuffle_epi8(load(from), order);
}

[[gnu::target("sha,sse4.1")]] inline void four_rounds(Sums& sums, __m128i words, std::size_t at) {
  const __m128i numbered = _mm_add_epi32(words, load(&round_numbers[at]));
  sums.cdgh = _mm_sha256rnds2_epu32(sums.cdgh, sums.abef, numbered);
  sums.abef = _mm_sha256rnds2_epu32(sums.abef, sums.cdgh, _mm_shuffle_epi32(numbered, 0x0e));
}

// What comes in the place of the oldest four of sixteen words, `w0`.
[[gnu::target("sha,sse4.1")]] inline void next_words(__m128i& w0, __m128i w1, __m128i w2,
                                                     __m128i w3) {
  const __m128i seven_back = _mm_alignr_epi8(w3, w2, 4);
  w0 = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), seven_back), w3);
}

template <class... Lanes>
[[gnu::target("sha,sse4.1")]] inline void sixteen_rounds(std::size_t at, Lanes&... lanes) {
  (four_rounds(lanes.sums, lanes.w0, at), ...);
  (four_rounds(lanes.sums, lanes.w1, at + 4), ...);
  (four_rounds(lanes.sums, lanes.w2, at + 8), ...);
  (four_rounds(lanes.sums, lanes.w3, at + 12), ...);
}

template <class... Lanes>
[[gnu::target("sha,sse4.1")]] inline void sixteen_rounds_and_next(std::size_t at, Lanes&... lanes) {
  (four_rounds(lanes.sums, lanes.w0, at), ...);
  (next_words(lanes.w0, lanes.w1, lanes.w2, lanes.w3), ...);
  (four_rounds(lanes.sums, lanes.w1, at + 4), ...);
  (next_words(lanes.w1, lanes.w2, lanes.w3, lanes.w0), ...);
  (four_rounds(lanes.sums, lanes.w2, at + 8), ...);
  (next_words(lanes.w2, lanes.w3, lanes.w0, lanes.w1), ...);
  (four_rounds(lanes.sums, lanes.w3, at + 12), ...);
  (next_words(lanes.w3, lanes.w0, lanes.w1, lanes.w2), ...);
}

[[gnu::target("sha,sse4.1")]] inline Sums sums_of(const Sha256Words& words) {
  const __m128i cdab = _mm_shuffle_epi32(load(&words[0]), 0xb1);
  const __m128i efgh = _mm_shuffle_epi32(load(&words[4]), 0x1b);
  return {_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xf0)};
}

[[gnu::target("sha,sse4.1")]] inline void store(const Sums& sums, Sha256Words& words) {
  const __m128i feba = _mm_shuffle_epi32(sums.abef, 0x1b);
  const __m128i dchg = _mm_shuffle_epi32(sums.cdgh, 0xb1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(&words[0]), _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(&words[4]), _mm_alignr_epi8(dchg, feba, 8));
}

[[gnu::target("sha,sse4.1")]] inline Lane enter_block(const Sums& sums, const char* block) {
  return {sums, load_big_endian(block), load_big_endian(block + 16), load_big_endian(block + 32),
          load_big_endian(block + 48)};
}

[[gnu::target("sha,sse4.1")]] inline Sums leave_block(const Lane& lane, const Sums& before) {
  return {_mm_add_epi32(lane.sums.abef, before.abef), _mm_add_epi32(lane.sums.cdgh, before.cdgh)};
}

bool look_for_instructions() {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  const bool has_sse41 = __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_SSE4_1) != 0;
  return has_sse41 && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
}

}  // namespace

bool has_sha256_instructions() {
  static const bool has = look_for_instructions();
  return has;
}

[[gnu::target("sha,sse4.1")]] void take_blocks(const Sha256Blocks& one, std::size_t count) {
  Sums sums = sums_of(one.words);
  for (std::size_t at = 0; at < count * sha256_block_bytes; at += sha256_block_bytes) {
    Lane lane = enter_block(sums, one.bytes + at);
    for (std::size_t round = 0; round < 48; round += 16) sixteen_rounds_and_next(round, lane);
    sixteen_rounds(48, lane);
    sums = leave_block(lane, sums);
  }
  store(sums, one.words);
}

[[gnu::target("sha,sse4.1")]] void take_blocks(const Sha256Blocks& one, const Sha256Blocks& other,
                                               std::size_t count) {
  Sums a_sums = sums_of(one.words);
  Sums b_sums = sums_of(other.words);
  for (std::size_t at = 0; at < count * sha256_block_bytes; at += sha256_block_bytes) {
    Lane a = enter_block(a_sums, one.bytes + at);
    Lane b = enter_block(b_sums, other.bytes + at);
    for (std::size_t round = 0; round < 48; round += 16) sixteen_rounds_and_next(round, a, b);
    sixteen_rounds(48, a, b);
    a_sums = leave_block(a, a_sums);
    b_sums = leave_block(b, b_sums);
  }
  store(a_sums, one.words);
  store(b_sums, other.words);
}

}  // namespace ledger

#else

namespace ledger {

bool has_sha256_instructions() { return false; }

void take_blocks(const Sha256Blocks&, std::size_t) {
  CHECK(false, "blocks are taken where there are instructions for them");
}

void take_blocks(const Sha256Blocks&, const Sha256Blocks&, std::size_t) {
  CHECK(false, "blocks are taken where there are instructions for them");
}

}  // namespace ledger

#endif
