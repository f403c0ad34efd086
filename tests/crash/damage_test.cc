// Damage to any file of a data directory: opening and reading all of it either says so, or every
// byte is still right.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "tests/support/log_model.h"
#include "tests/support/open_log.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/seed.h"

namespace tests {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& path) { return ledger::store::read_file(path).value(); }

void overwrite(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// "sst", "log", "MANIFEST", "head", ...
std::string class_of(const fs::path& path) {
  if (path.filename().string().starts_with("LOG")) return "LOG";
  if (path.has_extension()) return path.extension().string().substr(1);
  const std::string name = path.filename().string();
  return name.substr(0, name.find('-'));
}

// A directory with a log whose records are partly in tables, partly in the WAL, all of it sealed.
class Damage : public ::testing::Test {
 protected:
  void SetUp() override {
    OpenLog opening(OpenLog::at(original));
    for (int opened = 0; opened < 3; ++opened) {
      ASSERT_TRUE(opening.open());
      for (int i = 0; i < 12; ++i) {
        const auto batch = model.next_batch(random, 50);
        ASSERT_TRUE(opening->append(batch));
        model.add(batch);
      }
      if (opened == 1) in_tables = model.size();
    }
    ASSERT_TRUE(opening.seal());
    opening.close();
    for (const auto& entry : fs::recursive_directory_iterator(original)) {
      if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), original));
    }
  }

  void restore() {
    fs::remove_all(copy);
    fs::copy(original, copy, fs::copy_options::recursive);
  }

  // What opening and reading everything says.
  std::string difference() {
    OpenLog opening(OpenLog::at(copy));
    const auto opened = opening.open();
    if (!opened) return "refused: " + opened.error().reason + ": " + opened.error().detail;
    return model.difference(*opening);
  }

  fs::path only(const std::string& wanted) const {
    fs::path found;
    for (const auto& file : files) {
      if (class_of(file) == wanted && (found.empty() || file > found)) found = file;
    }
    CHECK(!found.empty(), "the log has a file of every class");
    return found;
  }

  std::mt19937_64 random{test_seed()};
  ScratchDirectory directory;
  const fs::path original = directory / "original";
  const fs::path copy = directory / "copy";
  LogModel model;
  std::uint64_t in_tables = 0;  // Records that the WAL is not needed for.
  std::vector<fs::path> files;
};

TEST_F(Damage, NeverGivesWrongBytesWhateverIsFlippedZeroedCutOrLost) {
  std::map<std::string, std::pair<int, int>> refused_of;
  const int rounds = repetitions("CRASH_DAMAGES", 12);
  for (const auto& file : files) {
    for (int round = 0; round < rounds; ++round) {
      restore();
      std::string bytes = bytes_of(copy / file);
      std::string what;
      if (round == 0 || bytes.empty()) {
        fs::remove(copy / file);
        what = "removed";
      } else if (round % 4 == 1) {
        const std::size_t at = random() % bytes.size();
        bytes.resize(at);
        what = "cut at " + std::to_string(at);
      } else if (round % 4 == 2) {
        const std::size_t at = random() % bytes.size() / 4096 * 4096;
        bytes.replace(at, std::min<std::size_t>(4096, bytes.size() - at),
                      std::string(std::min<std::size_t>(4096, bytes.size() - at), '\0'));
        what = "zeroed at " + std::to_string(at);
      } else {
        const std::size_t at = random() % bytes.size();
        const auto bit = random() % 8;
        bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << bit));
        what = "bit " + std::to_string(bit) + " flipped at " + std::to_string(at);
      }
      if (what != "removed") overwrite(copy / file, bytes);
      const std::string found = difference();
      ASSERT_TRUE(found.empty() || found.starts_with("refused: "))
          << file << " " << what << ": " << found;
      auto& [refused, all] = refused_of[class_of(file)];
      refused += found.empty() ? 0 : 1;
      ++all;
    }
  }
  for (const auto& [name, counts] : refused_of) {
    std::printf("%-10s %3d of %3d refused\n", name.c_str(), counts.first, counts.second);
  }
  for (const char* const needed : {"sst", "log", "MANIFEST", "CURRENT", "FORMAT", "pem"}) {
    EXPECT_GT(refused_of[needed].first, refused_of[needed].second / 2) << needed;
  }
}

TEST_F(Damage, OfTheWriteAheadLogIsRefusedWithThePositionsThatAreMissing) {
  const auto wal = only("log");
  const std::string whole = bytes_of(original / wal);
  ASSERT_GT(whole.size(), 0U);
  for (const std::size_t kept : {std::size_t{0}, whole.size() / 2, whole.size() - 1}) {
    restore();
    overwrite(copy / wal, whole.substr(0, kept));
    for (int again = 0; again < 2; ++again) {  // A refused log stays refused.
      const std::string found = difference();
      ASSERT_TRUE(found.starts_with("refused: log-shorter-than-head")) << kept << found;
      EXPECT_NE(found.find("to " + std::to_string(model.size() - 1) + " are missing"),
                std::string::npos)
          << found;
      if (kept == 0) {
        EXPECT_NE(found.find("positions " + std::to_string(in_tables) + " to"), std::string::npos)
            << found;
      }
    }
  }
  restore();
  fs::remove(copy / wal);
  EXPECT_TRUE(difference().starts_with("refused: log-shorter-than-head"));
}

