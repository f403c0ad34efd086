#include "updates/mirror_served.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "ledger/digest.h"
#include "updates/local_file.h"
#include "updates/tuf/metadata_directory.h"
#include "updates/tuf/paths.h"

namespace ledger::updates {
namespace {

namespace fs = std::filesystem;

constexpr const char* current_name = "current";
constexpr const char* timestamp_name = "timestamp.json";
// Whoever began with an older timestamp still finds its snapshot and targets.
constexpr std::uint64_t versions_kept = 8;

std::string file_name(const std::string& role, std::uint64_t version) {
  return std::to_string(version) + "." + tuf::percent_encoded(role, tuf::Slash::encoded) + ".json";
}

struct VersionedName {
  std::uint64_t version = 0;
  std::string rest;  // "snapshot.json"
};

std::optional<VersionedName> parsed_name(const std::string& name) {
  const std::size_t dot = name.find('.');
  constexpr std::size_t digits_max = 18;
  if (dot == 0 || dot == std::string::npos || dot > digits_max) return std::nullopt;
  if (name.find_first_not_of("0123456789") != dot) return std::nullopt;
  return VersionedName{std::stoull(name.substr(0, dot)), name.substr(dot + 1)};
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code problem;
  for (auto it = fs::directory_iterator(folder, problem);
       !problem && it != fs::directory_iterator(); it.increment(problem)) {
    names.push_back(it->path().filename().string());
  }
  return names;
}

// Gives what lies in a folder to the client that verifies it again.
class FolderTransport final : public tuf::Transport {
 public:
  explicit FolderTransport(fs::path folder) : folder_(std::move(folder)) {}
  Result<void> get(const std::string& path, std::uint64_t bytes_max,
                   const tuf::Sink& sink) override {
    const auto bytes = read_local_file(folder_ / path, bytes_max);
    return bytes ? sink(*bytes) : fail(bytes.error());
  }

