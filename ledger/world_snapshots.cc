#include "ledger/world_snapshots.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "ledger/codec/fold_digest.h"
#include "ledger/codec/world_codec.h"
#include "ledger/digest.h"
#include "ledger/limits.h"
#include "ledger/store/durable_file.h"

namespace ledger {

using domain::Digest;
using domain::Position;
using domain::World;

namespace {

namespace fs = std::filesystem;

constexpr std::string_view name_prefix = "world-";
constexpr std::string_view format_line = "update-ledger world 1\n";
constexpr std::string_view any_format = "update-ledger world ";
constexpr std::size_t digest_bytes = 32;

std::string fold_line() { return "fold " + std::string(codec::fold_digest()) + "\n"; }
std::string size_line(Position size) { return "size " + std::to_string(size.value) + "\n"; }
std::string root_line(const Digest& root) { return "root " + hex(root) + "\n\n"; }

std::optional<Position> size_in(std::string_view name) {
  if (!name.starts_with(name_prefix)) return std::nullopt;
  name.remove_prefix(name_prefix.size());
  Position size;
  const auto* const end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data(), end, size.value);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return size;
}

struct Candidate {
  Position size;
  fs::path path;
};

// Newest first.
std::vector<Candidate> candidates_in(const fs::path& directory) {
  std::vector<Candidate> all;
  std::error_code error;
  for (fs::directory_iterator each(directory, error), end; !error && each != end;
       each.increment(error)) {
    const auto size = size_in(each->path().filename().native());
    if (size) all.push_back({*size, each->path()});
  }
  std::sort(all.begin(), all.end(),
            [](const Candidate& a, const Candidate& b) { return a.size > b.size; });
  return all;
}

bool take_line(std::string_view& bytes, std::string_view line) {
  if (!bytes.starts_with(line)) return false;
  bytes.remove_prefix(line.size());
  return true;
}

tl::unexpected<Error> useless(ErrorKind kind, const char* reason, const fs::path& path,
                              const std::string& why) {
  return fail(kind, reason, path.string() + " " + why + "; it is passed over.");
}

Result<World> read_world(const Candidate& candidate, const store::EventLog& log) {
  const auto file = store::read_file(candidate.path);
  if (!file) return fail(file.error());
  const auto damaged = [&] {
    return useless(ErrorKind::corrupt, "snapshot-damaged", candidate.path, "is damaged");
  };
  std::string_view bytes = *file;
  if (bytes.size() > format_line.size() && bytes.starts_with(any_format) &&
      !bytes.starts_with(format_line)) {
    return useless(ErrorKind::refused, "snapshot-format-other", candidate.path,
                   "has another format");
  }
  if (bytes.size() < digest_bytes) return damaged();
  const auto digest = bytes.substr(bytes.size() - digest_bytes);
  bytes.remove_suffix(digest_bytes);
  if (bytes_of(sha256(bytes)) != digest || !take_line(bytes, format_line)) return damaged();
  if (!take_line(bytes, fold_line())) {
    return useless(ErrorKind::refused, "snapshot-program-other", candidate.path,
                   "was written by a program that may fold differently");
  }
  if (!take_line(bytes, size_line(candidate.size))) return damaged();
  const auto root =
      candidate.size > log.head().size ? Result<Digest>(Digest{}) : log.root_at(candidate.size);
  if (!root) return fail(root.error());
  if (candidate.size > log.head().size || !take_line(bytes, root_line(*root))) {
    return useless(ErrorKind::conflict, "snapshot-history-other", candidate.path,
                   "is of another history than the log, or ahead of it");
  }
  auto world = codec::decode_world(bytes);
  if (!world || world->size != candidate.size) return damaged();
  return world;
}

// The log's last space is not for caches.
Result<void> check_space(const fs::path& directory, std::uint64_t free_bytes_low) {
  std::error_code error;
  const auto space = fs::space(directory, error);
  if (error || space.available >= free_bytes_low) return {};
  return fail(ErrorKind::unavailable, "disk-full",
              "There is too little free space for a snapshot in " + directory.string() +
                  "; free some space.");
}

}  // namespace

WorldSnapshots::Found WorldSnapshots::load(const store::EventLog& log, Position at_most) const {
  Found found;
  for (const auto& candidate : candidates_in(directory_)) {
    if (candidate.size > at_most) continue;
    auto world = read_world(candidate, log);
    if (world) {
      found.world = std::move(*world);
      break;
    }
    found.passed_over.push_back(world.error());
  }
  return found;
}

Result<void> WorldSnapshots::save(const World& world, const Digest& root) {
  if (const auto made = store::make_directory(directory_); !made) return made;
  const auto give = [&](const store::Take& take) -> Result<void> {
    Sha256 hash;
    const auto add = [&](std::string_view piece) -> Result<void> {
      if (const auto roomy = check_space(directory_, free_bytes_low_); !roomy) return roomy;
      hash.update(piece);
      return take(piece);
    };
    const auto begun =
        add(std::string(format_line) + fold_line() + size_line(world.size) + root_line(root));
    if (!begun) return begun;
    if (const auto encoded = codec::encode_world(world, add); !encoded) return encoded;
    return take(bytes_of(hash.finish()));
  };
  const auto path = directory_ / (std::string(name_prefix) + std::to_string(world.size.value));
  const auto written = store::write_durably(path, give, store::Access::owner);
  if (!written) return written;
  remove_others(world.size);
  return {};
}

// What is newer than the newest world is of another history. Half-written files go too. One that
// cannot be removed stays: it is in nobody's way.
void WorldSnapshots::remove_others(Position newest) const {
  std::error_code ignored;
  bool one_is_kept = false;
  for (const auto& candidate : candidates_in(directory_)) {
    if (candidate.size == newest) continue;
    if (candidate.size < newest && !one_is_kept) {
      one_is_kept = true;
      continue;
    }
    fs::remove(candidate.path, ignored);
  }
  for (fs::directory_iterator each(directory_, ignored), end; !ignored && each != end;
       each.increment(ignored)) {
    if (each->path().extension() != ".new") continue;
    std::error_code kept;
    fs::remove(each->path(), kept);
  }
}

}  // namespace ledger
