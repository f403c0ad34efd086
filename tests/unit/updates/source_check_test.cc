// A check of a source: what it finds becomes commands, and content only what is as announced.
#include "updates/source_check.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/digest.h"
#include "tests/support/scratch_directory.h"
#include "updates/memory_content_store.h"

namespace ledger::updates {
namespace {

using domain::DownloadMode;
using domain::ImportRuleUpdate;
using domain::ReportSourceChecked;
using domain::ReportSourceCheckFailed;
using domain::ReportVerificationFailed;
using domain::SourceFault;

std::string served_document(const std::string& id) {
  return R"({"format":"update-ledger/rule-update/1","id":")" + id +
         R"(","released_at":"2025-08-05T09:00:00Z","title":"t","rules":[{"id":1000123,)"
         R"("module":"firewall","name":"n","version":1,"severity":"low",)"
         R"("application_type":"network/x","cves":[],"auto_assignable":true,"body":"b"}]})";
}

struct Listed {
  std::string id;
  std::string file;
  std::string bytes;  // Whose size and digest are listed.
};

std::string manifest(const std::vector<Listed>& listed, const std::string& more = "") {
  std::string updates;
  for (const auto& [id, file, bytes] : listed) {
    updates += (updates.empty() ? "" : ",") + std::string(R"({"id":")") + id + R"(","file":")" +
               file + R"(","sha256":")" + hex(sha256(bytes)) + R"(","bytes":)" +
               std::to_string(bytes.size()) + R"(,"title":"ignored"})";
  }
  return R"({"format":"update-ledger/rule-update-manifest/1","version":7,"packages":[],)" + more +
         R"("updates":[)" + updates + "]}";
}

// A source in memory; what is not there fails with `missing`.
class MemorySource final : public SourceReader {
 public:
  Result<std::string, SourceFailure> fetch(const std::string& name, std::size_t bytes_max,
                                           const std::stop_token&) override {
    fetched.push_back(name);
    const auto found = files.find(name);
    if (found == files.end()) return tl::unexpected(SourceFailure{missing, name + " is away."});
    if (found->second.size() > bytes_max) {
      return tl::unexpected(SourceFailure{SourceFault::verification_failed, "Too long."});
    }
    return found->second;
  }

  std::map<std::string, std::string> files;
  SourceFault missing = SourceFault::not_found;
  std::vector<std::string> fetched;
};

class SourceCheck : public testing::Test {
 protected:
  std::vector<domain::CommandPayload> check() {
    return check_source(request_, source_, content_, std::stop_token());
  }

  void serve(const std::vector<Listed>& listed) {
    for (const auto& each : listed) source_.files[each.file] = each.bytes;
    source_.files["manifest.json"] = manifest(listed);
  }

