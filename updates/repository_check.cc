#include "updates/repository_check.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "ledger/digest.h"
#include "updates/pattern_target.h"
#include "updates/rule_update_reader.h"
#include "updates/tuf/source_transport.h"

namespace ledger::updates {
namespace {

using domain::SourceFault;

constexpr const char* manager = "manager";
constexpr std::size_t detail_bytes_max = 1'000;

// The role that lists a target of this path.
std::string role_of_target(const std::string& path) { return path.substr(0, path.find('/')); }

// Whether another attempt, or another way, may help.
bool may_pass(SourceFault fault) {
  return fault != SourceFault::verification_failed && fault != SourceFault::disk_full;
}

std::optional<domain::RuleUpdateId> update_of_path(const std::string& path) {
  const std::string_view begin = "rules/";
  const std::string_view end = ".json";
  if (!path.starts_with(begin) || !path.ends_with(end)) return std::nullopt;
  const auto name = std::string_view(path).substr(begin.size());
  return domain::rule_update_id_from(name.substr(0, name.size() - end.size()));
}

// Those that only people can sign again.
bool is_signed_by_people(const std::string& role) {
  return role != "timestamp" && role != "snapshot";
}

class RepositoryCheck {
 public:
  RepositoryCheck(const RepositoryCheckRequest& request, const RepositoryCheckParts& parts)
      : request_(request), parts_(parts), before_(parts.mirror.state()) {}

  void run() {
    const auto done = ask();
    if (parts_.stop.stop_requested()) return;
    if (!done) return end_badly(done.error());
    if (request_.download == domain::DownloadMode::check_only) return end_well(*done);
    report(*done);
  }

  void run_of_bundle(const domain::Digest& bundle) {
    bundle_ = bundle;
    report(parts_.mirror.state());
  }

 private:
  using Answer = Result<MirrorState, PullFailure>;

  void report(const MirrorState& found) {
    progress_ = {CheckProgress::Phase::recording, progress_.done, progress_.total, "", 0, 0};
    tell_progress();
    tell_roots(found);
    import_rule_updates(found);
    release_patterns(found);
    retire_patterns(found);
    end_well(found);
  }

  // Every URL in turn, and all of them again, while it may help.
  Answer ask() {
    Answer last = tl::unexpected(PullFailure{SourceFault::other, "", "It has no URL.", "", ""});
    for (unsigned failures = 0;;) {
      std::string details;
      for (const auto& url : request_.urls) {
        last = ask_at(url);
        if (last || !may_pass(last.error().cause) || parts_.stop.stop_requested()) return last;
        if (!details.empty()) details += " The alternative: ";
        details += last.error().detail;
      }
      if (!last) last.error().detail = details;
      if (!worth_repeating(last) || !parts_.again(++failures)) return last;
    }
  }

  // What expired is signed again by people, not within seconds.
  static bool worth_repeating(const Answer& last) {
    return !last && last.error().cause != SourceFault::metadata_expired &&
           last.error().cause != SourceFault::not_found && last.error().code != "source-url";
  }

  Answer ask_at(const std::string& url) {
    progress_ = {};
    tell_progress();
    auto transport = parts_.open(url);
    if (!transport) return failed(transport.error());
    if (parts_.mirror.pinned() != request_.trust_root) {
      const auto root = fetch_pinned_root(**transport, request_.trust_root);
      if (!root) return failed(root.error());
      if (auto pinned = parts_.mirror.pin(*root); !pinned) return failed(pinned.error());
      before_ = {};
    }
    if (request_.download == domain::DownloadMode::check_only) {
      return parts_.mirror.look(**transport, parts_.now());
    }
    auto pulled = parts_.mirror.pull(**transport, options());
    if (!pulled && started_) {
      parts_.submit(domain::ReportDownloadFailed{request_.source, *started_, pulled.error().cause,
                                                 pulled.error().detail});
    }
    started_.reset();
    return pulled;
  }

  static Answer failed(const Error& error) {
    if (error.reason == "root-unknown") {
      return tl::unexpected(
          PullFailure{SourceFault::verification_failed, error.reason, error.detail, "root", ""});
    }
    const bool missing = error.reason == "file-unknown";
    return tl::unexpected(PullFailure{missing ? SourceFault::not_found : tuf::fault_of(error),
                                      error.reason, error.detail, "", ""});
  }

  PullOptions options() {
    PullOptions options;
    options.now = parts_.now();
    options.stop = parts_.stop;
    options.again = parts_.again;
    options.wanted = [this](const MirrorTarget& target) { return is_wanted(target); };
    options.verified = [this](const MirrorState& state) {
      verified_ = state;
      begin_downloads(state);
    };
    options.progress = [this](const MirrorTarget& target, std::uint64_t done, std::uint64_t total) {
      progress_.done += done - (progress_.target == target.path ? progress_.target_done : 0);
      progress_.target = target.path;
      progress_.target_done = done;
      progress_.target_total = total;
      tell_progress();
      if (started_ == target.path) return;
      started_ = target.path;
      parts_.submit(
          domain::ReportDownloadStarted{request_.source, target.path, target.digest, target.bytes});
    };
    options.stored = [this](const MirrorTarget& target) {
      if (started_ != target.path) options_started(target);
      started_.reset();
      parts_.submit(domain::ReportDownloadFinished{request_.source, target.path, target.digest,
                                                   target.bytes, verified_.root_version,
                                                   verified_.snapshot_version});
    };
    return options;
  }

