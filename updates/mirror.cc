#include "updates/mirror.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "ledger/digest.h"
#include "ledger/limits.h"
#include "updates/local_file.h"
#include "updates/mirror_served.h"
#include "updates/tuf/client.h"
#include "updates/tuf/metadata_directory.h"
#include "updates/tuf/paths.h"
#include "updates/tuf/source_transport.h"

namespace ledger::updates {
namespace {

namespace fs = std::filesystem;
using domain::SourceFault;

SourceFault cause_of(const Error& error) {
  if (error.reason == "tuf-expired") return SourceFault::metadata_expired;
  if (error.reason.starts_with("tuf-") || error.reason == "file-too-large" ||
      error.reason == "content-differs") {
    return SourceFault::verification_failed;
  }
  if (error.reason == "disk-full") return SourceFault::disk_full;
  if (error.reason == "file-unknown") return SourceFault::not_found;
  return tuf::fault_of(error);
}

// The role whose metadata has this name: "5.rules.json" is of "rules".
std::string role_of_file(std::string name) {
  const std::size_t digits = name.find_first_not_of("0123456789");
  if (digits > 0 && digits != std::string::npos && name[digits] == '.') name.erase(0, digits + 1);
  if (name.ends_with(".json")) name.resize(name.size() - 5);
  return tuf::percent_decoded(name).value_or(name);
}

// The metadata of a repository. Keeps each root as it comes, before the client can accept it, and
// remembers what was asked for last, which is what an error is about.
class MetadataPart final : public tuf::Transport {
 public:
  MetadataPart(tuf::Transport& whole, fs::path roots, const std::stop_token& stop)
      : whole_(whole), roots_(std::move(roots)), stop_(stop) {}

  Result<void> get(const std::string& path, std::uint64_t bytes_max,
                   const tuf::Sink& sink) override {
    if (stop_.stop_requested()) {
      return fail(ErrorKind::unavailable, "given-up", "It was asked to stop.");
    }
    asked_ = path;
    if (!path.ends_with(".root.json")) return whole_.get("metadata/" + path, bytes_max, sink);
    auto bytes = tuf::get_whole(whole_, "metadata/" + path, bytes_max);
    if (!bytes) return fail(bytes.error());
    if (auto put = tuf::replace_file(roots_ / path, *bytes); !put) return put;
    return sink(*bytes);
  }

  PullFailure failure(const Error& error) const {
    PullFailure made{cause_of(error), error.reason, error.detail, "", ""};
    const bool is_finding = made.cause == SourceFault::verification_failed ||
                            made.cause == SourceFault::metadata_expired;
    if (is_finding) made.role = role_of_file(asked_);
    return made;
  }

 private:
  tuf::Transport& whole_;
  fs::path roots_;
  std::stop_token stop_;
  std::string asked_;
};

class DirectoryMirror final : public Mirror {
 public:
  DirectoryMirror(fs::path directory, ContentStore& content)
      : directory_(std::move(directory)),
        content_(content),
        served_(std::make_shared<const Served>()) {}

  Result<void> load() {
    auto bytes = read_local_file(pin_file(), tuf::root_bytes_max);
    if (!bytes && bytes.error().kind == ErrorKind::not_found) return {};
    if (!bytes) return fail(bytes.error());
    return begin(std::move(*bytes));
  }

  Result<void> pin(const std::string& root) override {
    if (!pinned_.empty() && root == pinned_) return {};
    const auto read = tuf::TrustedSet::begin(root, domain::Time{});
    if (!read) return fail(read.error());
    // From here on nothing of another root is looked at again, whatever happens next.
    if (auto put = tuf::replace_file(pin_file(), root); !put) return put;
    return begin(root);
  }

  std::optional<domain::Digest> pinned() const override {
    const std::lock_guard lock(mutex_);
    return pinned_digest_;
  }

  Result<MirrorState, PullFailure> pull(tuf::Transport& transport,
                                        const PullOptions& options) override {
    return run(transport, options, true);
  }
  Result<MirrorState, PullFailure> look(tuf::Transport& transport, domain::Time now) override {
    PullOptions options;
    options.now = now;
    return run(transport, options, false);
  }

  MirrorState state() const override { return now_served()->state; }

  Result<ServedFile> find(const std::string& path, Belief belief) const override {
    const auto unknown = [&] {
      return fail(ErrorKind::not_found, "file-unknown",
                  "The repository has no file " + path + " now.");
    };
    const auto decoded = tuf::percent_decoded(path);
    const auto now = now_served();
    if (!decoded) return unknown();
    // Only names that are in the lists lead to a file, so none leads anywhere else. Names of roles
    // lie on disk encoded.
    if (decoded->starts_with("metadata/")) {
      const std::string name = tuf::percent_encoded(
          decoded->substr(std::string("metadata/").size()), tuf::Slash::encoded);
      const auto found = now->metadata.find(name);
      if (found == now->metadata.end()) return unknown();
      return file(now->folder / name, found->second, unknown());
    }
    if (!decoded->starts_with("targets/")) return unknown();
    const auto found = now->targets.find(decoded->substr(std::string("targets/").size()));
    if (found == now->targets.end()) return unknown();
    if (belief == Belief::doubted) content_.doubt(found->second);
    const auto bytes = content_.file_of(found->second);
    if (!bytes) return unknown();
    return file(*bytes, true, unknown());
  }

