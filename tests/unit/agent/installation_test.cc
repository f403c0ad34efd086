// What is in effect is always one version, whole, whatever ends the process or refuses a step.
#include "updates/agent/installation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "ledger/digest.h"
#include "tests/support/scratch_directory.h"
#include "tests/unit/agent/stepped_files.h"
#include "updates/local_file.h"

namespace tests {
namespace {

namespace fs = std::filesystem;
namespace domain = ledger::domain;
using ledger::updates::agent::Files;
using ledger::updates::agent::Installation;
using ledger::updates::agent::InstalledVersion;
using ledger::updates::agent::Piece;
using Texts = std::map<std::string, std::string>;

constexpr std::size_t keep = 2;

class Installed : public testing::Test {
 protected:
  ScratchDirectory scratch;
  SteppedFiles files;

  Installation open(Files& with) { return Installation::open(with, scratch / "set", keep).value(); }
  Installation open() { return open(files); }

  // What programs see.
  Texts in_effect() const { return texts_in(scratch / "set/current/"); }
  static Texts texts_in(const fs::path& directory) {
    Texts texts;
    std::error_code none;
    for (const auto& each : fs::recursive_directory_iterator(directory, none)) {
      if (!each.is_regular_file()) continue;
      texts[each.path().lexically_relative(directory).string()] =
          ledger::updates::read_local_file(each.path(), 1'000'000).value();
    }
    return texts;
  }
  std::set<std::string> entries(const std::string& directory) const {
    std::set<std::string> names;
    for (const auto& each : fs::directory_iterator(scratch / directory)) {
      names.insert(each.path().filename().string());
    }
    return names;
  }

  static domain::ComponentName component_of(std::string name) {
    std::replace(name.begin(), name.end(), '/', '-');
    return {name};
  }
  // A component for each file, so that holds can name them.
  static ledger::Result<void> install(Installation& installation, const Texts& texts) {
    InstalledVersion facts;
    std::vector<Piece> pieces;
    for (const auto& [name, text] : texts) {
      const auto digest = ledger::sha256(text);
      const auto* now = installation.current();
      fs::path from;
      for (const auto& file : now == nullptr ? decltype(now->files)() : now->files) {
        if (file.name == name && file.digest == digest) from = installation.file_of(*now, name);
      }
      pieces.push_back({name, digest, from, from.empty() ? text : ""});
      facts.patterns.push_back({component_of(name), "1", {"vendor"}, "", name, digest, 1});
    }
    return installation.install(std::move(facts), pieces);
  }
};

const Texts first = {{"a.hdb", "one"}, {"sub/b.hdb", "two"}};
const Texts second = {{"a.hdb", "one"}, {"sub/b.hdb", "three"}, {"c.hdb", "new"}};
const Texts third = {{"a.hdb", "last"}};

TEST_F(Installed, TakesEffectAndIsThereAfterARestart) {
  auto installation = open();
  EXPECT_EQ(installation.current(), nullptr);
  ASSERT_TRUE(install(installation, first));
  EXPECT_EQ(in_effect(), first);
  ASSERT_TRUE(install(installation, second));
  EXPECT_EQ(in_effect(), second);
  const auto again = open();
  ASSERT_NE(again.current(), nullptr);
  EXPECT_EQ(*again.current(), *installation.current());
  EXPECT_EQ(again.before()->number, 1U);
  EXPECT_TRUE(again.damaged().empty());
}

TEST_F(Installed, SharesTheBytesOfFilesThatStay) {
  auto installation = open();
  ASSERT_TRUE(install(installation, first));
  ASSERT_TRUE(install(installation, second));
  EXPECT_EQ(fs::hard_link_count(scratch / "set/current/a.hdb"), 2U);
  EXPECT_EQ(fs::hard_link_count(scratch / "set/current/sub/b.hdb"), 1U);
}

TEST_F(Installed, KeepsSoManyVersionsBeforeTheOneInEffect) {
  auto installation = open();
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(install(installation, {{"a.hdb", std::to_string(i)}}));
  }
  EXPECT_EQ(entries("set/versions"),
            (std::set<std::string>{"4", "4.json", "5", "5.json", "6", "6.json"}));
}

TEST_F(Installed, RollsBackToTheVersionBeforeAndHoldsWhatChanged) {
  auto installation = open();
  EXPECT_EQ(installation.roll_back({}).error().reason, "no-version-before");
  ASSERT_TRUE(install(installation, first));
  ASSERT_TRUE(install(installation, second));
  const domain::InstructionId told{"i1"};
  ASSERT_TRUE(installation.roll_back(told));
  EXPECT_EQ(in_effect(), first);
  EXPECT_EQ(installation.held(), (std::vector<domain::ComponentName>{{"c.hdb"}, {"sub-b.hdb"}}));
  auto again = open();
  EXPECT_EQ(again.held(), installation.held());
  EXPECT_TRUE(again.rolled_back_by(told));
  ASSERT_TRUE(again.roll_back(told)) << "the same instruction asks for nothing more";
  EXPECT_EQ(in_effect(), first);
  EXPECT_EQ(again.roll_back(domain::InstructionId{"i2"}).error().reason, "no-version-before");
  ASSERT_TRUE(again.release());
  EXPECT_TRUE(again.held().empty());
  EXPECT_TRUE(open().held().empty());
}

TEST_F(Installed, ComesBackToAVersionThatWasRolledBackWithoutMakingItTwice) {
  auto installation = open();
  ASSERT_TRUE(install(installation, first));
  ASSERT_TRUE(install(installation, second));
  ASSERT_TRUE(installation.roll_back({}));
  ASSERT_TRUE(install(installation, second));
  EXPECT_EQ(installation.current()->number, 2U);
  EXPECT_EQ(in_effect(), second);
  EXPECT_TRUE(installation.held().empty());
  ASSERT_TRUE(installation.roll_back({}));
  EXPECT_EQ(in_effect(), first);
}

TEST_F(Installed, NoticesFilesThatAreNotWhatWasInstalled) {
  auto installation = open();
  ASSERT_TRUE(install(installation, first));
  std::ofstream(scratch / "set/current/a.hdb") << "evil";
  EXPECT_EQ(open().damaged(), std::vector<std::string>{"a.hdb"});
  const auto refused = install(installation, second);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "installed-file-damaged");
}

