// Every bit of the end of a table, flipped: RocksDB refuses it or reads what was written.
#include "ledger/store/table_check.h"

#include <gtest/gtest.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/iterator.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/sst_file_writer.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ledger/store/checked_files.h"
#include "ledger/store/durable_file.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/seed.h"

namespace tests {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

class TableCheck : public ::testing::TestWithParam<bool> {
 protected:
  TableCheck() {
    auto table = ledger::store::table_options();
    table.no_block_cache = true;  // It knows blocks by the table's name for itself.
    if (GetParam()) table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    options.env = env.get();
    rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options);
    EXPECT_TRUE(writer.Open(path).ok());
    for (int i = 100; i < 900; ++i) {
      rows.push_back({"key " + std::to_string(i), "row " + std::to_string(i * i)});
      EXPECT_TRUE(writer.Put(rows.back().first, rows.back().second).ok());
    }
    EXPECT_TRUE(writer.Finish().ok());
    whole = ledger::store::read_file(path).value();
  }

  // Nothing: it is refused.
  std::optional<Rows> read(const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    rocksdb::SstFileReader reader(options);
    if (!reader.Open(path).ok()) return std::nullopt;
    const std::unique_ptr<rocksdb::Iterator> each(reader.NewIterator({}));
    Rows found;
    for (each->SeekToFirst(); each->Valid(); each->Next()) {
      found.push_back({each->key().ToString(), each->value().ToString()});
    }
    if (!each->status().ok()) return std::nullopt;
    return found;
  }

  const ScratchDirectory directory;
  const std::string path = (directory / "table.sst").string();
  const std::unique_ptr<rocksdb::Env> env =
      rocksdb::NewCompositeEnv(std::make_shared<ledger::store::CheckedFiles>(nullptr));
  rocksdb::Options options;
  Rows rows;
  std::string whole;
};

TEST_P(TableCheck, NeitherAbortsNorReadsWrongRowsWhateverBitIsFlipped) {
  ASSERT_EQ(read(whole), rows);
  ASSERT_GT(whole.size(), 1'200U);
  // One of the bits that RocksDB alone aborts on is the highest of its byte.
  std::mt19937_64 random(test_seed());
  const int more = repetitions("CRASH_BITS", 1);
  for (std::size_t at = whole.size() - 1'200; at < whole.size(); ++at) {
    std::set<unsigned> bits = {0, 7};
    for (int i = 0; i < more; ++i) bits.insert(random() % 8);
    for (const unsigned bit : bits) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << bit));
      const auto found = read(bytes);
      // A filter says nothing of rows, and who reads all of them does not ask it.
      ASSERT_TRUE(!found || (GetParam() && *found == rows)) << "bit " << bit << " at " << at;
    }
  }
}

TEST_P(TableCheck, RefusesATableThatWasCut) {
  for (std::size_t kept = 0; kept < 200; ++kept) {
    EXPECT_FALSE(read(whole.substr(0, kept))) << kept;
    EXPECT_FALSE(read(whole.substr(0, whole.size() - 1 - kept))) << kept;
  }
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutAFilter, TableCheck, ::testing::Bool());

}  // namespace
}  // namespace tests
