#include "updates/tuf/metadata_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "updates/local_file.h"
#include "updates/tuf/metadata.h"
#include "updates/tuf/paths.h"

namespace ledger::updates::tuf {
namespace {

Result<void> write_all(const std::filesystem::path& path, std::string_view bytes) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file.is_open()) return fail(file_error("Making", path, errno));
  while (!bytes.empty()) {
    const ssize_t put = ::write(file.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail(file_error("Writing", path, errno));
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::fsync(file.get()) != 0) return fail(file_error("Syncing", path, errno));
  return {};
}

}  // namespace

Result<void> sync_folder(const std::filesystem::path& folder) {
  const Descriptor file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file.is_open() || ::fsync(file.get()) != 0) {
    return fail(file_error("Syncing the directory", folder, errno));
  }
  return {};
}

Result<void> replace_file(const std::filesystem::path& path, std::string_view bytes) {
  const auto folder = path.has_parent_path() ? path.parent_path() : ".";
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem) return fail(file_error("Making the directory", folder, problem.value()));
  const auto part = std::filesystem::path(path.string() + ".part");
  auto done = write_all(part, bytes);
  if (done && ::rename(part.c_str(), path.c_str()) != 0) {
    done = fail(file_error("Renaming to", path, errno));
  }
  if (!done) ::unlink(part.c_str());
  return done ? sync_folder(folder) : done;
}

std::filesystem::path MetadataDirectory::path_of(const std::string& role) const {
  return directory_ / (percent_encoded(role, Slash::encoded) + ".json");
}

std::optional<std::string> MetadataDirectory::load(const std::string& role) const {
  auto bytes = read_local_file(path_of(role), targets_bytes_max);
  if (!bytes) return std::nullopt;
  return std::move(*bytes);
}

Result<void> MetadataDirectory::save(const std::string& role, std::string_view bytes) const {
  return replace_file(path_of(role), bytes);
}

Result<void> MetadataDirectory::remove(const std::string& role) const {
  const auto path = path_of(role);
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return fail(file_error("Removing", path, errno));
}

}  // namespace ledger::updates::tuf
