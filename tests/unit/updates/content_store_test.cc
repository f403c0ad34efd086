// The contract of a content store, of every implementation.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "ledger/digest.h"
#include "ledger/limits.h"
#include "tests/support/scratch_directory.h"
#include "updates/directory_content_store.h"
#include "updates/memory_content_store.h"

namespace ledger::updates {
namespace {

class InMemory {
 public:
  ContentStore& store() { return store_; }

 private:
  MemoryContentStore store_;
};

class InDirectory {
 public:
  ContentStore& store() { return *store_; }

 private:
  tests::ScratchDirectory folder_;
  std::unique_ptr<DirectoryContentStore> store_ =
      DirectoryContentStore::open(folder_ / "content").value();
};

template <class Implementation>
class ContentStoreContract : public testing::Test {
 protected:
  ContentStore& store() { return implementation_.store(); }

 private:
  Implementation implementation_;
};
using Implementations = testing::Types<InMemory, InDirectory>;
TYPED_TEST_SUITE(ContentStoreContract, Implementations);

TYPED_TEST(ContentStoreContract, GivesBackWhatWasPut) {
  const std::string bytes("rules\0and more", 14);
  const auto stored = this->store().put(bytes);
  ASSERT_TRUE(stored) << stored.error().detail;
  EXPECT_EQ(*stored, (StoredContent{sha256(bytes), 14}));
  EXPECT_EQ(this->store().get(stored->digest).value(), bytes);
  EXPECT_EQ(this->store().size(stored->digest).value(), 14U);
  EXPECT_TRUE(this->store().has(stored->digest).value());
}

TYPED_TEST(ContentStoreContract, StoresPiecesAsOneFile) {
  auto writer = this->store().begin().value();
  for (const auto* piece : {"one ", "", "two ", "three"}) ASSERT_TRUE(writer->write(piece));
  const auto stored = writer->store(sha256("one two three"));
  ASSERT_TRUE(stored) << stored.error().detail;
  EXPECT_EQ(this->store().get(stored->digest).value(), "one two three");
}

TYPED_TEST(ContentStoreContract, StoresNothingOfOtherContentThanWasAnnounced) {
  auto writer = this->store().begin().value();
  ASSERT_TRUE(writer->write("forged"));
  const auto stored = writer->store(sha256("genuine"));
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().kind, ErrorKind::corrupt);
  EXPECT_EQ(stored.error().reason, "content-differs");
  writer.reset();
  EXPECT_FALSE(this->store().has(sha256("genuine")).value());
  EXPECT_FALSE(this->store().has(sha256("forged")).value());
  EXPECT_TRUE(this->store().list().value().empty());
}

TYPED_TEST(ContentStoreContract, KeepsNothingOfAWriterThatNeverStored) {
  {
    auto writer = this->store().begin().value();
    ASSERT_TRUE(writer->write("half of it"));
  }
  EXPECT_TRUE(this->store().list().value().empty());
}

TYPED_TEST(ContentStoreContract, RefusesMoreThanTheLimit) {
  const std::string piece(16'777'216, 'x');
  auto writer = this->store().begin().value();
  std::size_t written = 0;
  while (limits::content_bytes_max - written >= piece.size()) {
    ASSERT_TRUE(writer->write(piece));
    written += piece.size();
  }
  const auto more = writer->write(piece);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().kind, ErrorKind::invalid);
  EXPECT_EQ(more.error().reason, "content-too-large");
}

TYPED_TEST(ContentStoreContract, SaysThatContentIsNotThere) {
  const auto nowhere = sha256("nowhere");
  EXPECT_EQ(this->store().get(nowhere).error().reason, "content-unknown");
  EXPECT_EQ(this->store().size(nowhere).error().reason, "content-unknown");
  EXPECT_EQ(this->store().remove(nowhere).error().reason, "content-unknown");
  EXPECT_EQ(this->store().get(nowhere).error().kind, ErrorKind::not_found);
  EXPECT_FALSE(this->store().has(nowhere).value());
}

TYPED_TEST(ContentStoreContract, ForgetsWhatWasRemovedAndTakesItAgain) {
  const auto digest = this->store().put("bytes")->digest;
  ASSERT_TRUE(this->store().remove(digest));
  EXPECT_FALSE(this->store().has(digest).value());
  EXPECT_TRUE(this->store().list().value().empty());
  ASSERT_TRUE(this->store().put("bytes"));
  EXPECT_EQ(this->store().get(digest).value(), "bytes");
}

TYPED_TEST(ContentStoreContract, ListsEachFileOnceInOrder) {
  std::vector<domain::Digest> expected;
  for (const auto* text : {"a", "b", "c", "d", "e", "a"}) {
    ASSERT_TRUE(this->store().put(text));
    expected.push_back(sha256(text));
  }
  expected.pop_back();
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(this->store().list().value(), expected);
}

TYPED_TEST(ContentStoreContract, ManyThreadsPutTheSameAndDifferentContent) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 8; ++i) {
        const std::string own = std::to_string(t) + "/" + std::to_string(i);
        EXPECT_TRUE(this->store().put("shared " + std::to_string(i)));
        EXPECT_EQ(this->store().get(this->store().put(own)->digest).value(), own);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(this->store().list()->size(), 4U * 8 + 8);
}

}  // namespace
}  // namespace ledger::updates
