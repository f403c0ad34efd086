#include "ledger/tree_hashes.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "ledger/result.h"
#include "ledger/short_message.h"

namespace ledger {
namespace {

constexpr std::string_view leaf_prefix("\0", 1);
constexpr std::string_view node_prefix("\1", 1);

std::pair<Digest, Digest> hashes_of(const ShortMessage& one, const ShortMessage& other) {
  Sha256Words one_words = sha256_start;
  Sha256Words other_words = sha256_start;
  const std::size_t both = std::min(one.blocks(), other.blocks());
  take_blocks({one_words, one.block(0)}, {other_words, other.block(0)}, both);
  take_blocks({one_words, one.block(both)}, one.blocks() - both);
  take_blocks({other_words, other.block(both)}, other.blocks() - both);
  return {digest_of(one_words), digest_of(other_words)};
}

bool is_short(std::string_view record) {
  return leaf_prefix.size() + record.size() <= ShortMessage::bytes_max;
}

// Two digests that stand side by side, as one text.
std::string_view bytes_of_two(const Digest* first) {
  static_assert(sizeof(Digest) == sizeof(Digest::bytes), "digests lie close together");
  return {reinterpret_cast<const char*>(first), 2 * sizeof(Digest)};
}

}  // namespace

void leaf_hashes(std::span<const std::string_view> records, std::span<Digest> hashes) {
  CHECK(records.size() == hashes.size(), "each record has a hash");
  std::size_t i = 0;
  for (; has_sha256_instructions() && i + 1 < records.size(); i += 2) {
    if (is_short(records[i]) && is_short(records[i + 1])) {
      std::tie(hashes[i], hashes[i + 1]) =
          hashes_of({leaf_prefix, records[i]}, {leaf_prefix, records[i + 1]});
    } else {
      hashes[i] = leaf_hash(records[i]);
      hashes[i + 1] = leaf_hash(records[i + 1]);
    }
  }
  for (; i < records.size(); ++i) hashes[i] = leaf_hash(records[i]);
}

void node_hashes(std::span<const Digest> row, std::span<Digest> parents) {
  CHECK(row.size() == 2 * parents.size(), "each two have a parent");
  std::size_t i = 0;
  for (; has_sha256_instructions() && i + 1 < parents.size(); i += 2) {
    std::tie(parents[i], parents[i + 1]) = hashes_of({node_prefix, bytes_of_two(&row[2 * i])},
                                                     {node_prefix, bytes_of_two(&row[2 * i + 2])});
  }
  for (; i < parents.size(); ++i) parents[i] = node_hash(row[2 * i], row[2 * i + 1]);
}

}  // namespace ledger
