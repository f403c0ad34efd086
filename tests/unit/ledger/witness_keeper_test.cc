// Heads shown to witnesses that answer as the test says.
#include "ledger/witness_keeper.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

#include "ledger/merkle/checkpoint.h"
#include "ledger/store/memory_log.h"
#include "tests/support/numbered_batches.h"
#include "tests/support/scratch_directory.h"

namespace ledger {
namespace {

constexpr const char* log_name = "ledger.example/test";
constexpr std::chrono::seconds time_enough{60};

// Three witnesses, each honest unless told to answer something else.
class Witnesses {
 public:
  Witnesses() {
    for (const char* name : {"w1", "w2", "w3"}) {
      keys_.emplace(name, merkle::SigningKey::generate().value());
    }
  }
  merkle::WitnessPolicy policy(const std::string& quorum) const {
    std::string text;
    for (const auto& [name, key] : keys_) {
      const merkle::WitnessKey known{name, key.public_key()};
      text += "witness " + name + " " + merkle::text(known) + " http://" + name + "\n";
    }
    return merkle::WitnessPolicy::parse(text + "group q " + quorum + " w1 w2 w3\nquorum q\n")
        .value();
  }
  // From now on; status 0: no answer at all.
  void let(const std::string& name, std::optional<WitnessAnswer> answer) {
    const std::lock_guard lock(mutex_);
    told_[name] = std::move(answer);
  }
  // What happens while this one is asked the next time.
  void while_asked(const std::string& name, std::function<void()> happens) {
    const std::lock_guard lock(mutex_);
    happening_[name] = std::move(happens);
  }
  void saw(const std::string& name, std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    seen_[name] = size;
  }

  Result<WitnessAnswer> ask(const merkle::Witness& witness, const std::string& text) {
    happen(witness.name);
    const std::lock_guard lock(mutex_);
    if (const auto& told = told_[witness.name]) {
      if (told->status != 0) return *told;
      return fail(ErrorKind::unavailable, "witness-unreachable", "It is away.");
    }
    const auto request = merkle::add_checkpoint_from(text).value();
    auto& seen = seen_[witness.name];
    if (request.old_size != seen) return WitnessAnswer{409, std::to_string(seen) + "\n"};
    const std::string_view size =
        std::string_view(request.note).substr(request.note.find('\n') + 1);
    seen = std::stoull(std::string(size.substr(0, size.find('\n'))));
    const auto& key = keys_.at(witness.name);
    return WitnessAnswer{200, "\u2014 somebody AAAAAAAA\n" +
                                  merkle::cosignature(request.note, witness.name, key, 7).value()};
  }

 private:
  void happen(const std::string& name) {
    std::function<void()> happens;
    {
      const std::lock_guard lock(mutex_);
      happens.swap(happening_[name]);
    }
    if (happens) happens();
  }

  std::mutex mutex_;
  std::map<std::string, merkle::SigningKey> keys_;
  std::map<std::string, std::function<void()>> happening_;
  std::map<std::string, std::optional<WitnessAnswer>> told_;
  std::map<std::string, std::uint64_t> seen_;
};

// What was recorded, in order.
class Record {
 public:
  bool add(const WitnessNews& news) {
    const std::lock_guard lock(mutex_);
    news_.push_back(news);
    grown_.notify_all();
    return true;
  }
  std::optional<WitnessNews> wait_for(WitnessNews::Kind kind, const std::string& witness) {
    std::unique_lock lock(mutex_);
    std::optional<WitnessNews> found;
    grown_.wait_for(lock, time_enough, [&] {
      for (const auto& each : news_) {
        if (each.kind == kind && each.witness == witness) found = each;
      }
      return found.has_value();
    });
    return found;
  }
  std::size_t count(WitnessNews::Kind kind) {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count_if(
        news_.begin(), news_.end(), [&](const WitnessNews& each) { return each.kind == kind; }));
  }

