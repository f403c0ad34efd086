#include <gtest/gtest.h>

#include <string>

#include "ledger/merkle/cosignature.h"

namespace ledger::merkle {
namespace {

class Cosignature : public ::testing::Test {
 protected:
  SigningKey log = SigningKey::generate().value();
  SigningKey key = SigningKey::generate().value();
  WitnessKey witness{"witness.example/one", key.public_key()};
  std::string note = signed_note({"ledger.example", 7, sha256("root")}, log).value();
};

TEST_F(Cosignature, IsOfTheNoteTheWitnessAndTheTime) {
  const std::uint64_t seconds = 1'790'000'000;
  const auto line = cosignature(note, witness.name, key, seconds);
  ASSERT_TRUE(line);
  EXPECT_EQ(cosigned_at(note + *line, witness), seconds);
  EXPECT_TRUE(open_checkpoint(note + *line, {"ledger.example", log.public_key()}))
      << "the log's own signature still counts";
  EXPECT_EQ(cosigned_at(note, witness).error().reason, "checkpoint-signature");
  EXPECT_EQ(cosigned_at(note + *line, {"other", key.public_key()}).error().reason,
            "checkpoint-signature");
  const auto longer = signed_note({"ledger.example", 8, sha256("root")}, log).value();
  EXPECT_EQ(cosigned_at(longer + *line, witness).error().reason, "checkpoint-signature");
  EXPECT_EQ(cosignature("no note", witness.name, key, 1).error().reason, "checkpoint-malformed");
}

TEST_F(Cosignature, KeyIsReadBackAndIsNoKeyOfALog) {
  const std::string said = text(witness);
  EXPECT_EQ(witness_key_from(said), witness);
  EXPECT_EQ(verifier_key_from(said).error().reason, "verifier-key-malformed");
  EXPECT_EQ(witness_key_from(text(VerifierKey{"x", key.public_key()})).error().reason,
            "verifier-key-malformed");
  for (const std::string& wrong : {std::string(), std::string("a+b"), said + "=", "y" + said}) {
    EXPECT_FALSE(witness_key_from(wrong)) << wrong;
  }
}

TEST_F(Cosignature, RequestIsReadBackAndNothingElseIsOne) {
  const AddCheckpoint request{3, {sha256("a"), sha256("b")}, note};
  const auto again = add_checkpoint_from(text(request));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->old_size, request.old_size);
  EXPECT_EQ(again->proof, request.proof);
  EXPECT_EQ(again->note, note);
  std::string hashes;
  for (int i = 0; i < 64; ++i) hashes += text(AddCheckpoint{0, {sha256("a")}, ""}).substr(6, 45);
  for (const std::string& wrong : {std::string(), std::string("old 1\n"), std::string("old 1\n\n"),
                                   "old 01\n\n" + note, "old -1\n\n" + note, "new 1\n\n" + note,
                                   "old 1\nAAAA\n\n" + note, "old 1\n" + hashes + "\n" + note}) {
    EXPECT_EQ(add_checkpoint_from(wrong).error().reason, "witness-request-malformed") << wrong;
  }
}

}  // namespace
}  // namespace ledger::merkle
