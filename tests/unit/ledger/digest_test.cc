#include "ledger/digest.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "ledger/tree_hashes.h"

namespace ledger {
namespace {

TEST(Digest, MatchesThePublishedVectors) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, OfALeafAndANodeCarryThePrefixesOfRfc6962) {
  EXPECT_EQ(leaf_hash("abc"), sha256(std::string("\0abc", 4)));
  const Digest left = sha256("left");
  const Digest right = sha256("right");
  std::string both = "\x01";
  both.append(left.bytes.begin(), left.bytes.end());
  both.append(right.bytes.begin(), right.bytes.end());
  EXPECT_EQ(node_hash(left, right), sha256(both));
}

TEST(Digest, OfPiecesIsThatOfTheWholeAndTheObjectBeginsAnew) {
  Sha256 hash;
  hash.update("a");
  EXPECT_EQ(sha256(""), sha256(""));  // Another hash in between does not disturb it.
  hash.update("bc");
  EXPECT_EQ(hash.finish(), sha256("abc"));
  EXPECT_EQ(hash.finish(), sha256(""));
}

// Texts of every length that a block or two end in, and some that are long.
std::vector<std::string> texts_of_many_lengths() {
  std::vector<std::string> texts;
  std::string text;
  for (int i = 0; i < 1'100; ++i) {
    texts.push_back(text);
    text += static_cast<char>(i * 7 + i / 256);
  }
  return texts;
}

// By the way of pieces, which is always OpenSSL's.
Digest in_pieces(std::string_view first, std::string_view second) {
  Sha256 hash;
  hash.update(first);
  hash.update(second);
  return hash.finish();
}

TEST(Digest, OfAnyLengthIsThatOfThePieces) {
  for (const auto& text : texts_of_many_lengths()) {
    ASSERT_EQ(sha256(text), in_pieces(text, "")) << text.size();
    ASSERT_EQ(leaf_hash(text), in_pieces(std::string_view("\0", 1), text)) << text.size();
  }
}

TEST(Digest, OfManyLeavesAreThoseOfEach) {
  const auto texts = texts_of_many_lengths();
  // Neighbours of nearly the same length, and of very different ones.
  std::vector<std::string_view> records(texts.begin(), texts.end());
  for (std::size_t i = 0; i < texts.size(); ++i) records.push_back(texts[i * 389 % texts.size()]);
  records.emplace_back("one more");
  std::vector<Digest> hashes(records.size());
  leaf_hashes(records, hashes);
  for (std::size_t i = 0; i < records.size(); ++i) {
    ASSERT_EQ(hashes[i], in_pieces(std::string_view("\0", 1), records[i])) << i;
  }
}

TEST(Digest, OfARowOfNodesMayStandWhereTheRowBegins) {
  for (const std::size_t count : {2U, 4U, 6U, 256U}) {
    std::vector<Digest> row(count);
    for (std::size_t i = 0; i < count; ++i) row[i] = sha256(std::to_string(i));
    std::vector<Digest> expected;
    for (std::size_t i = 0; i < count; i += 2) {
      std::string both(bytes_of(row[i]));
      both += bytes_of(row[i + 1]);
      expected.push_back(in_pieces("\1", both));
    }
    node_hashes(row, std::span(row).first(count / 2));
    row.resize(count / 2);
    EXPECT_EQ(row, expected) << count;
  }
}

TEST(Digest, IsTheSameInEveryThread) {
  Digest other;
  std::thread([&] { other = sha256("abc"); }).join();
  EXPECT_EQ(other, sha256("abc"));
}

}  // namespace
}  // namespace ledger