  SourceCheckRequest request_{{"main"}, {"check-1"}, "", "", "", DownloadMode::check_and_download,
                              {}};
  MemorySource source_;
  MemoryContentStore content_;
};

template <class T>
const T& at(const std::vector<domain::CommandPayload>& commands, std::size_t index) {
  static const T none{};
  const T* found = index < commands.size() ? get_if<T>(&commands[index]) : nullptr;
  EXPECT_NE(found, nullptr) << "command " << index << " is of another type";
  return found == nullptr ? none : *found;
}

TEST_F(SourceCheck, ImportsWhatIsNewInOrderAndThenReports) {
  serve({{"25-032", "25-032.json", served_document("25-032")},
         {"25-031", "25-031.json", served_document("25-031")}});
  const auto commands = check();
  ASSERT_EQ(commands.size(), 3U);
  const auto& first = at<ImportRuleUpdate>(commands, 0);
  EXPECT_EQ(first.update, (domain::RuleUpdateId{25, 31}));
  EXPECT_EQ(first.origin, domain::ImportOrigin::check);
  EXPECT_EQ(first.source, domain::SourceId{"main"});
  EXPECT_EQ(first.metadata_version, 7U);
  EXPECT_EQ(at<ImportRuleUpdate>(commands, 1).update, (domain::RuleUpdateId{25, 32}));
  const auto& report = at<ReportSourceChecked>(commands, 2);
  EXPECT_EQ(report.check, domain::OperationId{"check-1"});
  EXPECT_EQ(report.metadata_version, 7U);
  EXPECT_EQ(report.metadata_digest, sha256(source_.files["manifest.json"]));
  EXPECT_EQ(report.rule_updates, (std::vector<domain::RuleUpdateId>{{25, 31}, {25, 32}}));
  EXPECT_EQ(content_.get(first.digest).value(), served_document("25-031"));
}

TEST_F(SourceCheck, DownloadsNothingWhenOnlyAskedToCheck) {
  serve({{"25-031", "25-031.json", served_document("25-031")}});
  request_.download = DownloadMode::check_only;
  const auto commands = check();
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(at<ReportSourceChecked>(commands, 0).rule_updates.size(), 1U);
  EXPECT_EQ(source_.fetched, std::vector<std::string>{"manifest.json"});
}

TEST_F(SourceCheck, DoesNotDownloadAgainWhatIsImported) {
  serve({{"25-031", "25-031.json", served_document("25-031")}});
  request_.imported[{25, 31}] = sha256(served_document("25-031"));
  EXPECT_EQ(check().size(), 1U);
  EXPECT_EQ(source_.fetched, std::vector<std::string>{"manifest.json"});
}

TEST_F(SourceCheck, TellsWhenAnImportedUpdateIsListedWithOtherContent) {
  serve({{"25-031", "25-031.json", served_document("25-031")}});
  request_.imported[{25, 31}] = sha256("what it was");
  const auto commands = check();
  ASSERT_EQ(commands.size(), 2U);
  const auto& report = at<ReportVerificationFailed>(commands, 0);
  EXPECT_EQ(report.target, "25-031.json");
  EXPECT_EQ(report.observer, "manager");
  EXPECT_EQ(at<ReportSourceCheckFailed>(commands, 1).cause, SourceFault::verification_failed);
}

TEST_F(SourceCheck, ForgedOrTruncatedContentIsReportedAndNotStored) {
  std::string sound_but_other = served_document("25-031");
  sound_but_other.replace(sound_but_other.find(R"("title":"t")"), 11, R"("title":"T")");
  for (const auto& forged :
       {sound_but_other, served_document("25-031") + " ", served_document("25-031").substr(1),
        served_document("25-031").replace(60, 1, "~"), std::string()}) {
    serve({{"25-031", "25-031.json", served_document("25-031")},
           {"25-032", "25-032.json", served_document("25-032")}});
    source_.files["25-031.json"] = forged;
    const auto commands = check();
    ASSERT_EQ(commands.size(), 3U) << forged;
    EXPECT_EQ(at<ReportVerificationFailed>(commands, 0).role, "targets");
    // The other one is sound, and is not held up.
    EXPECT_EQ(at<ImportRuleUpdate>(commands, 1).update, (domain::RuleUpdateId{25, 32}));
    EXPECT_EQ(at<ReportSourceCheckFailed>(commands, 2).cause, SourceFault::verification_failed);
    EXPECT_EQ(content_.list()->size(), 1U);
  }
}

TEST_F(SourceCheck, ADocumentThatBreaksTheFormatOrIsAnotherUpdateIsReported) {
  serve({{"25-031", "25-031.json", "{}"}, {"25-032", "25-032.json", served_document("25-033")}});
  const auto commands = check();
  ASSERT_EQ(commands.size(), 3U);
  EXPECT_NE(at<ReportVerificationFailed>(commands, 0).detail.find("/format"), std::string::npos);
  EXPECT_NE(at<ReportVerificationFailed>(commands, 1).detail.find("25-033"), std::string::npos);
  EXPECT_TRUE(content_.list()->empty());
}

TEST_F(SourceCheck, ASourceWithoutAManifestIsSaidToBeWithoutIt) {
  const auto commands = check();
  ASSERT_EQ(commands.size(), 1U);
  const auto& failed = at<ReportSourceCheckFailed>(commands, 0);
  EXPECT_EQ(failed.cause, SourceFault::not_found);
  EXPECT_EQ(failed.detail, "manifest.json is away.");
}

TEST_F(SourceCheck, AManifestThatIsNoneIsReported) {
  const std::string sound = manifest({});
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = manifest({{"25-031", "a.json", "x"}});
    changed.replace(changed.find(from), from.size(), to);
    return changed;
  };
  for (const auto& bad :
       {std::string("[]"), std::string(), std::string("{}"), with("manifest/1", "manifest/2"),
        with("a.json", "../a.json"), with("a.json", "b/a.json"), with("a.json", ".hidden"),
        with("25-031", "x"), with(R"("bytes":1)", R"("bytes":-1)"),
        with(R"("bytes":1)", R"("bytes":67108865)"), with(R"("version":7)", R"("version":"7")"),
        manifest({{"25-031", "a", "x"}, {"25-031", "b", "y"}}),
        manifest({}, R"("expires_at":"soon",)")}) {
    source_.files["manifest.json"] = bad;
    const auto commands = check();
    ASSERT_EQ(commands.size(), 2U) << bad;
    EXPECT_EQ(at<ReportVerificationFailed>(commands, 0).target, "manifest.json") << bad;
    EXPECT_EQ(at<ReportSourceCheckFailed>(commands, 1).cause, SourceFault::verification_failed);
  }
  source_.files["manifest.json"] = sound;
  EXPECT_EQ(check().size(), 1U);
}

TEST_F(SourceCheck, TellsWhenTheManifestExpires) {
  source_.files["manifest.json"] = manifest({}, R"("expires_at":"2025-09-01T00:00:00Z",)");
  EXPECT_EQ(at<ReportSourceChecked>(check(), 0).expires_at,
            domain::time_from_rfc3339("2025-09-01T00:00:00Z"));
}