 private:
  std::mutex mutex_;
  std::condition_variable grown_;
  std::deque<WitnessNews> news_;
};

class WitnessKeeperTest : public ::testing::Test {
 protected:
  WitnessKeeperTest() {
    const auto note = merkle::signed_note({log_name, 0, log.head().root}, key).value();
    EXPECT_TRUE(store::HeadFile::create(path, {log.head(), note}));
    file = store::HeadFile::open(path).value();
    append();
    heads = std::make_unique<HeadKeeper>(log, *file, key, HeadKeeper::Options{log_name, nullptr});
    EXPECT_TRUE(heads->wait_sealed(log.head().size, time_enough));
  }
  void append() { ASSERT_TRUE(log.append(tests::numbered_batch(log.head().size.value))); }
  static domain::Position after_batch(domain::Position size) {
    return {size.value + tests::numbered_batch(size.value).records.size()};
  }
  std::unique_ptr<WitnessKeeper> keeper(const std::string& quorum) {
    WitnessKeeper::Options options;
    options.kept = kept;
    options.keep = [this](const std::string& note) {
      const std::lock_guard lock(kept_mutex);
      kept = note;
      was_kept.notify_all();
    };
    options.keep_interval = std::chrono::milliseconds(200);
    options.record = [this](const WitnessNews& news) { return record.add(news); };
    options.interval = std::chrono::milliseconds(1);
    options.first_pause = std::chrono::milliseconds(1);
    options.longest_pause = std::chrono::milliseconds(5);
    options.round = round;
    options.told_after = std::chrono::milliseconds(10);
    return std::make_unique<WitnessKeeper>(
        witnesses.policy(quorum), log, *heads,
        [this](const merkle::Witness& witness, const std::string& text) {
          return witnesses.ask(witness, text);
        },
        clock, std::move(options));
  }
  bool wait_kept(const std::string& note) {
    std::unique_lock lock(kept_mutex);
    return was_kept.wait_for(lock, time_enough, [&] { return kept == note; });
  }
  WitnessStatus status(const WitnessKeeper& of, const std::string& name) {
    for (auto& each : of.status()) {
      if (each.witness == name) return each;
    }
    return {};
  }