 private:
  using Answer = Result<MirrorState, PullFailure>;

  fs::path pin_file() const { return directory_ / "pinned.root.json"; }
  fs::path trusted_folder() const { return own_ / "trusted"; }
  fs::path roots_folder() const { return own_ / "roots"; }

  std::shared_ptr<const Served> now_served() const {
    const std::lock_guard lock(mutex_);
    return served_;
  }

  static Result<ServedFile> file(const fs::path& path, bool immutable,
                                 const tl::unexpected<Error>& unknown) {
    std::error_code problem;
    const auto bytes = fs::file_size(path, problem);
    if (problem) return unknown;
    return ServedFile{path, bytes, immutable};
  }

  // Everything lies in a folder named by the root that is pinned: what another root vouched for is
  // never taken for this one's.
  Result<void> begin(std::string root) {
    const auto digest = sha256(root);
    own_ = directory_ / hex(digest);
    std::error_code problem;
    for (const auto& folder : {trusted_folder(), roots_folder(), own_ / "served"}) {
      fs::create_directories(folder, problem);
      if (problem) return fail(file_error("Making the directory", folder, problem.value()));
    }
    for (auto it = fs::directory_iterator(directory_, problem);
         !problem && it != fs::directory_iterator(); it.increment(problem)) {
      if (it->path() == own_ || it->path() == pin_file()) continue;
      std::error_code ignored;
      fs::remove_all(it->path(), ignored);
    }
    ServedFolders folders(own_ / "served", roots_folder(), root);
    auto loaded = folders.load();
    const std::lock_guard lock(mutex_);
    pinned_ = std::move(root);
    pinned_digest_ = digest;
    served_ = std::move(loaded);
    return {};
  }

  // The newest root that is trusted; where it is lost or damaged, once more from the one pinned.
  Result<tuf::Client> client(tuf::Transport& metadata, domain::Time now) const {
    const tuf::MetadataDirectory kept(trusted_folder());
    auto opened = tuf::Client::open(kept, metadata, now);
    if (opened) return opened;
    if (auto again = tuf::Client::pin(kept, pinned_); !again) return fail(again.error());
    return tuf::Client::open(kept, metadata, now);
  }

  Answer run(tuf::Transport& transport, const PullOptions& options, bool with_targets) {
    if (pinned_.empty()) {
      return tl::unexpected(PullFailure{SourceFault::other, "tuf-no-root",
                                        "No root of trust is pinned for this repository.", "", ""});
    }
    MetadataPart metadata(transport, roots_folder(), options.stop);
    auto opened = client(metadata, options.now);
    if (!opened) return tl::unexpected(metadata.failure(opened.error()));
    if (auto done = opened->refresh(); !done) {
      return tl::unexpected(metadata.failure(done.error()));
    }
    const auto listing = opened->list();
    if (!listing) return tl::unexpected(metadata.failure(listing.error()));
    if (auto taken = check_ours(*opened, *listing); !taken) return tl::unexpected(taken.error());
    if (!with_targets) return state_of(*opened, *listing);
    if (options.verified) options.verified(state_of(*opened, *listing));
    if (auto done = fetch_targets(transport, *listing, options); !done) {
      return tl::unexpected(done.error());
    }
    return show(*opened, *listing);
  }

  // What TUF leaves open and a mirror relies on.
  static Result<void, PullFailure> check_ours(const tuf::Client& client,
                                              const tuf::Client::Listing& listing) {
    if (!client.trusted().root().root.consistent_snapshot) {
      return tl::unexpected(PullFailure{
          SourceFault::verification_failed, "tuf-not-consistent",
          "The repository has no consistent snapshots; its publisher must switch them on.", "root",
          ""});
    }
    for (const auto& each : listing.targets) {
      if (each.target.hashes.contains("sha256")) continue;
      return tl::unexpected(PullFailure{SourceFault::verification_failed, "tuf-no-sha256",
                                        "The target " + each.path + " is listed without a SHA-256.",
                                        "", each.path});
    }
    return {};
  }

  Result<void, PullFailure> fetch_targets(tuf::Transport& transport,
                                          const tuf::Client::Listing& listing,
                                          const PullOptions& options) {
    tuf::Below targets(transport, "targets/");
    for (const auto& found : listing.targets) {
      const MirrorTarget target{found.path, found.target.custom,
                                *domain::digest_from_hex(found.target.hashes.at("sha256")),
                                found.target.length};
      if (options.wanted && !options.wanted(target)) continue;
      const auto size = content_.size(target.digest);
      const bool is_here = size && *size == target.bytes && !content_.is_damaged(target.digest);
      if (is_here) continue;
      if (auto done = fetch_target(targets, found, target, options); !done) {
        return tl::unexpected(PullFailure{
            cause_of(done.error()), done.error().reason, done.error().detail, "",
            cause_of(done.error()) == SourceFault::verification_failed ? target.path : ""});
      }
      if (options.stored) options.stored(target);
    }
    return {};
  }

