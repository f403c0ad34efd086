#include "replay/evidence.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/codec/json_out.h"
#include "ledger/domain/commands_service.h"
#include "ledger/store/memory_log.h"
#include "replay/evidence_archive.h"
#include "replay/evidence_records.h"
#include "tests/support/fold.h"
#include "tests/support/log_of.h"

namespace replay {
namespace {

using ledger::merkle::SigningKey;
using ledger::merkle::VerifierKey;
using Members = std::vector<ArchiveMember>;

constexpr const char* origin = "ledger.example/test";

// Bookmarks that are set and removed again: a stream for each, one after another.
class EvidenceTest : public ::testing::Test {
 protected:
  EvidenceTest() {
    for (const char* name : {"a", "b", "a", "b", "c"}) {
      EXPECT_TRUE(fold.submit(domain::Tick{fold.now, {}}));
      EXPECT_TRUE(fold.submit(domain::RecordServiceStarted{"1.0", 1, {0}, 0}));
      if (std::string(name) == "a") {
        for (int i = 0; i < 5; ++i) EXPECT_TRUE(fold.submit(domain::RecordServiceStopped{"x"}));
      }
      EXPECT_TRUE(fold.submit(domain::SetBookmark{{name}, {0}}));
      if (std::string(name) != "c") {
        EXPECT_TRUE(fold.submit(domain::RemoveBookmark{{name}}));
      }
    }
    tests::append_to(log, fold.log);
    head = head_of(log, key);
  }
  static EvidenceHead head_of(const ledger::store::EventLog& log, const SigningKey& key) {
    const auto head = log.head();
    return {head,
            signed_note({origin, head.size.value, head.root}, key).value(),
            {origin, key.public_key()}};
  }
  Evidence make(const EvidenceRequest& request) {
    auto made = make_evidence(log, head, request);
    EXPECT_TRUE(made) << made.error().detail;
    return made ? *std::move(made) : Evidence();
  }
  EvidenceRequest of_stream(const char* name) const {
    EvidenceRequest request;
    request.scope.kind = EvidenceKind::stream;
    request.scope.name = name;
    return request;
  }
  EvidenceRequest of_activity() const {
    EvidenceRequest request;
    request.scope.kind = EvidenceKind::activity;
    request.scope.types = {"bookmark."};
    return request;
  }
  // Why a file is refused; empty: it is not.
  std::string refusal(std::string_view file, std::optional<VerifierKey> trusted = {}) {
    const auto report = verify_evidence(file, {std::move(trusted), ""});
    return report ? std::string() : report.error().reason;
  }