  tests::ScratchDirectory directory;
  const std::filesystem::path path = directory / "head";
  merkle::SigningKey key = merkle::SigningKey::generate().value();
  store::MemoryLog log;
  std::unique_ptr<store::HeadFile> file;
  std::unique_ptr<HeadKeeper> heads;
  SystemClock clock;
  Witnesses witnesses;
  Record record;
  std::chrono::milliseconds round{20};
  std::mutex kept_mutex;
  std::condition_variable was_kept;
  std::string kept;
};

TEST_F(WitnessKeeperTest, HasEachNewestHeadCosigned) {
  const auto keeping = keeper("all");
  for (int i = 0; i < 20; ++i) {
    append();
    const auto size = log.head().size;
    const auto witnessed = keeping->wait_witnessed(size, time_enough);
    ASSERT_EQ(witnessed.head, log.head());
    for (const auto& each : keeping->policy().witnesses()) {
      ASSERT_EQ(merkle::cosigned_at(witnessed.note, each.key), 7U) << witnessed.note;
    }
    ASSERT_TRUE(merkle::open_checkpoint(witnessed.note, {log_name, key.public_key()}));
    EXPECT_EQ(keeping->with_cosignatures(heads->sealed()), witnessed.note);
  }
  EXPECT_EQ(witnesses.policy("1").witnesses().size(), 3U);
  const auto told = status(*keeping, "w2");
  EXPECT_EQ(told.state, WitnessState::cosigning);
  EXPECT_EQ(told.cosigned_size, log.head().size);
  EXPECT_EQ(told.lag, 0U);
  EXPECT_TRUE(record.wait_for(WitnessNews::Kind::cosigned, "w3"));
  EXPECT_LE(record.count(WitnessNews::Kind::cosigned), 3U) << "not for each head";
}

TEST_F(WitnessKeeperTest, AsksForAHeadThatWasSealedMeanwhileWithoutAnotherWrite) {
  round = time_enough * 60;  // So that nothing goes on because it took too long.
  for (const char* name : {"w1", "w2", "w3"}) {
    const auto keeping = keeper("all");
    ASSERT_EQ(keeping->wait_witnessed(log.head().size, time_enough).head, log.head());
    witnesses.while_asked(name, [this] {
      append();
      EXPECT_TRUE(heads->wait_sealed(log.head().size, time_enough));
    });
    const domain::Position first = after_batch(log.head().size);
    append();
    const auto both = after_batch(first);
    EXPECT_EQ(keeping->wait_witnessed(both, time_enough).head.size, both) << name;
  }
}

TEST_F(WitnessKeeperTest, KeepsWhatWasCosignedLastThoughTheWitnessesGoAwayThen) {
  const auto keeping = keeper("all");
  store::SealedHead last;
  for (int i = 0; i < 3; ++i) {
    append();
    last = keeping->wait_witnessed(log.head().size, time_enough);
    ASSERT_EQ(last.head, log.head());
  }
  EXPECT_TRUE(wait_kept(last.note)) << "though nothing is written any more";
  append();
  last = keeping->wait_witnessed(log.head().size, time_enough);
  for (const char* name : {"w1", "w2", "w3"}) witnesses.let(name, WitnessAnswer{503, ""});
  append();
  EXPECT_TRUE(wait_kept(last.note));
}

TEST_F(WitnessKeeperTest, NeedsNoMoreThanItsQuorumAndGoesOnWhenTheOthersAreBack) {
  witnesses.let("w3", WitnessAnswer{0, ""});
  const auto keeping = keeper("2");
  append();
  ASSERT_EQ(keeping->wait_witnessed(log.head().size, time_enough).head, log.head());
  const auto told = record.wait_for(WitnessNews::Kind::unreachable, "w3");
  ASSERT_TRUE(told);
  EXPECT_EQ(told->detail, "It is away.");
  EXPECT_EQ(status(*keeping, "w3").state, WitnessState::unreachable);
  EXPECT_EQ(status(*keeping, "w3").lag, log.head().size.value);
  witnesses.let("w3", std::nullopt);
  EXPECT_TRUE(record.wait_for(WitnessNews::Kind::cosigned, "w3"));
  EXPECT_EQ(status(*keeping, "w3").detail, "");
}

TEST_F(WitnessKeeperTest, DoesNotWaitForWitnessesThatAreAway) {
  for (const char* name : {"w1", "w2"}) witnesses.let(name, WitnessAnswer{503, ""});
  const auto keeping = keeper("2");
  ASSERT_TRUE(record.wait_for(WitnessNews::Kind::unreachable, "w1"));
  ASSERT_TRUE(record.wait_for(WitnessNews::Kind::unreachable, "w2"));
  append();
  EXPECT_EQ(keeping->wait_witnessed(log.head().size, time_enough * 60).head.size.value, 0U);
  witnesses.let("w1", std::nullopt);
  ASSERT_TRUE(record.wait_for(WitnessNews::Kind::cosigned, "w1"));
  EXPECT_EQ(keeping->wait_witnessed(log.head().size, time_enough).head, log.head());
}

TEST_F(WitnessKeeperTest, TellsAtOnceOfAWitnessThatSawAnotherLog) {
  witnesses.let("w1", WitnessAnswer{422, ""});
  witnesses.let("w2", WitnessAnswer{409, "4711\n"});
  const auto size = std::to_string(log.head().size.value);
  witnesses.let("w3", WitnessAnswer{409, size + "\n"});
  const auto keeping = keeper("1");
  for (const auto& [name, word] : std::map<std::string, std::string>{
           {"w1", "another copy"}, {"w2", "4711 records"}, {"w3", "another root"}}) {
    const auto told = record.wait_for(WitnessNews::Kind::refused, name);
    ASSERT_TRUE(told) << name;
    EXPECT_NE(told->detail.find(word), std::string::npos) << told->detail;
    EXPECT_EQ(status(*keeping, name).state, WitnessState::refusing);
  }
  EXPECT_EQ(record.count(WitnessNews::Kind::unreachable), 0U);
  EXPECT_EQ(keeping->witnessed().head.size.value, 0U);
}

TEST_F(WitnessKeeperTest, BelievesNoAnswerThatIsNoCosignature) {
  witnesses.let("w1", WitnessAnswer{200, "\u2014 w1 AAAAAAAA\n"});
  witnesses.let("w2", WitnessAnswer{409, "many\n"});
  witnesses.let("w3", WitnessAnswer{404, ""});
  const auto keeping = keeper("1");
  for (const auto& [name, word] : std::map<std::string, std::string>{
           {"w1", "no cosignature"}, {"w2", "no size"}, {"w3", "does not know this log"}}) {
    const auto told = record.wait_for(WitnessNews::Kind::unreachable, name);
    ASSERT_TRUE(told) << name;
    EXPECT_NE(told->detail.find(word), std::string::npos) << told->detail;
  }
  EXPECT_EQ(keeping->witnessed().head.size.value, 0U);
}

TEST_F(WitnessKeeperTest, BeginsAgainWithTheWitnessedHeadThatWasKept) {
  store::SealedHead before;
  {
    const auto keeping = keeper("all");
    before = keeping->wait_witnessed(log.head().size, time_enough);
    ASSERT_EQ(before.head, log.head());
  }
  EXPECT_EQ(kept, before.note);
  for (const char* name : {"w1", "w2", "w3"}) witnesses.let(name, WitnessAnswer{0, ""});
  EXPECT_EQ(keeper("all")->witnessed(), before);
  kept.replace(kept.find("\u2014 w2"), 6, "\u2014 xx");
  EXPECT_EQ(keeper("all")->witnessed().head.size.value, 0U) << "too few, for all";
  EXPECT_EQ(keeper("2")->witnessed().head, before.head);
  kept = "rubbish";
  EXPECT_EQ(keeper("1")->witnessed().head.size.value, 0U);
}

}  // namespace
}  // namespace ledger