  bool is_wanted(const MirrorTarget& target) const {
    return !request_.given_up.contains(target.digest);
  }

  void tell_progress() const {
    if (parts_.progress) parts_.progress(progress_);
  }

  void begin_downloads(const MirrorState& state) {
    progress_.phase = CheckProgress::Phase::downloading;
    for (const auto& target : state.targets) {
      const auto size = parts_.content.size(target.digest);
      const bool is_here =
          size && *size == target.bytes && !parts_.content.is_damaged(target.digest);
      if (is_wanted(target) && !is_here) progress_.total += target.bytes;
    }
    tell_progress();
  }

  // An empty file makes no progress.
  void options_started(const MirrorTarget& target) {
    parts_.submit(
        domain::ReportDownloadStarted{request_.source, target.path, target.digest, target.bytes});
  }

  // `target` is authentic, and still not what it should be. The first is what the check ends with.
  void reject(const std::string& target, std::string detail) {
    detail.resize(std::min(detail.size(), detail_bytes_max));
    parts_.submit(domain::ReportVerificationFailed{request_.source, target, role_of_target(target),
                                                   manager, detail});
    if (rejected_.empty()) rejected_ = target + ": " + detail;
  }

  void tell_roots(const MirrorState& state) {
    for (auto version = request_.root_version + 1; version <= state.root_version; ++version) {
      const auto found = parts_.mirror.find("metadata/" + std::to_string(version) + ".root.json");
      if (!found) continue;
      const auto bytes = read_document_file(found->file);
      if (!bytes) continue;
      const auto digest = sha256(*bytes);
      if (digest == request_.trust_root) continue;
      parts_.submit(domain::ReportTrustRoot{request_.source, version, digest});
    }
  }

  void import_rule_updates(const MirrorState& state) {
    std::map<domain::RuleUpdateId, const MirrorTarget*> listed;
    for (const auto& target : state.targets) {
      if (!is_rule_update(target)) continue;
      const auto update = update_of_path(target.path);
      if (!update) {
        reject(target.path, "Rule updates are named like rules/26-012.json.");
        continue;
      }
      const auto known = request_.imported.find(*update);
      if (known == request_.imported.end()) {
        listed.emplace(*update, &target);
      } else if (known->second != target.digest) {
        reject(target.path, "Rule update " + text(*update) + " was imported with the SHA-256 " +
                                hex(known->second) + "; the source now lists " +
                                hex(target.digest) + ".");
      }
    }
    for (const auto& [update, target] : listed) import(update, *target, state);
  }

  void import(domain::RuleUpdateId update, const MirrorTarget& target, const MirrorState& state) {
    const auto bytes = parts_.content.get(target.digest);
    if (!bytes) return reject(target.path, bytes.error().detail);
    auto parsed = read_rule_update(
        *bytes, bundle_ ? domain::ImportOrigin::bundle : domain::ImportOrigin::check);
    if (!parsed.ok()) {
      return reject(target.path, "It is no rule update. " + summary(parsed.errors));
    }
    if (parsed.value.update != update) {
      return reject(target.path, "It is rule update " + text(parsed.value.update) + ".");
    }
    parsed.value.source = request_.source;
    parsed.value.metadata_version = state.snapshot_version;
    new_updates_.push_back(update);
    parts_.submit(std::move(parsed.value));
  }

  const KnownPattern* known(const domain::ReleasePattern& release) const {
    for (const auto& each : request_.patterns) {
      if (each.component == release.component && each.platform == release.platform &&
          each.version == release.version) {
        return &each;
      }
    }
    return nullptr;
  }

  // Of versions so old that they are recorded no longer, nothing is told again.
  bool is_behind(const domain::ReleasePattern& release) const {
    return std::any_of(request_.patterns.begin(), request_.patterns.end(), [&](const auto& each) {
      return each.current && each.component == release.component &&
             each.platform == release.platform && release.released_at < each.released_at;
    });
  }

  void release_patterns(const MirrorState& state) {
    std::vector<domain::ReleasePattern> releases;
    for (const auto& target : state.targets) {
      if (!is_pattern(target)) continue;
      auto release = pattern_of(target);
      if (!release) {
        reject(target.path, release.error().detail);
        continue;
      }
      const auto* recorded = known(*release);
      if (recorded != nullptr && recorded->digest != release->digest) {
        reject(target.path, "Version " + release->version + " is known with the SHA-256 " +
                                hex(recorded->digest) +
                                "; content never changes under its "
                                "version.");
      } else if (recorded == nullptr && !is_behind(*release)) {
        release->source = request_.source;
        releases.push_back(std::move(*release));
      }
    }
    std::stable_sort(releases.begin(), releases.end(),
                     [](const auto& a, const auto& b) { return a.released_at < b.released_at; });
    for (auto& release : releases) {
      ++new_patterns_;
      parts_.submit(std::move(release));
    }
  }