TEST_F(SourceCheck, GoesOnWithoutAMissingDocumentButNotWithoutASource) {
  serve({{"25-031", "25-031.json", served_document("25-031")},
         {"25-032", "25-032.json", served_document("25-032")}});
  source_.files.erase("25-031.json");
  auto commands = check();
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(at<ImportRuleUpdate>(commands, 0).update, (domain::RuleUpdateId{25, 32}));
  EXPECT_EQ(at<ReportSourceCheckFailed>(commands, 1).cause, SourceFault::not_found);
  source_.missing = SourceFault::timed_out;
  commands = check();
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(at<ReportSourceCheckFailed>(commands, 0).cause, SourceFault::timed_out);
}

// A store whose disk is full.
class FullStore final : public ContentStore {
 public:
  Result<std::unique_ptr<ContentWriter>> begin() override {
    return fail(ErrorKind::unavailable, "disk-full", "No space is left.");
  }
  Result<std::string> get(const domain::Digest& d) const override {
    return fail(content_unknown(d));
  }
  Result<bool> has(const domain::Digest&) const override { return false; }
  Result<std::uint64_t> size(const domain::Digest& d) const override {
    return fail(content_unknown(d));
  }
  Result<void> remove(const domain::Digest& d) override { return fail(content_unknown(d)); }
  Result<std::vector<domain::Digest>> list() const override {
    return std::vector<domain::Digest>{};
  }
};

TEST_F(SourceCheck, AFullDiskEndsTheCheckAndBlamesTheDisk) {
  serve({{"25-031", "25-031.json", served_document("25-031")},
         {"25-032", "25-032.json", served_document("25-032")}});
  FullStore full;
  const auto commands = check_source(request_, source_, full, std::stop_token());
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(at<ReportSourceCheckFailed>(commands, 0).cause, SourceFault::disk_full);
}

class FileSourceCheck : public SourceCheck {
 protected:
  std::vector<domain::CommandPayload> check_url(const std::string& url,
                                                const std::string& alternative = "") {
    request_.url = url;
    request_.alternative_url = alternative;
    return check_source(request_, content_, std::stop_token());
  }

  void write(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }

  tests::ScratchDirectory folder_;
};

TEST_F(FileSourceCheck, ReadsADirectory) {
  write("25-031.json", served_document("25-031"));
  write("manifest.json", manifest({{"25-031", "25-031.json", served_document("25-031")}}));
  const std::string path = folder_.path().string();
  std::string escaped = path;
  escaped.replace(escaped.find('-'), 1, "%2D");
  for (const auto& url :
       {"file://" + path, "file://localhost" + path, "file://" + path + "/", "file://" + escaped}) {
    EXPECT_EQ(at<ImportRuleUpdate>(check_url(url), 0).update, (domain::RuleUpdateId{25, 31}))
        << url;
  }
}

TEST_F(FileSourceCheck, BlamesWhatIsMissingOrWrong) {
  const auto cause = [&](const std::string& url) {
    return at<ReportSourceCheckFailed>(check_url(url), 0).cause;
  };
  EXPECT_EQ(cause("file:///nowhere/at/all"), SourceFault::not_found);
  EXPECT_EQ(cause("file://other-machine/updates"), SourceFault::other);
  EXPECT_EQ(cause("file:///bad%2"), SourceFault::other);
  EXPECT_EQ(cause("file:///bad%00"), SourceFault::other);
  EXPECT_EQ(cause("gopher://x"), SourceFault::other);
  std::filesystem::create_directory(folder_ / "manifest.json");
  EXPECT_EQ(cause("file://" + folder_.path().string()), SourceFault::other);
}

TEST_F(FileSourceCheck, AsksTheAlternativeForWhatTheFirstDoesNotGive) {
  write("manifest.json", manifest({}));
  const std::string good = "file://" + folder_.path().string();
  EXPECT_EQ(at<ReportSourceChecked>(check_url("file:///nowhere", good), 0).metadata_version, 7U);
  const auto commands = check_url("file:///nowhere", "file:///nowhere-else");
  const auto& failed = at<ReportSourceCheckFailed>(commands, 0);
  EXPECT_EQ(failed.cause, SourceFault::not_found);
  EXPECT_NE(failed.detail.find("/nowhere/manifest.json"), std::string::npos);
  EXPECT_NE(failed.detail.find("/nowhere-else/manifest.json"), std::string::npos);
}

TEST_F(FileSourceCheck, DoesNotCoverUpWithTheAlternativeWhatTheFirstGaveWrongly) {
  std::filesystem::create_directory(folder_ / "other");
  write("manifest.json", manifest({{"25-031", "25-031.json", served_document("25-031")}}));
  write("25-031.json", served_document("25-031") + " ");
  write("other/25-031.json", served_document("25-031"));
  const std::string url = "file://" + folder_.path().string();
  const auto commands = check_url(url, url + "/other");
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(at<ReportVerificationFailed>(commands, 0).target, "25-031.json");
}

}  // namespace
}  // namespace ledger::updates
