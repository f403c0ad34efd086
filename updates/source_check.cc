#include "updates/source_check.h"

#include <optional>
#include <utility>

#include "ledger/digest.h"
#include "ledger/limits.h"
#include "updates/rule_update_reader.h"
#include "updates/source_manifest.h"

namespace ledger::updates {
namespace {

using domain::SourceFault;

constexpr const char* observer = "manager";

// One check, from the manifest on.
class Check {
 public:
  Check(const SourceCheckRequest& request, SourceReader& reader, ContentStore& content,
        const std::stop_token& stop)
      : request_(request), reader_(reader), content_(content), stop_(stop) {}

  std::vector<domain::CommandPayload> run() {
    const bool listed = list();
    if (listed && request_.download == domain::DownloadMode::check_and_download) download();
    if (failure_) {
      commands_.push_back(domain::ReportSourceCheckFailed{request_.source, request_.check,
                                                          failure_->cause, failure_->detail});
      return std::move(commands_);
    }
    domain::ReportSourceChecked report{request_.source,
                                       request_.check,
                                       manifest_.version,
                                       manifest_digest_,
                                       manifest_.expires_at,
                                       {},
                                       0};
    for (const auto& listed_update : manifest_.updates) {
      report.rule_updates.push_back(listed_update.update);
    }
    commands_.push_back(std::move(report));
    return std::move(commands_);
  }

 private:
  // The first failure is the one that is told; the others may follow from it.
  void note(SourceFailure failure) {
    if (!failure_) failure_ = std::move(failure);
  }

  // `target` is not what it should be, although it came.
  void reject(const std::string& target, const char* role, const std::string& detail) {
    commands_.push_back(
        domain::ReportVerificationFailed{request_.source, target, role, observer, detail});
    note({SourceFault::verification_failed, target + ": " + detail});
  }

  bool list() {
    const auto bytes = reader_.fetch(manifest_file, limits::manifest_bytes_max, stop_);
    if (!bytes) {
      note(bytes.error());
      return false;
    }
    auto parsed = read_source_manifest(*bytes);
    if (!parsed.ok()) {
      reject(manifest_file, "manifest", "It is no manifest. " + summary(parsed.errors));
      return false;
    }
    manifest_ = std::move(parsed.value);
    manifest_digest_ = sha256(*bytes);
    return true;
  }

  void download() {
    for (const auto& listed : manifest_.updates) {
      const auto known = request_.imported.find(listed.update);
      if (known == request_.imported.end()) {
        if (!fetch(listed)) return;
      } else if (known->second != listed.digest) {
        reject(listed.file, "targets",
               "Rule update " + text(listed.update) + " was imported with the SHA-256 " +
                   hex(known->second) + "; the source now lists " + hex(listed.digest) + ".");
      }
    }
  }

  // False when it is of no use to go on with the others.
  bool fetch(const ListedUpdate& listed) {
    const auto bytes = reader_.fetch(listed.file, listed.bytes, stop_);
    if (!bytes && bytes.error().cause == SourceFault::verification_failed) {
      reject(listed.file, "targets", bytes.error().detail);
      return true;
    }
    if (!bytes) {
      note(bytes.error());
      return bytes.error().cause == SourceFault::not_found;
    }
    if (bytes->size() != listed.bytes || sha256(*bytes) != listed.digest) {
      reject(listed.file, "targets",
             "Its " + std::to_string(bytes->size()) + " bytes have the SHA-256 " +
                 hex(sha256(*bytes)) + "; the manifest says " + std::to_string(listed.bytes) +
                 " bytes and " + hex(listed.digest) + ".");
      return true;
    }
    return import(listed, *bytes);
  }

  bool import(const ListedUpdate& listed, const std::string& bytes) {
    auto parsed = read_rule_update(bytes, domain::ImportOrigin::check);
    if (!parsed.ok()) {
      reject(listed.file, "targets", "It is no rule update. " + summary(parsed.errors));
      return true;
    }
    if (parsed.value.update != listed.update) {
      reject(listed.file, "targets",
             "It is rule update " + text(parsed.value.update) + "; the manifest says " +
                 text(listed.update) + ".");
      return true;
    }
    if (const auto stored = content_.put(bytes); !stored) {
      const bool full = stored.error().reason == "disk-full";
      note({full ? SourceFault::disk_full : SourceFault::other, stored.error().detail});
      return false;
    }
    parsed.value.source = request_.source;
    parsed.value.metadata_version = manifest_.version;
    commands_.push_back(std::move(parsed.value));
    return true;
  }

  const SourceCheckRequest& request_;
  SourceReader& reader_;
  ContentStore& content_;
  const std::stop_token& stop_;
  SourceManifest manifest_;
  std::optional<domain::Digest> manifest_digest_;
  std::optional<SourceFailure> failure_;
  std::vector<domain::CommandPayload> commands_;
};

// A source that could not even be opened says so when it is asked.
class Unopened final : public SourceReader {
 public:
  explicit Unopened(SourceFailure failure) : failure_(std::move(failure)) {}
  Result<std::string, SourceFailure> fetch(const std::string&, std::size_t,
                                           const std::stop_token&) override {
    return tl::unexpected(failure_);
  }

 private:
  SourceFailure failure_;
};

// Asks the alternative for whatever the first one did not give. What came and was wrong is not
// asked for elsewhere: that is a finding, not an absence.
class WithAlternative final : public SourceReader {
 public:
  WithAlternative(std::unique_ptr<SourceReader> first, std::unique_ptr<SourceReader> second)
      : first_(std::move(first)), second_(std::move(second)) {}

  Result<std::string, SourceFailure> fetch(const std::string& name, std::size_t bytes_max,
                                           const std::stop_token& stop) override {
    auto from_first = first_->fetch(name, bytes_max, stop);
    if (from_first || from_first.error().cause == SourceFault::verification_failed) {
      return from_first;
    }
    auto from_second = second_->fetch(name, bytes_max, stop);
    if (from_second) return from_second;
    return tl::unexpected(SourceFailure{
        from_first.error().cause,
        from_first.error().detail + " The alternative: " + from_second.error().detail});
  }

 private:
  std::unique_ptr<SourceReader> first_;
  std::unique_ptr<SourceReader> second_;
};

std::unique_ptr<SourceReader> opened(const std::string& url, const std::string& proxy) {
  auto reader = open_source(url, proxy);
  if (reader) return std::move(*reader);
  return std::make_unique<Unopened>(reader.error());
}

}  // namespace

std::vector<domain::CommandPayload> check_source(const SourceCheckRequest& request,
                                                 ContentStore& content,
                                                 const std::stop_token& stop) {
  auto reader = opened(request.url, request.proxy);
  if (!request.alternative_url.empty()) {
    reader = std::make_unique<WithAlternative>(std::move(reader),
                                               opened(request.alternative_url, request.proxy));
  }
  return check_source(request, *reader, content, stop);
}

std::vector<domain::CommandPayload> check_source(const SourceCheckRequest& request,
                                                 SourceReader& reader, ContentStore& content,
                                                 const std::stop_token& stop) {
  return Check(request, reader, content, stop).run();
}

}  // namespace ledger::updates