  Result<void> fetch_target(tuf::Transport& targets, const tuf::FoundTarget& found,
                            const MirrorTarget& target, const PullOptions& options) {
    if (target.bytes > limits::content_bytes_max) return fail(content_too_large());
    const auto got = take_target(targets, found, target, options);
    if (got || got.error().kind != ErrorKind::corrupt) return got;
    // What was there before may come from elsewhere, and another's disk may have damaged what it
    // passed on: it is asked once more, and looks. One that has it no longer gave what was wrong.
    targets.doubt();
    auto again = take_target(targets, found, target, options);
    return again || again.error().kind != ErrorKind::not_found ? std::move(again) : got;
  }

  Result<void> take_target(tuf::Transport& targets, const tuf::FoundTarget& found,
                           const MirrorTarget& target, const PullOptions& options) {
    auto writer = content_.take_up(target.digest);
    if (!writer) return fail(writer.error());
    std::uint64_t done = 0;
    const auto got = tuf::fetch_target(
        targets, found,
        [&](std::string_view piece) -> Result<void> {
          if (options.stop.stop_requested()) {
            return fail(ErrorKind::unavailable, "given-up", "It was asked to stop.");
          }
          done += piece.size();
          if (options.progress) options.progress(target, done, target.bytes);
          return (*writer)->write(piece);
        },
        options.again,
        [&](const tuf::Sink& taker) {
          return (*writer)->give_earlier([&](std::string_view piece) {
            done += piece.size();
            return taker(piece);
          });
        });
    // A part is of no use when it is wrong, and in the way when the disk is full.
    if (!got && (got.error().kind == ErrorKind::corrupt || got.error().reason == "disk-full")) {
      (*writer)->discard();
    }
    if (!got) return got;
    const auto stored = (*writer)->store(target.digest);
    return stored ? Result<void>() : fail(stored.error());
  }

  Answer show(const tuf::Client& client, const tuf::Client::Listing& listing) {
    const auto before = now_served();
    if (is_shown(client, *before)) return before->state;
    ServedFolders folders(own_ / "served", roots_folder(), pinned_);
    auto made = folders.publish(client, listing, *before);
    if (!made) {
      // Without it the next run begins with the one pinned, and so fetches all of them.
      const tuf::MetadataDirectory kept(trusted_folder());
      if (made.error().kind == ErrorKind::corrupt) static_cast<void>(kept.remove("root"));
      return tl::unexpected(
          PullFailure{cause_of(made.error()), made.error().reason, made.error().detail, "", ""});
    }
    const std::lock_guard lock(mutex_);
    served_ = std::move(*made);
    return served_->state;
  }

  static bool is_shown(const tuf::Client& client, const Served& now) {
    if (now.folder.empty()) return false;
    const auto& trusted = client.trusted();
    if (now.state.root_version != trusted.root().version) return false;
    const auto bytes = read_local_file(now.folder / "timestamp.json", tuf::timestamp_bytes_max);
    return bytes && *bytes == trusted.timestamp()->bytes;
  }

  const fs::path directory_;
  ContentStore& content_;
  fs::path own_;
  std::string pinned_;  // Empty: none.
  mutable std::mutex mutex_;
  std::optional<domain::Digest> pinned_digest_;
  std::shared_ptr<const Served> served_;
};

}  // namespace

Result<std::unique_ptr<Mirror>> Mirror::open(fs::path directory, ContentStore& content) {
  auto mirror = std::make_unique<DirectoryMirror>(std::move(directory), content);
  if (auto loaded = mirror->load(); !loaded) return fail(loaded.error());
  return std::unique_ptr<Mirror>(std::move(mirror));
}

Result<std::string> fetch_pinned_root(tuf::Transport& transport, const domain::Digest& digest) {
  constexpr int roots_max = 256;
  bool began = false;
  std::optional<Error> nothing;  // What is said of the first one, which is not there.
  for (int version = 1; version <= roots_max; ++version) {
    const std::string name = "metadata/" + std::to_string(version) + ".root.json";
    auto bytes = tuf::get_whole(transport, name, tuf::root_bytes_max);
    if (bytes && sha256(*bytes) == digest) return bytes;
    // A mirror has the roots from its own pin on, so the first ones may be missing.
    const bool missing = !bytes && bytes.error().kind == ErrorKind::not_found;
    if (!bytes && !missing) return bytes;
    if (missing && began) break;
    began = began || !missing;
    if (missing && !nothing) nothing = bytes.error();
  }
  if (!began) return fail(*nothing);
  return fail(ErrorKind::not_found, "root-unknown",
              "The repository has no root with the SHA-256 " + hex(digest) +
                  "; ask its publisher which one is to be trusted.");
}

}  // namespace ledger::updates
