#include <gtest/gtest.h>

#include <string>

#include "ledger/merkle/base64.h"
#include "ledger/merkle/checkpoint.h"
#include "tests/support/grown_tree.h"

namespace ledger::merkle {
namespace {

TEST(Base64, MatchesRfc4648AndItsCanonicalSpellingOnly) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64_decoded("Zm9vYg=="), "foob");
  for (const char* const wrong :
       {"Zg=", "Zg", "Zh==", "Zg==\n", "Z===", "====", "Zm9v====", "Z-_="}) {
    EXPECT_EQ(base64_decoded(wrong), std::nullopt) << wrong;
  }
}

TEST(SigningKey, IsReadBackFromItsPemAndSignsTheSame) {
  const auto key = SigningKey::generate();
  ASSERT_TRUE(key);
  const auto again = SigningKey::from_pem(key->pem());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->public_key(), key->public_key());
  EXPECT_EQ(again->sign("text"), key->sign("text"));
  EXPECT_TRUE(is_signed_by(key->public_key(), "text", key->sign("text")));
  EXPECT_FALSE(is_signed_by(key->public_key(), "texT", key->sign("text")));
  EXPECT_FALSE(is_signed_by(key->public_key(), "text", "short"));
  EXPECT_NE(SigningKey::generate()->public_key(), key->public_key());
}

TEST(SigningKey, IsRefusedWhenItIsNoEd25519Key) {
  for (const std::string pem :
       {"", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"}) {
    const auto key = SigningKey::from_pem(pem);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().reason, "signing-key-damaged");
  }
}

// The key and note of Go's golang.org/x/mod/sumdb/note, the reference for signed notes.
constexpr const char* peter_weinberger =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr const char* neumann_note =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann "
    "x08go/ZJkuBS9UG/"
    "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

TEST(VerifierKey, OfTheReferenceImplementationIsUnderstood) {
  const auto key = verifier_key_from(peter_weinberger);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->name, "PeterNeumann");
  EXPECT_EQ(text(*key), peter_weinberger);
}

TEST(Checkpoint, ThatIsAnotherKindOfNoteIsMalformedAlthoughItsSignatureHolds) {
  const auto key = verifier_key_from(peter_weinberger).value();
  const std::string note = neumann_note;
  const std::size_t gap = note.find("\n\n");
  const auto signature =
      base64_decoded(note.substr(note.rfind(' ') + 1, note.size() - note.rfind(' ') - 2));
  ASSERT_TRUE(signature);
  EXPECT_TRUE(is_signed_by(key.key, note.substr(0, gap + 1), signature->substr(4)));
  const auto opened = open_checkpoint(note, key);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason, "checkpoint-malformed");
}

TEST(VerifierKey, IsRefusedInAnyOtherSpelling) {
  const std::string good = peter_weinberger;
  for (const std::string& wrong :
       {std::string(), std::string("name"), std::string("name+00000000"), "x" + good,
        good.substr(0, good.size() - 4), good + "AAAA", std::string("a b") + good.substr(12)}) {
    const auto key = verifier_key_from(wrong);
    ASSERT_FALSE(key) << wrong;
    EXPECT_EQ(key.error().reason, "verifier-key-malformed");
  }
}

class ACheckpoint : public testing::Test {
 protected:
  const SigningKey key = SigningKey::generate().value();
  const VerifierKey verifier{"ledger.example/log", key.public_key()};
  const Checkpoint checkpoint{"ledger.example/log", 42, sha256("root")};
  const std::string note = signed_note(checkpoint, key).value();
};

TEST_F(ACheckpoint, IsReadBackByWhoHoldsThePublicKey) {
  EXPECT_EQ(note.substr(0, 22), "ledger.example/log\n42\n");
  EXPECT_EQ(open_checkpoint(note, verifier), checkpoint);
}

TEST_F(ACheckpoint, IsReadBackBesideSignaturesOfOthers) {
  const SigningKey witness = SigningKey::generate().value();
  const std::string body = note.substr(0, note.find("\n\n") + 1);
  const KeyId id = key_id({"witness", witness.public_key()});
  const std::string line =
      "\u2014 witness " + base64(std::string(id.begin(), id.end()) + witness.sign(body)) + "\n";
  EXPECT_EQ(open_checkpoint(note + line, verifier), checkpoint);
}

TEST_F(ACheckpoint, WithAnyByteChangedIsRefused) {
  for (std::size_t at = 0; at < note.size(); ++at) {
    for (const int bit : {1, 32}) {
      std::string changed = note;
      changed[at] = static_cast<char>(changed[at] ^ bit);
      EXPECT_FALSE(open_checkpoint(changed, verifier)) << "byte " << at;
    }
  }
}

TEST_F(ACheckpoint, ByAnotherKeyIsRefused) {
  const SigningKey other = SigningKey::generate().value();
  const auto opened = open_checkpoint(note, {verifier.name, other.public_key()});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason, "checkpoint-signature");
}

TEST_F(ACheckpoint, IsNotMadeForANameThatCannotStandInANote) {
  for (const std::string& origin : {std::string(), std::string("a b"), std::string("a\nb"),
                                    std::string("a+b"), std::string(256, 'a')}) {
    const auto refused = signed_note({origin, 1, sha256("")}, key);
    ASSERT_FALSE(refused) << origin;
    EXPECT_EQ(refused.error().reason, "origin-malformed");
  }
}