  // What this source brought and lists no longer.
  void retire_patterns(const MirrorState& state) {
    for (const auto& known : request_.patterns) {
      if (known.source != request_.source || known.retired || is_listed(known, state)) continue;
      // Computers are to run the current one; it is retired by the next release.
      if (known.current && !is_superseded(known, state)) continue;
      parts_.submit(domain::RetirePattern{known.component, known.platform, known.version});
    }
  }

  static bool is_listed(const KnownPattern& known, const MirrorState& state) {
    return std::any_of(state.targets.begin(), state.targets.end(), [&](const auto& target) {
      return is_pattern(target) && target.digest == known.digest;
    });
  }

  static bool is_superseded(const KnownPattern& known, const MirrorState& state) {
    return std::any_of(state.targets.begin(), state.targets.end(), [&](const auto& target) {
      if (!is_pattern(target)) return false;
      const auto other = pattern_of(target);
      return other && other->component == known.component && other->platform == known.platform &&
             known.released_at <= other->released_at;
    });
  }

  void end_badly(const PullFailure& failure) {
    if (failure.cause == SourceFault::verification_failed) {
      const std::string target = failure.target.empty() ? failure.role + ".json" : failure.target;
      parts_.submit(domain::ReportVerificationFailed{
          request_.source, target,
          failure.target.empty() ? failure.role : role_of_target(failure.target), manager,
          failure.detail});
    }
    domain::ReportSourceCheckFailed report{request_.source, request_.check, failure.cause,
                                           failure.detail};
    if (failure.cause == SourceFault::metadata_expired) report.role = failure.role;
    parts_.submit(std::move(report));
  }

  void end_well(const MirrorState& found) {
    if (!rejected_.empty()) {
      parts_.submit(domain::ReportSourceCheckFailed{request_.source, request_.check,
                                                    SourceFault::verification_failed, rejected_});
      return;
    }
    // Of a look, what is served here is still the state before it.
    const bool looked = request_.download == domain::DownloadMode::check_only;
    const MirrorState& state = looked ? before_ : found;
    domain::ReportSourceChecked report;
    report.source = request_.source;
    report.check = request_.check;
    report.bundle = bundle_;
    report.metadata_version = state.snapshot_version;
    if (state.snapshot_version > 0) report.metadata_digest = state.snapshot_digest;
    for (const auto& [role, expires_at] : found.expires) {
      if (!report.expires_at || expires_at < *report.expires_at) report.expires_at = expires_at;
      if (is_signed_by_people(role)) report.roles.push_back({role, expires_at});
    }
    report.rule_updates = looked ? updates_in(found) : new_updates_;
    report.patterns = looked ? patterns_in(found) : new_patterns_;
    parts_.submit(std::move(report));
  }

  std::vector<domain::RuleUpdateId> updates_in(const MirrorState& found) const {
    std::vector<domain::RuleUpdateId> news;
    for (const auto& target : found.targets) {
      const auto update = is_rule_update(target) ? update_of_path(target.path) : std::nullopt;
      if (update && !request_.imported.contains(*update)) news.push_back(*update);
    }
    return news;
  }

  std::uint32_t patterns_in(const MirrorState& found) const {
    std::uint32_t news = 0;
    for (const auto& target : found.targets) {
      if (!is_pattern(target)) continue;
      const auto release = pattern_of(target);
      if (release && known(*release) == nullptr && !is_behind(*release)) ++news;
    }
    return news;
  }

  const RepositoryCheckRequest& request_;
  const RepositoryCheckParts& parts_;
  MirrorState before_;
  std::optional<domain::Digest> bundle_;  // Instead of the source.
  MirrorState verified_;
  CheckProgress progress_;
  std::optional<std::string> started_;  // The target that is on its way.
  std::string rejected_;
  std::vector<domain::RuleUpdateId> new_updates_;
  std::uint32_t new_patterns_ = 0;
};

}  // namespace

void check_repository(const RepositoryCheckRequest& request, const RepositoryCheckParts& parts) {
  RepositoryCheck(request, parts).run();
}

void report_bundle(const RepositoryCheckRequest& request, const RepositoryCheckParts& parts,
                   const domain::Digest& bundle) {
  RepositoryCheck(request, parts).run_of_bundle(bundle);
}

Result<bool, PullFailure> freshen(Mirror& mirror, tuf::Transport& transport, domain::Time now) {
  const auto seen = mirror.look(transport, now);
  if (!seen) return tl::unexpected(seen.error());
  const auto served = mirror.state();
  if (seen->snapshot_version != served.snapshot_version ||
      seen->snapshot_digest != served.snapshot_digest) {
    return false;
  }
  PullOptions options;
  options.now = now;
  options.wanted = [](const MirrorTarget&) { return false; };
  const auto pulled = mirror.pull(transport, options);
  if (!pulled) return tl::unexpected(pulled.error());
  return true;
}

}  // namespace ledger::updates