  tests::Fold fold;
  ledger::store::MemoryLog log;
  SigningKey key = SigningKey::generate().value();
  EvidenceHead head;
};

ArchiveMember& named(Members& members, std::string_view name) {
  for (auto& each : members) {
    if (each.name == name) return each;
  }
  ADD_FAILURE() << name;
  return members.front();
}

// What a forger makes of a bundle, who makes the checksums fit again.
std::string forged(const std::string& file, const std::function<void(Members&)>& change) {
  auto members = members_of(file).value();
  members.pop_back();
  change(members);
  members.push_back({"SHA256SUMS", checksums_of(members)});
  return archive_of(members);
}

// The records of a bundle without those that `left_out` says.
void leave_out(Members& members, const std::function<bool(domain::Position)>& left_out) {
  const std::string before = named(members, "records").bytes;
  EvidenceRecords records(before);
  std::string kept;
  while (!records.is_empty()) {
    const auto record = records.take().value();
    if (!left_out(record.position)) add_record(kept, record);
  }
  named(members, "records").bytes = kept;
}

TEST_F(EvidenceTest, OfEveryRangeIsBelieved) {
  const auto size = log.head().size.value;
  for (std::uint64_t from = 0; from <= size; ++from) {
    for (std::uint64_t to = from; to <= size; ++to) {
      const auto made = make({{}, {from}, domain::Position{to}});
      const auto report = verify_evidence(made.file, {head.key, ""});
      ASSERT_TRUE(report) << from << ".." << to << ": " << report.error().detail;
      EXPECT_EQ(report->manifest.answers, to - from);
      EXPECT_EQ(report->manifest, made.manifest);
    }
  }
}

TEST_F(EvidenceTest, OfAStreamHasAllOfItAndWhatFollows) {
  const auto made = make(of_stream("bookmark/a"));
  EXPECT_EQ(made.manifest.answers, 4U);
  const auto report = verify_evidence(made.file, {head.key, ""});
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_LT(made.manifest.records, log.head().size.value) << "not the whole log";
  const auto earlier = make({of_stream("bookmark/a").scope, {0}, domain::Position{12}});
  EXPECT_EQ(earlier.manifest.answers, 2U);
  EXPECT_EQ(refusal(earlier.file), "");
}

TEST_F(EvidenceTest, OfActivityIsFilteredAgain) {
  const auto made = make(of_activity());
  EXPECT_EQ(made.manifest.answers, 9U);
  const auto report = verify_evidence(made.file, {head.key, ""});
  ASSERT_TRUE(report) << report.error().detail;
  ASSERT_EQ(report->checked.size(), 5U);
  EXPECT_NE(report->checked[3].find("none is left out"), std::string::npos);
  EXPECT_EQ(report->caveats.size(), 1U) << "no timestamp";
}

TEST_F(EvidenceTest, WithoutATrustedKeySaysSo) {
  const auto report = verify_evidence(make(of_activity()).file, {});
  ASSERT_TRUE(report);
  EXPECT_NE(report->caveats.at(0).find("named by the file itself"), std::string::npos);
}

TEST_F(EvidenceTest, WithAnyBitFlippedIsRefused) {
  const std::string file = make({{}, {3}, domain::Position{5}}).file;
  for (std::size_t at = 0; at < file.size(); ++at) {
    std::string flipped = file;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
    ASSERT_NE(refusal(flipped), "") << "byte " << at;
  }
}

TEST_F(EvidenceTest, CutAnywhereOrContinuedIsRefused) {
  const std::string file = make(of_stream("bookmark/b")).file;
  for (std::size_t at = 0; at < file.size(); at += at % 512 == 511 ? 1 : 7) {
    ASSERT_EQ(refusal(file.substr(0, at)), "evidence-malformed") << at;
  }
  EXPECT_EQ(refusal(file + '\0'), "evidence-malformed");
  EXPECT_EQ(refusal(file + file), "evidence-malformed");
  EXPECT_EQ(refusal(""), "evidence-malformed");
}

TEST_F(EvidenceTest, WithoutARecordIsRefusedEvenIfTheChecksumsFit) {
  for (const auto& request : {of_activity(), of_stream("bookmark/a"), EvidenceRequest()}) {
    const auto made = make(request);
    std::vector<domain::Position> positions;
    auto members = members_of(made.file).value();
    EvidenceRecords records(named(members, "records").bytes);
    while (!records.is_empty()) positions.push_back(records.take().value().position);
    for (const auto missing : positions) {
      const auto file = forged(made.file, [&](Members& all) {
        leave_out(all, [&](domain::Position at) { return at == missing; });
      });
      EXPECT_NE(refusal(file), "") << text(request.scope) << " without " << missing.value;
    }
  }
}

// The forger knows the log and proves honestly what is left.
TEST_F(EvidenceTest, ThatHidesEventsBehindAnHonestProofIsRefused) {
  const auto whole = make(of_stream("bookmark/a"));
  const auto short_of_end = make({of_stream("bookmark/a").scope, {0}, domain::Position{12}});
  const auto file = forged(short_of_end.file, [&](Members& members) {
    auto manifest = short_of_end.manifest;
    manifest.to = whole.manifest.to;
    named(members, "manifest.json").bytes = ledger::codec::to_json(manifest) + "\n";
  });
  EXPECT_EQ(refusal(file), "evidence-incomplete");
  const auto range = make({{}, {2}, domain::Position{9}});
  const auto wider = forged(range.file, [&](Members& members) {
    auto manifest = range.manifest;
    manifest.from = {1};
    named(members, "manifest.json").bytes = ledger::codec::to_json(manifest) + "\n";
  });
  EXPECT_EQ(refusal(wider), "evidence-incomplete");
}

TEST_F(EvidenceTest, WhoseAnswerLacksALineIsRefused) {
  for (const char* name : {"answer.csv", "answer.json"}) {
    const auto file = forged(make(of_activity()).file, [&](Members& members) {
      auto& answer = named(members, name).bytes;
      const auto line = answer.find("\n", answer.find("\n") + 1);
      answer.erase(line, answer.find("\n", line + 1) - line);
    });
    EXPECT_EQ(refusal(file), "evidence-altered") << name;
  }
}

TEST_F(EvidenceTest, WithAnotherRecordIsRefused) {
  const auto file = forged(make(EvidenceRequest()).file, [&](Members& members) {
    auto& records = named(members, "records").bytes;
    const auto at = records.rfind('x');  // The cause of a stop.
    ASSERT_NE(at, std::string::npos);
    records[at] = 'y';
  });
  EXPECT_EQ(refusal(file), "proof-wrong");
}

TEST_F(EvidenceTest, OfAForgedHeadOrAnotherKeyOrLogIsRefused) {
  const auto file = make(of_activity()).file;
  const auto other = SigningKey::generate().value();
  EXPECT_EQ(refusal(file, VerifierKey{origin, other.public_key()}), "evidence-key-other");
  EXPECT_EQ(refusal(file, VerifierKey{"elsewhere", key.public_key()}), "evidence-key-other");
  const auto note = forged(file, [&](Members& members) {
    named(members, "checkpoint").bytes = head_of(log, other).note;
  });
  EXPECT_EQ(refusal(note), "checkpoint-signature");
  const auto both = forged(note, [&](Members& members) {
    named(members, "keys").bytes = text(VerifierKey{origin, other.public_key()}) + "\n";
  });
  EXPECT_EQ(refusal(both), "") << "whoever signs may say so; only a trusted key helps";
  EXPECT_EQ(refusal(both, head.key), "evidence-key-other");

  ledger::store::MemoryLog shorter;
  tests::append_to(shorter, std::span(fold.log).first(9));
  const auto older = forged(file, [&](Members& members) {
    named(members, "checkpoint").bytes = head_of(shorter, key).note;
  });
  EXPECT_EQ(refusal(older), "evidence-altered");
}

TEST_F(EvidenceTest, ThatCannotBeIsNotMade) {
  const auto why_not = [&](const EvidenceRequest& request) {
    const auto made = make_evidence(log, head, request);
    return made ? std::string() : made.error().reason;
  };
  EXPECT_EQ(why_not(of_stream("bookmark/z")), "stream-unknown");
  EXPECT_EQ(why_not(of_stream("")), "evidence-scope-invalid");
  EXPECT_EQ(why_not({{}, {5}, domain::Position{4}}), "evidence-scope-invalid");
  EXPECT_EQ(why_not({{}, {0}, domain::Position{1000}}), "evidence-scope-invalid");
  EvidenceRequest unknown = of_activity();
  unknown.scope.types = {"nothing."};
  EXPECT_EQ(why_not(unknown), "event-type-unknown");
  EvidenceRequest mixed = of_stream("bookmark/a");
  mixed.scope.reason = "why";
  EXPECT_EQ(why_not(mixed), "evidence-scope-invalid");
}

}  // namespace
}  // namespace replay