 private:
  fs::path folder_;
};

std::shared_ptr<Served> served(const fs::path& folder, const tuf::Client& client,
                               const tuf::Client::Listing& listing) {
  auto made = std::make_shared<Served>();
  made->state = state_of(client, listing);
  made->folder = folder;
  for (const auto& name : names_in(folder)) made->metadata[name] = name != timestamp_name;
  for (const auto& each : listing.targets) {
    const auto digest = domain::digest_from_hex(each.target.hashes.at("sha256"));
    for (const auto& [algorithm, hash] : each.target.hashes) {
      made->targets[tuf::with_hash(each.path, hash)] = *digest;
    }
  }
  return made;
}

Result<void> put_link(const fs::path& link, const std::string& to) {
  const auto part = fs::path(link.string() + ".part");
  ::unlink(part.c_str());
  if (::symlink(to.c_str(), part.c_str()) != 0) return fail(file_error("Making", part, errno));
  if (::rename(part.c_str(), link.c_str()) != 0) {
    return fail(file_error("Renaming to", link, errno));
  }
  return tuf::sync_folder(link.parent_path());
}

std::optional<std::string> current(const fs::path& directory) {
  std::error_code problem;
  const auto to = fs::read_symlink(directory / current_name, problem);
  if (problem) return std::nullopt;
  return to.string();
}

// Folders of unfinished and of past states.
void remove_all_but(const fs::path& directory, const std::vector<std::string>& kept) {
  for (const auto& name : names_in(directory)) {
    if (name == current_name || std::find(kept.begin(), kept.end(), name) != kept.end()) continue;
    std::error_code ignored;
    fs::remove_all(directory / name, ignored);
  }
}

}  // namespace

MirrorState state_of(const tuf::Client& client, const tuf::Client::Listing& listing) {
  const auto& trusted = client.trusted();
  MirrorState state;
  state.root_version = trusted.root().version;
  state.root_digest = sha256(trusted.root().bytes);
  state.snapshot_version = trusted.snapshot()->version;
  state.snapshot_digest = sha256(trusted.snapshot()->bytes);
  state.expires = {{"root", trusted.root().expires},
                   {"timestamp", trusted.timestamp()->expires},
                   {"snapshot", trusted.snapshot()->expires}};
  for (const auto& [role, metadata] : listing.roles) state.expires[role] = metadata->expires;
  for (const auto& each : listing.targets) {
    const auto digest = domain::digest_from_hex(each.target.hashes.at("sha256"));
    state.targets.push_back({each.path, each.target.custom, *digest, each.target.length});
  }
  return state;
}

std::shared_ptr<const Served> ServedFolders::load() {
  const auto nothing = std::make_shared<const Served>();
  const auto name = current(directory_);
  if (!name) return nothing;
  const fs::path folder = directory_ / *name;
  const fs::path scratch = directory_ / "opening";
  std::error_code ignored;
  fs::remove_all(scratch, ignored);
  // At the beginning of time nothing has expired: what was served goes on being served.
  const tuf::MetadataDirectory kept(scratch);
  FolderTransport transport(folder);
  std::shared_ptr<const Served> loaded = nothing;
  if (tuf::Client::pin(kept, pinned_)) {
    auto client = tuf::Client::open(kept, transport, domain::Time{});
    const auto done = client ? client->refresh() : fail(client.error());
    const auto listing = done ? client->list() : fail(done.error());
    if (listing) loaded = served(folder, *client, *listing);
  }
  remove_all_but(directory_, {*name});
  return loaded;
}

// Everything that a client may ask for from now on, by name.
Result<std::map<std::string, std::string>> ServedFolders::files_of(
    const tuf::Client& client, const tuf::Client::Listing& listing) const {
  const auto& trusted = client.trusted();
  std::map<std::string, std::string> files;
  // What lies in roots_ was written before it was verified, and may have been damaged since.
  auto chain = tuf::TrustedSet::begin(pinned_, domain::Time{});
  CHECK(chain.has_value(), "what is pinned was read before");
  files[file_name("root", chain->root().version)] = pinned_;
  while (chain->root().version < trusted.root().version) {
    const std::string name = file_name("root", chain->root().version + 1);
    auto bytes = read_local_file(roots_ / name, tuf::root_bytes_max);
    if (!bytes || !chain->take_root(*bytes)) {
      return fail(ErrorKind::corrupt, "roots-damaged",
                  "The kept " + name + " is damaged; it is fetched again by the next run.");
    }
    files[name] = std::move(*bytes);
  }
  files[file_name("snapshot", trusted.snapshot()->version)] = trusted.snapshot()->bytes;
  for (const auto& [role, metadata] : listing.roles) {
    files[file_name(role, metadata->version)] = metadata->bytes;
  }
  files[timestamp_name] = trusted.timestamp()->bytes;
  return files;
}

Result<void> ServedFolders::fill(const fs::path& folder, const fs::path& before,
                                 const std::map<std::string, std::string>& files) const {
  std::error_code problem;
  fs::remove_all(folder, problem);
  fs::create_directories(folder, problem);
  if (problem) return fail(file_error("Making the directory", folder, problem.value()));
  std::map<std::string, std::uint64_t> newest;
  for (const auto& [name, bytes] : files) {
    if (const auto parts = parsed_name(name)) newest[parts->rest] = parts->version;
    const auto old = before.empty() ? Result<std::string>(fail(ErrorKind::not_found, "", ""))
                                    : read_local_file(before / name, tuf::targets_bytes_max);
    const bool linked =
        old && *old == bytes && ::link((before / name).c_str(), (folder / name).c_str()) == 0;
    if (linked) continue;
    if (auto put = tuf::replace_file(folder / name, bytes); !put) return put;
  }
  for (const auto& name : before.empty() ? std::vector<std::string>() : names_in(before)) {
    const auto parts = parsed_name(name);
    if (!parts || files.contains(name) || parts->rest == "root.json") continue;
    const auto found = newest.find(parts->rest);
    if (found == newest.end() || parts->version >= found->second) continue;
    if (parts->version + versions_kept <= found->second) continue;
    // One old file less is no reason to stop.
    std::error_code ignored;
    fs::create_hard_link(before / name, folder / name, ignored);
  }
  return tuf::sync_folder(folder);
}

Result<std::shared_ptr<const Served>> ServedFolders::publish(const tuf::Client& client,
                                                             const tuf::Client::Listing& listing,
                                                             const Served& before) {
  const auto files = files_of(client, listing);
  if (!files) return fail(files.error());
  const auto name = current(directory_);
  std::uint64_t number = 1;
  if (name && name->size() < 18 && name->find_first_not_of("0123456789") == std::string::npos) {
    number = std::stoull("0" + *name) + 1;
  }
  const std::string next = std::to_string(number);
  if (auto filled = fill(directory_ / next, before.folder, *files); !filled) {
    std::error_code ignored;
    fs::remove_all(directory_ / next, ignored);
    return fail(filled.error());
  }
  if (auto synced = tuf::sync_folder(directory_); !synced) return fail(synced.error());
  if (auto put = put_link(directory_ / current_name, next); !put) return fail(put.error());
  // The one before stays for those that were just told where a file of it lies.
  remove_all_but(directory_, {next, before.folder.filename().string()});
  std::shared_ptr<const Served> made = served(directory_ / next, client, listing);
  return made;
}

}  // namespace ledger::updates
