#include "updates/agent/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "updates/local_file.h"

namespace ledger::updates::agent {
namespace {

namespace fs = std::filesystem;

Result<void> done_or(int status, const std::string& doing, const fs::path& path) {
  if (status == 0) return {};
  return fail(file_error(doing, path, errno));
}

class SystemFile final : public NewFile {
 public:
  SystemFile(fs::path path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  Result<void> append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = ::write(file_.get(), bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return fail(file_error("Writing", path_, errno));
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return {};
  }
  Result<void> sync() override { return done_or(::fsync(file_.get()), "Syncing", path_); }

 private:
  fs::path path_;
  Descriptor file_;
};

// Readable for all: programs that run as other users take what is installed.
Result<std::unique_ptr<NewFile>> opened(const fs::path& path, int how) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | how, 0644));
  if (!file.is_open()) return fail(file_error("Making", path, errno));
  return std::make_unique<SystemFile>(path, std::move(file));
}

}  // namespace

Result<void> SystemFiles::make_directory(const fs::path& directory) {
  if (::mkdir(directory.c_str(), 0755) == 0 || errno == EEXIST) return {};
  return fail(file_error("Making the directory", directory, errno));
}

Result<std::unique_ptr<NewFile>> SystemFiles::make(const fs::path& path) {
  return opened(path, O_EXCL);
}

Result<std::unique_ptr<NewFile>> SystemFiles::go_on(const fs::path& path) {
  return opened(path, O_APPEND);
}

Result<void> SystemFiles::link(const fs::path& from, const fs::path& to) {
  return done_or(::link(from.c_str(), to.c_str()), "Linking " + from.string() + " to", to);
}

Result<void> SystemFiles::link_to(const std::string& target, const fs::path& link) {
  return done_or(::symlink(target.c_str(), link.c_str()), "Making the link", link);
}

Result<void> SystemFiles::rename(const fs::path& from, const fs::path& to) {
  return done_or(::rename(from.c_str(), to.c_str()), "Renaming to", to);
}

Result<void> SystemFiles::remove(const fs::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return fail(file_error("Removing", path, errno));
  }
  return {};
}

Result<void> SystemFiles::remove_directory(const fs::path& path) {
  return done_or(::rmdir(path.c_str()), "Removing the directory", path);
}

Result<void> SystemFiles::sync_directory(const fs::path& directory) {
  const Descriptor file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file.is_open()) return fail(file_error("Opening the directory", directory, errno));
  return done_or(::fsync(file.get()), "Syncing the directory", directory);
}

Result<void> write_new(Files& files, const fs::path& path, std::string_view bytes) {
  const auto file = files.make(path);
  if (!file) return fail(file.error());
  if (auto written = (*file)->append(bytes); !written) return written;
  return (*file)->sync();
}

Result<void> replace(Files& files, const fs::path& path, std::string_view bytes) {
  const fs::path part = path.string() + ".part";
  auto done = files.remove(part);
  if (done) done = write_new(files, part, bytes);
  if (done) done = files.rename(part, path);
  if (done) return files.sync_directory(path.parent_path());
  static_cast<void>(files.remove(part));  // What failed is told; this only tidies up.
  return done;
}

Result<void> remove_tree(Files& files, const fs::path& path) {
  std::error_code problem;
  const auto status = fs::symlink_status(path, problem);
  if (status.type() == fs::file_type::not_found) return {};
  if (status.type() != fs::file_type::directory) return files.remove(path);
  std::vector<fs::path> inside;
  for (auto each = fs::directory_iterator(path, problem);
       !problem && each != fs::directory_iterator(); each.increment(problem)) {
    inside.push_back(each->path());
  }
  if (problem) return fail(file_error("Reading the directory", path, problem.value()));
  std::sort(inside.begin(), inside.end());
  for (const auto& each : inside) {
    if (auto removed = remove_tree(files, each); !removed) return removed;
  }
  return files.remove_directory(path);
}

Result<void> make_directories(Files& files, const fs::path& directory) {
  std::error_code problem;
  if (fs::is_directory(directory, problem)) return {};
  const fs::path above = fs::absolute(directory).parent_path();
  if (auto made = make_directories(files, above); !made) return made;
  if (auto made = files.make_directory(directory); !made) return made;
  return files.sync_directory(above);
}

}  // namespace ledger::updates::agent
