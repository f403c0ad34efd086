#include "updates/local_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "ledger/digest.h"

namespace ledger::updates {

Descriptor::~Descriptor() {
  if (file_ >= 0) ::close(file_);
}

Error file_error(const std::string& doing, const std::filesystem::path& path, int error_number) {
  if (error_number == ENOSPC || error_number == EDQUOT) {
    return {ErrorKind::unavailable, "disk-full",
            "No space is left for " + path.string() + "; free some and try again."};
  }
  if (error_number == ENOENT || error_number == ENOTDIR) {
    return {ErrorKind::not_found, "file-unknown", "There is no file " + path.string() + "."};
  }
  return {ErrorKind::io, "file-failed",
          doing + " " + path.string() +
              " failed: " + std::generic_category().message(error_number) + "."};
}

LocalFile::LocalFile(std::filesystem::path path)
    : path_(std::move(path)), file_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  struct stat facts {};
  if (!file_.is_open()) {
    problem_ = file_error("Opening", path_, errno);
  } else if (::fstat(file_.get(), &facts) != 0) {
    problem_ = file_error("Reading", path_, errno);
  } else if (!S_ISREG(facts.st_mode)) {
    problem_ = {ErrorKind::invalid, "not-a-file", path_.string() + " is no plain file."};
  }
}

Result<std::size_t> LocalFile::read(std::string& piece) {
  if (!problem_.reason.empty()) return fail(problem_);
  while (true) {
    const ssize_t got = ::read(file_.get(), piece.data(), piece.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return fail(file_error("Reading", path_, errno));
  }
}

Result<std::string> read_local_file(const std::filesystem::path& path, std::size_t bytes_max) {
  // Without waiting: opening a pipe that nobody writes to would never end.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) return fail(file_error("Opening", path, errno));
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) return fail(file_error("Reading", path, errno));
  if (!S_ISREG(facts.st_mode)) {
    return fail(ErrorKind::invalid, "not-a-file",
                path.string() + (S_ISDIR(facts.st_mode) ? " is a directory" : " is no plain file") +
                    "; a file is needed.");
  }
  const auto too_large = [&] {
    return fail(ErrorKind::invalid, "file-too-large",
                path.string() + " has more than the " + std::to_string(bytes_max) +
                    " bytes that are allowed.");
  };
  const auto announced = static_cast<std::size_t>(std::max<off_t>(facts.st_size, 0));
  if (announced > bytes_max) return too_large();
  // One byte more than announced tells the end from a file that grows while it is read.
  std::string bytes(announced + 1, '\0');
  std::size_t filled = 0;
  while (true) {
    if (filled == bytes.size()) bytes.resize(std::min(bytes.size() * 2, bytes_max + 1));
    const ssize_t got = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(file_error("Reading", path, errno));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
    if (filled > bytes_max) return too_large();
  }
  bytes.resize(filled);
  return bytes;
}

Result<domain::Digest> digest_of_file(const std::filesystem::path& path) {
  constexpr std::size_t piece_bytes = 1'048'576;
  LocalFile file(path);
  Sha256 hash;
  std::string piece(piece_bytes, '\0');
  while (true) {
    const auto read = file.read(piece);
    if (!read) return fail(read.error());
    if (*read == 0) return hash.finish();
    hash.update(std::string_view(piece).substr(0, *read));
  }
}

}  // namespace ledger::updates