TEST_F(Damage, OfTheWriteAheadLogLosesNothingThatCouldStillBeRead) {
  restore();
  const auto wal = only("log");
  std::string bytes = bytes_of(copy / wal);
  bytes[bytes.size() / 2] ^= 4;
  overwrite(copy / wal, bytes);
  const std::string found = difference();
  ASSERT_TRUE(found.starts_with("refused: ")) << found;
  EXPECT_EQ(bytes_of(copy / ledger::store::kept_name / wal.filename()), bytes);
}

TEST_F(Damage, OfAFileExchangedWithAnotherOfItsKindIsNeverReadAsTheOther) {
  std::vector<fs::path> tables;
  for (const auto& file : files) {
    if (class_of(file) == "sst") tables.push_back(file);
  }
  ASSERT_GE(tables.size(), 4U);
  for (std::size_t i = 0; i + 1 < tables.size(); ++i) {
    restore();
    fs::copy_file(original / tables[i], copy / tables[i + 1], fs::copy_options::overwrite_existing);
    fs::copy_file(original / tables[i + 1], copy / tables[i], fs::copy_options::overwrite_existing);
    EXPECT_TRUE(difference().starts_with("refused: ")) << tables[i];
  }
}

// The bit that says how a block ends. RocksDB alone aborts on the one of the block of properties,
// which is one of the last two that have a single place to start reading from.
TEST_F(Damage, OfTheBitThatRocksDbBelievesUnseenIsRefused) {
  const auto table = only("sst");
  const std::string whole = bytes_of(original / table);
  std::size_t end = std::string::npos;
  for (int block = 0; block < 2; ++block) {
    end = whole.rfind(std::string("\1\0\0\0\0", 5), end - 1);
    ASSERT_NE(end, std::string::npos);
    restore();
    std::string bytes = whole;
    bytes[end + 3] ^= static_cast<char>(0x80);
    overwrite(copy / table, bytes);
    const std::string found = difference();
    EXPECT_TRUE(found.starts_with("refused: log-damaged")) << found;
    EXPECT_NE(found.find(table.filename().string()), std::string::npos) << found;
    EXPECT_NE(found.find("restore it from a backup"), std::string::npos) << found;
  }
}

TEST_F(Damage, OfTheHeadIsRefusedWhenItIsAnotherLogsOrGone) {
  restore();
  OpenLog other(OpenLog::at(directory / "other"));
  ASSERT_TRUE(other.open());
  other.close();
  fs::copy_file(directory / "other/head", copy / "head", fs::copy_options::overwrite_existing);
  EXPECT_TRUE(difference().starts_with("refused: checkpoint-signature"));
  fs::remove(copy / "head");
  EXPECT_TRUE(difference().starts_with("refused: head-missing"));
}

TEST_F(Damage, OfAWholeLogIsNoNewLog) {
  restore();
  fs::remove_all(copy / "log");
  const std::string found = difference();
  EXPECT_TRUE(found.starts_with("refused: ")) << found;
  EXPECT_NE(found.find("positions 0 to " + std::to_string(model.size() - 1)), std::string::npos)
      << found;
}

// Another history under the same key and of the same size.
TEST_F(Damage, OfAForgedHistoryIsRefusedByTheSignedRoot) {
  const fs::path forged = directory / "forged";
  fs::create_directory(forged);
  fs::copy_file(original / "signing-key.pem", forged / "signing-key.pem");
  OpenLog opening(OpenLog::at(forged));
  ASSERT_TRUE(opening.open());
  ledger::store::Batch batch;
  for (std::uint64_t at = 0; at < model.size(); ++at) batch.records.push_back({"forged", "s", at});
  ASSERT_TRUE(opening->append(batch));
  opening.close();
  restore();
  fs::remove_all(copy / "log");
  fs::copy(forged / "log", copy / "log");
  EXPECT_TRUE(difference().starts_with("refused: log-differs-from-head"));
}

TEST_F(Damage, ThatIsNoneOpensAsTheSameLog) {
  restore();
  EXPECT_EQ(difference(), "");
}

TEST_F(Damage, OfANewerFormatLeavesEveryByteAsItIs) {
  restore();
  overwrite(copy / "FORMAT", "update-ledger data format 2\n");
  const auto snapshot = [&] {
    std::map<fs::path, std::pair<fs::file_time_type, std::string>> all;
    for (const auto& entry : fs::recursive_directory_iterator(copy)) {
      if (entry.is_regular_file())
        all[entry.path()] = {entry.last_write_time(), bytes_of(entry.path())};
    }
    return all;
  };
  const auto before = snapshot();
  EXPECT_TRUE(difference().starts_with("refused: data-format-newer"));
  EXPECT_TRUE(snapshot() == before);
}

}  // namespace
}  // namespace tests
