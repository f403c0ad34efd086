#include "updates/bundle.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "ledger/codec/json_in.h"
#include "ledger/codec/json_out.h"
#include "ledger/digest.h"
#include "updates/local_file.h"
#include "updates/tuf/metadata.h"
#include "updates/tuf/paths.h"

namespace ledger::updates {

using domain::SourceFault;

namespace {

constexpr std::string_view format_1 = "update-ledger-bundle-1";
constexpr const char* index_name = "bundle.json";
constexpr const char* checkpoint_name = "log/checkpoint";
constexpr std::size_t index_bytes_max = 64'000'000;
constexpr std::string_view metadata_folder = "metadata/";
constexpr std::string_view targets_folder = "targets/";

Error incomplete(const std::string& what) {
  return {ErrorKind::refused, "bundle-incomplete",
          "The repository here has no " + what + ": check and download the source first."};
}

std::string root_name(std::uint64_t version) {
  return "metadata/" + std::to_string(version) + ".root.json";
}

// Names of the metadata that a client asks for, timestamp apart, in order.
Result<std::vector<std::string>> metadata_names(const Mirror& mirror, const MirrorState& state) {
  std::vector<std::string> names;
  for (std::uint64_t version = 1; version <= state.root_version; ++version) {
    const auto name = root_name(version);
    // A repository may have been pinned at a later root than its first.
    if (mirror.find(name)) {
      names.push_back(name);
    } else if (version == state.root_version) {
      return fail(incomplete(name));
    }
  }
  const auto snapshot_name =
      "metadata/" + std::to_string(state.snapshot_version) + ".snapshot.json";
  names.push_back(snapshot_name);
  const auto served = mirror.find(snapshot_name);
  if (!served) return fail(incomplete(snapshot_name));
  auto bytes = read_local_file(served->file, tuf::snapshot_bytes_max);
  if (!bytes) return fail(bytes.error());
  const auto snapshot = tuf::read_metadata(tuf::Type::snapshot, std::move(*bytes));
  if (!snapshot) return fail(snapshot.error());
  for (const auto& [name, facts] : snapshot->files) {
    names.push_back("metadata/" + std::to_string(facts.version) + "." +
                    tuf::percent_encoded(name, tuf::Slash::encoded));
  }
  return names;
}

std::string content_name(const std::string& digest) { return "content/" + digest; }

Result<std::string> whole(const TarFile& tar, std::string_view name, std::size_t bytes_max) {
  std::string bytes;
  const auto read = tar.read(name, [&](std::string_view piece) -> Result<void> {
    if (piece.size() > bytes_max - bytes.size()) {
      return fail(ErrorKind::invalid, "bundle-malformed",
                  "The bundle's " + std::string(name) + " is too long.");
    }
    bytes += piece;
    return {};
  });
  if (!read) return fail(read.error());
  return bytes;
}

}  // namespace

// -- Making one ----------------------------------------------------------------------------------

namespace {

// What is listed, by digest, and where it is asked for.
std::map<domain::Digest, std::string> contents_of(const MirrorState& state) {
  std::map<domain::Digest, std::string> contents;
  for (const auto& target : state.targets) {
    const auto path = tuf::with_hash(target.path, domain::hex(target.digest));
    contents.emplace(target.digest,
                     std::string(targets_folder) + tuf::percent_encoded(path, tuf::Slash::kept));
  }
  return contents;
}

Result<BundleIndex> index_before(const std::filesystem::path& since) {
  if (since.empty()) return BundleIndex{};
  const auto before = Bundle::open(since);
  if (!before) return fail(before.error());
  return before->index();
}

}  // namespace

Result<BundleMade> create_bundle(const Mirror& mirror, const std::filesystem::path& out,
                                 const BundleOptions& options) {
  const MirrorState state = mirror.state();
  if (state.snapshot_version == 0) {
    return fail(ErrorKind::refused, "bundle-empty",
                "Nothing was downloaded of this source yet: check and download it first.");
  }
  const auto before = index_before(options.since);
  if (!before) return fail(before.error());
  const auto contents = contents_of(state);
  const auto names = metadata_names(mirror, state);
  if (!names) return fail(names.error());

  BundleIndex index;
  index.format = format_1;
  index.source = options.source;
  index.root = state.root_digest;
  index.root_version = state.root_version;
  index.snapshot_version = state.snapshot_version;
  index.since = before->snapshot_version;
  for (const auto& target : state.targets) index.targets.push_back({target.path, target.digest});

  auto tar = TarWriter::begin(out);
  if (!tar) return fail(tar.error());
  auto put = tar->add(index_name, codec::to_json(index) + "\n");
  const auto put_served = [&](const std::string& name, const std::string& path) {
    const auto served = mirror.find(path);
    put = served ? tar->add_file(name, served->file) : fail(incomplete(path));
  };
  for (const auto& name : *names) {
    if (put) put_served(name, name);
  }
  if (put) put_served("metadata/timestamp.json", "metadata/timestamp.json");
  BundleMade made;
  std::set<domain::Digest> there;
  for (const auto& target : before->targets) there.insert(target.digest);
  for (const auto& [digest, path] : contents) {
    if (there.contains(digest)) {
      ++made.left_out;
    } else if (put) {
      ++made.contents;
      put_served(content_name(domain::hex(digest)), path);
    }
  }
  if (put && !options.checkpoint.empty()) put = tar->add(checkpoint_name, options.checkpoint);
  if (!put) return fail(put.error());
  const auto finished = tar->finish();
  if (!finished) return fail(finished.error());
  made.digest = finished->digest;
  made.bytes = finished->bytes;
  made.snapshot_version = state.snapshot_version;
  return made;
}

// -- As a place to pull from
// -----------------------------------------------------------------------

Result<Bundle> Bundle::open(const std::filesystem::path& file) {
  auto tar = TarFile::open(file);
  if (!tar) return fail(tar.error());
  const auto text = whole(*tar, index_name, index_bytes_max);
  const auto malformed = [&](const std::string& why) {
    return fail(ErrorKind::invalid, "bundle-malformed",
                file.string() + " is not a bundle of updates: " + why);
  };
  if (!text) return malformed(text.error().detail);
  auto parsed = codec::parse_json<BundleIndex>(*text);
  if (!parsed.ok()) return malformed(parsed.errors.front().detail);
  if (parsed.value.format != format_1) {
    return malformed("its format is \"" + parsed.value.format + "\", which is not known here.");
  }
  return Bundle(std::move(*tar), std::move(parsed.value));
}

Result<void> Bundle::get(const std::string& path, std::uint64_t bytes_max, const tuf::Sink& sink) {
  std::string name = path;
  if (path.starts_with(targets_folder)) {
    // "targets/rules/<digest>.26-012.json": content is named by its digest alone.
    const auto file = path.substr(path.rfind('/') + 1);
    name = content_name(file.substr(0, file.find('.')));
  } else if (!path.starts_with(metadata_folder)) {
    name.clear();
  }
  const auto found = tar_.members().find(name);
  if (found != tar_.members().end() && found->second.bytes > bytes_max) {
    return fail(ErrorKind::invalid, "file-too-large",
                path + " has more than " + std::to_string(bytes_max) + " bytes.");
  }
  return tar_.read(name, sink);
}

// -- Taking one ----------------------------------------------------------------------------------

namespace {

bool is_root_name(std::string_view name) {
  return name.starts_with(metadata_folder) && name.ends_with(".root.json");
}

// Whether the bundle and what is trusted here have a root in common, by the digest that is pinned
// or as the same version; or whether it has the root that would come next here.
bool is_of_same_repository(const Mirror& mirror, Bundle& bundle, const domain::Digest& pinned) {
  const auto next = root_name(mirror.state().root_version + 1);
  for (const auto& [name, member] : bundle.file().members()) {
    if (!is_root_name(name)) continue;
    const auto root = tuf::get_whole(bundle, name, tuf::root_bytes_max);
    if (!root) continue;
    if (sha256(*root) == pinned) return true;
    const auto served = mirror.find(name);
    const auto ours = served ? read_local_file(served->file, tuf::root_bytes_max)
                             : Result<std::string>(fail(served.error()));
    if (ours ? *ours == *root : name == next && mirror.state().root_version > 0) return true;
  }
  return false;
}

// A path whose bytes are wanted and neither here nor in the bundle; as the bundle says.
std::string missing_content(const Bundle& bundle, const ContentStore& content,
                            const BundleImport& import) {
  const auto& members = bundle.file().members();
  for (const auto& [path, digest] : bundle.index().targets) {
    if (members.contains(content_name(domain::hex(digest)))) continue;
    if (import.wanted && !import.wanted({path, {}, digest, 0})) continue;
    const auto has = content.has(digest);
    if (!has || !*has || content.is_damaged(digest)) return path;
  }
  return {};
}

Error gap(const BundleIndex& index, const std::string& path) {
  if (index.since == 0) {
    return {ErrorKind::refused, "bundle-incomplete", "The bundle lacks the bytes of " + path + "."};
  }
  return {ErrorKind::refused, "bundle-gap",
          "The bundle goes on from version " + std::to_string(index.since) +
              ", which was not taken here: bring the bundles before it first. It lacks " + path +
              "."};
}

// As the bundle says, which nobody has verified: enough to know that nothing in it is new.
Result<std::uint64_t> said_version(Bundle& bundle) {
  auto bytes = tuf::get_whole(bundle, "metadata/timestamp.json", tuf::timestamp_bytes_max);
  if (!bytes) return fail(bytes.error());
  const auto timestamp = tuf::read_metadata(tuf::Type::timestamp, std::move(*bytes));
  if (!timestamp) return fail(timestamp.error());
  const auto found = timestamp->files.find("snapshot.json");
  return found == timestamp->files.end() ? 0 : found->second.version;
}

Error told(const PullFailure& failure, const BundleIndex& index) {
  const auto refused = [](const std::string& code, const std::string& detail) {
    return Error{ErrorKind::refused, code, detail};
  };
  if (failure.code == "tuf-rollback") {
    return refused("bundle-older",
                   "Newer metadata was seen here before, though not all of its files: bring a "
                   "newer bundle, made without --since.");
  }
  switch (failure.cause) {
    case SourceFault::not_found:
      return gap(index, failure.target.empty() ? failure.detail : failure.target);
    case SourceFault::metadata_expired:
      return refused("bundle-expired",
                     "The bundle's metadata is over for more than seven days; bring a newer one. " +
                         failure.detail);
    case SourceFault::verification_failed:
      return refused("bundle-not-authentic",
                     "The bundle is not what was signed: " + failure.detail);
    case SourceFault::disk_full:
      return {ErrorKind::unavailable, "disk-full", failure.detail};
    case SourceFault::none:
    case SourceFault::name_not_resolved:
    case SourceFault::connection_refused:
    case SourceFault::timed_out:
    case SourceFault::tls_failed:
    case SourceFault::http_status:
    case SourceFault::proxy_failed:
    case SourceFault::other:
      return {ErrorKind::io, "bundle-failed", "The bundle could not be taken: " + failure.detail};
  }
  return {ErrorKind::io, "bundle-failed", failure.detail};
}

Result<void> pin_root(Mirror& mirror, Bundle& bundle, const BundleImport& import) {
  const auto pinned = mirror.pinned();
  const auto trusted = import.trust_root ? import.trust_root : pinned;
  if (!trusted) {
    return fail(ErrorKind::refused, "trust-root-missing",
                "Nothing says whom to trust: give the SHA-256 of the source's root metadata.");
  }
  const bool is_same = pinned == trusted;
  if (is_same && is_of_same_repository(mirror, bundle, *trusted)) return {};
  const auto foreign =
      fail(ErrorKind::refused, "bundle-foreign",
           "The bundle is of another repository than the one whose root is trusted here (" +
               domain::hex(*trusted) + ").");
  if (is_same) return foreign;
  for (const auto& [name, member] : bundle.file().members()) {
    if (!is_root_name(name)) continue;
    const auto root = tuf::get_whole(bundle, name, tuf::root_bytes_max);
    if (root && sha256(*root) == *trusted) return mirror.pin(*root);
  }
  return foreign;
}

}  // namespace

Result<BundleTaken> import_bundle(Mirror& mirror, const ContentStore& content, Bundle& bundle,
                                  const BundleImport& import) {
  BundleTaken taken;
  const auto digest = bundle.file().digest();
  if (!digest) return fail(digest.error());
  taken.digest = *digest;
  taken.bytes = bundle.file().bytes();
  if (const auto pinned = pin_root(mirror, bundle, import); !pinned) return fail(pinned.error());
  const auto said = said_version(bundle);
  if (!said) return fail(said.error());
  taken.snapshot_version = *said;
  const auto had = mirror.state().snapshot_version;
  taken.already_newer = *said <= had;
  if (*said < had) return taken;
  // Before anything of it is trusted: what is newer than the bundles before would shut them out.
  const auto missing = missing_content(bundle, content, import);
  if (!missing.empty()) return fail(gap(bundle.index(), missing));

  PullOptions options;
  options.now = import.now;
  options.wanted = import.wanted;
  options.stop = import.stop;
  auto pulled = mirror.pull(bundle, options);
  if (!pulled && pulled.error().cause == SourceFault::metadata_expired) {
    options.now = import.now - bundle_grace;
    pulled = mirror.pull(bundle, options);
  }
  if (!pulled) {
    // The same snapshot under an older timestamp.
    if (taken.already_newer && pulled.error().code == "tuf-rollback") return taken;
    return fail(told(pulled.error(), bundle.index()));
  }
  for (const auto& [role, expires] : pulled->expires) {
    taken.expired_for = std::max(taken.expired_for, import.now - expires);
  }
  return taken;
}

}  // namespace ledger::updates
