#include "ledger/store/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace ledger::store {

Result<DirectoryLock> DirectoryLock::acquire(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / "LOCK";
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.is_open()) return fail(system_error("Opening", path, errno));
  if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail(system_error("Locking", path, errno));
    auto holder = read_file(path).value_or("");
    while (!holder.empty() && holder.back() == '\n') holder.pop_back();
    return fail(ErrorKind::unavailable, "ledger-locked",
                "Another process (" + (holder.empty() ? "pid unknown" : holder) + ") has " +
                    directory.string() + " open; stop it first, or ask it over HTTP.");
  }
  const std::string holder = "pid " + std::to_string(::getpid()) + "\n";
  if (::ftruncate(file.number(), 0) != 0 || ::pwrite(file.number(), holder.data(), holder.size(),
                                                     0) != static_cast<ssize_t>(holder.size())) {
    return fail(system_error("Writing", path, errno));
  }
  return DirectoryLock(std::move(file));
}

}  // namespace ledger::store