// Every step of an install and of a rollback, with what may be in effect if the process ends there.
TEST_F(Installed, IsTheOldOrTheNewVersionWholeWhereverTheProcessIsKilled) {
  const auto set = scratch / "set";
  const auto change_of = [&](int which) {
    return [&, which](SteppedFiles& stepped) {
      auto installation = open(stepped);
      if (which == 0) static_cast<void>(install(installation, third));
      if (which == 1) static_cast<void>(installation.roll_back(domain::InstructionId{"i1"}));
    };
  };
  for (const int which : {0, 1}) {
    const Texts& after = which == 0 ? third : first;
    int step = 1;
    std::size_t old_ones = 0;
    for (bool killed = true; killed; ++step) {
      fs::remove_all(set);
      {
        auto installation = open();
        for (int i = 0; i < 2; ++i) ASSERT_TRUE(install(installation, i == 0 ? third : first));
        ASSERT_TRUE(install(installation, first == in_effect() ? second : first));
      }
      // Now: third, first, second; `second` is in effect and `first` before it.
      ASSERT_EQ(in_effect(), second);
      killed = killed_at(step, change_of(which));
      const auto seen = in_effect();
      old_ones += seen == second;
      ASSERT_TRUE(seen == second || seen == after) << "killed before step " << step;
      ASSERT_TRUE(killed || seen == after);
      auto installation = open();
      ASSERT_NE(installation.current(), nullptr);
      ASSERT_TRUE(installation.damaged().empty());
      ASSERT_EQ(in_effect(), seen) << "a start changes nothing that is in effect";
      if (which == 0) {
        if (seen != after) {
          ASSERT_TRUE(install(installation, third)) << "after step " << step;
        }
      } else {
        ASSERT_TRUE(installation.roll_back(domain::InstructionId{"i1"}));
      }
      ASSERT_EQ(in_effect(), after);
      for (const auto& name : entries("set/versions")) {
        ASSERT_FALSE(name.ends_with(".new") || name.ends_with(".part")) << name;
      }
      ASSERT_TRUE(entries("set/incoming").empty());
    }
    ASSERT_GT(step, which == 0 ? 20 : 6) << "every step was tried";
    ASSERT_GT(old_ones, 3U);
  }
}

TEST_F(Installed, StaysAsItIsWhenTheDiskIsFullAtAnyStep) {
  auto installation = open();
  ASSERT_TRUE(install(installation, first));
  Texts before = first;
  int step = 1;
  for (bool full = true; full; ++step) {
    const Texts wanted = {{"a.hdb", "one"}, {"c.hdb", "new " + std::to_string(step)}};
    const int from = files.steps();
    files.before = [&](int at) { return at - from >= step ? full_disk() : ledger::Result<void>(); };
    const auto done = install(installation, wanted);
    files.before = nullptr;
    full = !done;
    if (full) {
      ASSERT_EQ(done.error().reason, "disk-full");
    }
    const auto seen = in_effect();
    ASSERT_TRUE(seen == wanted || (full && seen == before)) << step;
    // Space is there again: the same installation goes on, and so does one that is opened anew.
    if (step % 2 == 0) {
      installation = open();
    }
    if (seen != wanted) {
      ASSERT_TRUE(install(installation, wanted)) << step;
    }
    ASSERT_EQ(in_effect(), wanted);
    before = wanted;
  }
  EXPECT_GT(step, 15);
}

// A power cut keeps only what was synced: every file and every name comes before the link that
// shows them.
TEST_F(Installed, IsSyncedBeforeItTakesEffect) {
  auto installation = open();
  ASSERT_TRUE(install(installation, first));
  files.trace.clear();
  ASSERT_TRUE(install(installation, second));
  const auto& trace = files.trace;
  const auto shown = std::find_if(trace.begin(), trace.end(), [](const auto& each) {
    return each.what == "made" && each.path.filename() == "current";
  });
  ASSERT_NE(shown, trace.end());
  const auto synced_after = [&](auto from, const fs::path& path) {
    return std::any_of(
        from, shown, [&](const auto& each) { return each.what == "synced" && each.path == path; });
  };
  std::size_t made = 0;
  for (auto each = trace.begin(); each != shown; ++each) {
    if (each->what != "made" || each->path.filename() == "current.new") continue;
    ++made;
    EXPECT_TRUE(synced_after(each, each->path.parent_path())) << each->path;
    const bool is_file = each->path.extension() == ".hdb" || each->path.extension() == ".part";
    const bool is_link = each->path.filename() == "a.hdb";  // Its bytes were synced long ago.
    if (is_file && !is_link) {
      EXPECT_TRUE(synced_after(each, each->path)) << each->path;
    }
  }
  EXPECT_GT(made, 6U);
  EXPECT_EQ(trace.back().path, scratch / "set") << "the link itself is durable on return";
}

}  // namespace
}  // namespace tests
