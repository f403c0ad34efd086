#include "ledger/store/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace ledger::store {

FileDescriptor::~FileDescriptor() {
  if (is_open()) ::close(number_);
}

Error system_error(std::string_view doing, const std::filesystem::path& path, int number) {
  const std::string what = std::string(doing) + " " + path.string() + " failed: ";
  std::array<char, 256> text{};
  const char* const said = ::strerror_r(number, text.data(), text.size());
  if (number == ENOSPC || number == EDQUOT) {
    return {ErrorKind::unavailable, "disk-full", what + said + "; free some space."};
  }
  return {ErrorKind::io, "file-io", what + said + "."};
}

Result<std::string> read_file(const std::filesystem::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open() && errno == ENOENT) {
    return fail(ErrorKind::not_found, "file-missing", "There is no file " + path.string() + ".");
  }
  if (!file.is_open()) return fail(system_error("Opening", path, errno));
  std::string bytes;
  struct stat status {};
  if (::fstat(file.number(), &status) == 0 && S_ISREG(status.st_mode)) {
    bytes.reserve(static_cast<std::size_t>(status.st_size));
  }
  std::array<char, 16'384> piece{};
  while (true) {
    const ssize_t got = ::read(file.number(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(system_error("Reading", path, errno));
    if (got == 0) return bytes;
    bytes.append(piece.data(), static_cast<std::size_t>(got));
  }
}

namespace {

Result<void> write_all(const FileDescriptor& file, std::string_view bytes,
                       const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(system_error("Writing", path, errno));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> write_temporary(const std::filesystem::path& temporary, const Give& give,
                             Access access) {
  // One that a power cut left behind may have another mode.
  if (::unlink(temporary.c_str()) != 0 && errno != ENOENT) {
    return fail(system_error("Removing", temporary, errno));
  }
  const mode_t mode = access == Access::owner ? 0600 : 0644;
  const FileDescriptor file(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file.is_open()) return fail(system_error("Making", temporary, errno));
  const auto given =
      give([&](std::string_view piece) { return write_all(file, piece, temporary); });
  if (!given) return given;
  if (::fsync(file.number()) != 0) return fail(system_error("Syncing", temporary, errno));
  return {};
}

}  // namespace

Result<void> write_durably(const std::filesystem::path& path, std::string_view bytes,
                           Access access) {
  return write_durably(
      path, [&](const Take& take) { return take(bytes); }, access);
}

Result<void> write_durably(const std::filesystem::path& path, const Give& give, Access access) {
  std::filesystem::path temporary = path;
  temporary += ".new";
  auto written = write_temporary(temporary, give, access);
  if (written && ::rename(temporary.c_str(), path.c_str()) != 0) {
    written = fail(system_error("Renaming", temporary, errno));
  }
  if (!written) {
    ::unlink(temporary.c_str());  // Half a file on a full disk is in the way.
    return written;
  }
  return sync_directory(path.parent_path());
}

Result<void> sync_directory(const std::filesystem::path& directory) {
  const FileDescriptor opened(
      ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.is_open()) return fail(system_error("Opening", directory, errno));
  if (::fsync(opened.number()) != 0) return fail(system_error("Syncing", directory, errno));
  return {};
}

Result<void> make_directory(const std::filesystem::path& directory) {
  std::error_code error;
  if (directory.empty() || std::filesystem::is_directory(directory, error)) return {};
  if (auto made = make_directory(directory.parent_path()); !made) return made;
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return fail(system_error("Making", directory, errno));
  }
  return sync_directory(directory.parent_path());
}

}  // namespace ledger::store
