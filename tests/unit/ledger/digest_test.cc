#include "ledger/digest.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

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

TEST(Digest, IsTheSameInEveryThread) {
  Digest other;
  std::thread([&] { other = sha256("abc"); }).join();
  EXPECT_EQ(other, sha256("abc"));
}

}  // namespace
}  // namespace ledger