TEST_F(ACheckpoint, WithSizesThatAreNoNumbersIsMalformed) {
  for (const std::string size : {"", "-1", "042", "4 2", "18446744073709551616"}) {
    const std::string body = "ledger.example/log\n" + size + "\n" + note.substr(22, 45);
    const KeyId id = key_id(verifier);
    const std::string forged = body + "\n\u2014 ledger.example/log " +
                               base64(std::string(id.begin(), id.end()) + key.sign(body)) + "\n";
    const auto opened = open_checkpoint(forged, verifier);
    ASSERT_FALSE(opened) << size;
    EXPECT_EQ(opened.error().reason, "checkpoint-malformed");
  }
}

TEST_F(ACheckpoint, TravelsInAProofThatStandsAlone) {
  const tests::GrownTree grown(300);
  const std::string signed_head =
      signed_note({"ledger.example/log", 300, grown.tree.root()}, key).value();
  const Proof proof = inclusion_proof(270, 300, grown.reader()).value();
  const std::string told = proof_text(270, proof, signed_head);
  EXPECT_EQ(told.substr(0, 33), "c2sp.org/tlog-proof@v1\nindex 270\n");
  const auto read = proof_from(told);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->index, 270U);
  EXPECT_EQ(read->proof, proof);
  EXPECT_EQ(read->note, signed_head);
  EXPECT_EQ(read->extra, "");
  EXPECT_EQ(proof_from(proof_text(270, proof, signed_head, "the record"))->extra, "the record");
  const auto head = open_checkpoint(read->note, verifier);
  ASSERT_TRUE(head);
  EXPECT_TRUE(
      verify_inclusion(grown.leaves[270], read->index, head->size, head->root, read->proof));
}

TEST_F(ACheckpoint, DoesNotVouchForAReceiptThatWasTouched) {
  const tests::GrownTree grown(300);
  const std::string head = signed_note({verifier.name, 300, grown.tree.root()}, key).value();
  const std::string receipt =
      proof_text(270, inclusion_proof(270, 300, grown.reader()).value(), head);
  const auto is_believed = [&](const std::string& text, const VerifierKey& by) {
    const auto read = proof_from(text);
    if (!read) return false;
    const auto opened = open_checkpoint(read->note, by);
    return opened && verify_inclusion(grown.leaves[270], read->index, opened->size, opened->root,
                                      read->proof);
  };
  ASSERT_TRUE(is_believed(receipt, verifier));
  for (std::size_t at = 0; at < receipt.size(); ++at) {
    for (const int bit : {1, 1 << at % 8}) {
      std::string changed = receipt;
      changed[at] = static_cast<char>(changed[at] ^ bit);
      EXPECT_FALSE(is_believed(changed, verifier)) << "byte " << at << ", bit " << bit;
    }
    EXPECT_FALSE(is_believed(receipt.substr(0, at), verifier)) << "cut at " << at;
  }
  const SigningKey other = SigningKey::generate().value();
  EXPECT_FALSE(is_believed(receipt, {verifier.name, other.public_key()}));
  EXPECT_FALSE(is_believed(receipt, {"elsewhere", key.public_key()}));
  // Of another log, of a larger size of this one, and with a hash too many.
  const tests::GrownTree longer(301);
  for (const auto& [size, root] :
       {std::pair(std::uint64_t{300}, sha256("root")), {301, longer.tree.root()}}) {
    const std::string forged = signed_note({verifier.name, size, root}, key).value();
    EXPECT_FALSE(is_believed(receipt.substr(0, receipt.size() - head.size()) + forged, verifier));
  }
  Proof padded = inclusion_proof(270, 300, grown.reader()).value();
  padded.push_back(padded.back());
  EXPECT_FALSE(is_believed(proof_text(270, padded, head), verifier));
}

TEST(Proof, IsRefusedInAnyOtherForm) {
  const std::string hash = base64(std::string(32, 'h'));
  const std::string good = "c2sp.org/tlog-proof@v1\nextra Zg==\nindex 5\n" + hash + "\n\nnote\n";
  ASSERT_TRUE(proof_from(good));
  std::string too_many = "c2sp.org/tlog-proof@v1\nindex 5\n";
  for (int i = 0; i < 65; ++i) too_many += hash + "\n";
  for (const std::string& wrong :
       {std::string(), std::string("c2sp.org/tlog-proof@v1\n"),
        std::string("c2sp.org/tlog-proof@v2\nindex 5\n\nnote\n"),
        std::string("c2sp.org/tlog-proof@v1\nindex 05\n\nnote\n"),
        std::string("c2sp.org/tlog-proof@v1\nextra !\nindex 5\n\nnote\n"),
        std::string("c2sp.org/tlog-proof@v1\nindex 5\n") + hash + "\n",
        std::string("c2sp.org/tlog-proof@v1\nindex 5\nAAAA\n\nnote\n"),
        std::string("c2sp.org/tlog-proof@v1\nindex 5\n\n"), too_many + "\nnote\n"}) {
    const auto refused = proof_from(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().reason, "proof-malformed");
  }
}

}  // namespace
}  // namespace ledger::merkle
