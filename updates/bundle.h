// A repository in one file, for places that no network reaches: metadata, the bytes of targets,
// and the head of the log that goes with them. Nothing in it is believed because it is in it: a
// mirror pulls from it as from any other place.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"
#include "ledger/result.h"
#include "updates/mirror.h"
#include "updates/tar_file.h"
#include "updates/tuf/transport.h"

namespace ledger::updates {

struct BundledTarget {
  std::string path;
  domain::Digest digest;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return domain::field_list(field("path", &BundledTarget::path),
                              field("digest", &BundledTarget::digest));
  }
};

// What a bundle says of itself, for people and for the next bundle: bundle.json.
struct BundleIndex {
  std::string format;
  domain::SourceId source;
  domain::Digest root;  // Of the newest root.
  std::uint64_t root_version = 0;
  std::uint64_t snapshot_version = 0;
  std::uint64_t since = 0;             // The snapshot's version of the bundle before; 0: none.
  std::vector<BundledTarget> targets;  // Their bytes are here or in the bundles before.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return domain::field_list(
        field("format", &BundleIndex::format), field("source", &BundleIndex::source),
        field("root", &BundleIndex::root), field("root_version", &BundleIndex::root_version),
        field("snapshot_version", &BundleIndex::snapshot_version),
        field("since", &BundleIndex::since), field("targets", &BundleIndex::targets));
  }
};

struct BundleOptions {
  domain::SourceId source;
  std::filesystem::path since;  // A bundle whose contents are left out; empty: none.
  std::string checkpoint;       // The signed head of the manager's log; may be empty.
};

struct BundleMade {
  domain::Digest digest;
  std::uint64_t bytes = 0;
  std::uint64_t snapshot_version = 0;
  std::uint64_t contents = 0;  // Files in it,
  std::uint64_t left_out = 0;  // and those that the bundle before has.
};

// Of everything that the mirror serves; the same mirror gives the same bytes.
// Errors: refused ("bundle-empty": nothing was ever pulled; "bundle-incomplete": the mirror lacks
// a target), those of reading `since`, unavailable ("disk-full"), io.
Result<BundleMade> create_bundle(const Mirror& mirror, const std::filesystem::path& out,
                                 const BundleOptions& options);

// A bundle as a place to pull from. Thread: any.
class Bundle final : public tuf::Transport {
 public:
  // Errors: those of TarFile, invalid ("bundle-malformed").
  static Result<Bundle> open(const std::filesystem::path& file);

  Result<void> get(const std::string& path, std::uint64_t bytes_max,
                   const tuf::Sink& sink) override;
  const BundleIndex& index() const { return index_; }
  const TarFile& file() const { return tar_; }

 private:
  Bundle(TarFile tar, BundleIndex index) : tar_(std::move(tar)), index_(std::move(index)) {}
  TarFile tar_;
  BundleIndex index_;
};

// How long after its end metadata of a bundle is still taken, and from when on that is warned of.
inline constexpr domain::Duration bundle_grace = domain::days(7);
inline constexpr domain::Duration bundle_grace_warned = domain::hours(24);

struct BundleImport {
  domain::Time now;
  std::optional<domain::Digest> trust_root;  // Pinned when the mirror has none.
  std::function<bool(const MirrorTarget&)> wanted;
  std::stop_token stop;
};

struct BundleTaken {
  domain::Digest digest;
  std::uint64_t bytes = 0;
  std::uint64_t snapshot_version = 0;  // Of the bundle.
  bool already_newer = false;          // The mirror had this or something newer: nothing came.
  domain::Duration expired_for;        // How long its metadata is over; 0: it is not.

  bool is_warned_of() const { return expired_for >= bundle_grace_warned; }
};

// Pulls from the bundle; `content` is the mirror's. Errors: refused ("bundle-foreign": of another
// repository; "bundle-gap": it goes on from an earlier one that is missing here; "bundle-older":
// than what was seen here, though not taken whole; "bundle-not-authentic"; "bundle-expired";
// "trust-root-missing": nothing says whom to trust), unavailable ("disk-full"), those of the pull.
Result<BundleTaken> import_bundle(Mirror& mirror, const ContentStore& content, Bundle& bundle,
                                  const BundleImport& import);

}  // namespace ledger::updates
