#include "updates/directory_content_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "ledger/digest.h"
#include "ledger/limits.h"
#include "updates/local_file.h"

namespace ledger::updates {
namespace {

namespace fs = std::filesystem;

constexpr const char* temporary_name = "unfinished";

Result<void> make_directory(const fs::path& directory) {
  if (::mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return fail(file_error("Making the directory", directory, errno));
}

bool is_fanout(const std::string& name) {
  return name.size() == 2 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool is_part(const fs::directory_entry& entry) {
  std::error_code problem;
  return entry.symlink_status(problem).type() == fs::file_type::regular &&
         domain::digest_from_hex(entry.path().filename().string()).has_value();
}

}  // namespace

// A file in the temporary folder until store() gives it its name.
class DirectoryContentStore::Writer : public ContentWriter {
 public:
  Writer(DirectoryContentStore& store, fs::path path, Descriptor file)
      : store_(store), path_(std::move(path)), file_(std::move(file)) {}
  ~Writer() override { remove_file(); }

  Result<void> write(std::string_view piece) override {
    if (piece.size() > limits::content_bytes_max - bytes_) return fail(content_too_large());
    hash_.update(piece);
    bytes_ += piece.size();
    while (!piece.empty()) {
      const ssize_t put = store_.calls_.write(file_.get(), piece.data(), piece.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return fail(file_error("Writing", path_, errno));
      piece.remove_prefix(static_cast<std::size_t>(put));
    }
    return {};
  }

  Result<StoredContent> store(const std::optional<domain::Digest>& expected) override {
    const StoredContent stored{hash_.finish(), bytes_};
    if (expected && *expected != stored.digest) {
      return fail(content_differs(*expected, stored.digest));
    }
    if (store_.calls_.sync(file_.get()) != 0) return fail(file_error("Syncing", path_, errno));
    const fs::path target = store_.path_of(stored.digest);
    if (const auto made = make_directory(target.parent_path()); !made) return fail(made.error());
    if (::rename(path_.c_str(), target.c_str()) != 0) {
      return fail(file_error("Renaming to", target, errno));
    }
    path_.clear();
    for (const auto& directory : {target.parent_path(), store_.directory_}) {
      if (const auto synced = store_.sync_directory(directory); !synced) {
        return fail(synced.error());
      }
    }
    store_.watch_.vouch(stored.digest, target);
    return stored;
  }

 protected:
  void remove_file() {
    if (!path_.empty()) ::unlink(path_.c_str());
    path_.clear();
  }

  // Bytes that the file has already.
  void count(std::string_view piece) {
    hash_.update(piece);
    bytes_ += piece.size();
  }

  DirectoryContentStore& store_;
  fs::path path_;  // Empty once the file has its name, or is to stay where it is.
  Descriptor file_;

 private:
  Sha256 hash_;
  std::uint64_t bytes_ = 0;
};

// A file of the temporary folder that is named by the digest it is to have.
class DirectoryContentStore::PartWriter final : public Writer {
 public:
  PartWriter(DirectoryContentStore& store, const domain::Digest& digest, fs::path path,
             Descriptor file)
      : Writer(store, std::move(path), std::move(file)), digest_(digest) {}
  ~PartWriter() override {
    if (keeps_) path_.clear();
    remove_file();
    store_.release(digest_);
  }

  Result<void> give_earlier(const Taker& taker) override {
    std::string piece(65'536, '\0');
    while (true) {
      const ssize_t got = ::read(file_.get(), piece.data(), piece.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail(file_error("Reading", path_, errno));
      if (got == 0) return {};
      const auto earlier = std::string_view(piece).substr(0, static_cast<std::size_t>(got));
      count(earlier);
      if (auto taken = taker(earlier); !taken) return taken;
    }
  }

  void discard() override { keeps_ = false; }

  Result<StoredContent> store(const std::optional<domain::Digest>& expected) override {
    auto stored = Writer::store(expected);
    keeps_ = keeps_ && stored.has_value();
    return stored;
  }

 private:
  const domain::Digest digest_;
  bool keeps_ = true;
};

DirectoryContentStore::SystemCalls DirectoryContentStore::real_calls() {
  return {[](int file, const void* bytes, std::size_t size) { return ::write(file, bytes, size); },
          [](int file) { return ::fsync(file); }};
}

DirectoryContentStore::DirectoryContentStore(fs::path directory, SystemCalls calls)
    : directory_(std::move(directory)),
      temporary_(directory_ / temporary_name),
      calls_(std::move(calls)) {}

Result<std::unique_ptr<DirectoryContentStore>> DirectoryContentStore::open(fs::path directory,
                                                                           SystemCalls calls) {
  std::unique_ptr<DirectoryContentStore> store(
      new DirectoryContentStore(std::move(directory), std::move(calls)));
  if (const auto prepared = store->prepare(); !prepared) return fail(prepared.error());
  return store;
}

Result<void> DirectoryContentStore::prepare() {
  std::error_code problem;
  fs::create_directories(directory_, problem);
  if (problem) return fail(file_error("Making the directory", directory_, problem.value()));
  if (const auto made = make_directory(temporary_); !made) return fail(made.error());
  if (const auto cleared = clear_unfinished(); !cleared) return fail(cleared.error());
  for (const auto& synced : {directory_, fs::absolute(directory_).parent_path()}) {
    if (const auto done = sync_directory(synced); !done) return fail(done.error());
  }
  return {};
}

Result<void> DirectoryContentStore::clear_unfinished() const {
  std::error_code problem;
  for (auto it = fs::directory_iterator(temporary_, problem);
       !problem && it != fs::directory_iterator(); it.increment(problem)) {
    if (!is_part(*it)) fs::remove_all(it->path(), problem);
  }
  if (problem) return fail(file_error("Clearing", temporary_, problem.value()));
  remove_old_parts();
  return {};
}

// Nobody listed them any more, or they would have been taken up. What cannot be removed now is
// tried again.
void DirectoryContentStore::remove_old_parts() const {
  const auto oldest = fs::file_time_type::clock::now() - limits::content_part_kept;
  std::error_code problem;
  for (auto it = fs::directory_iterator(temporary_, problem);
       !problem && it != fs::directory_iterator(); it.increment(problem)) {
    std::error_code ignored;
    const auto written = it->last_write_time(ignored);
    if (!ignored && is_part(*it) && written < oldest) fs::remove(it->path(), ignored);
  }
}

bool DirectoryContentStore::claim(const domain::Digest& digest) {
  const std::lock_guard lock(mutex_);
  return claimed_.insert(digest).second;
}

void DirectoryContentStore::release(const domain::Digest& digest) {
  const std::lock_guard lock(mutex_);
  claimed_.erase(digest);
}

Result<void> DirectoryContentStore::sync_directory(const fs::path& directory) const {
  const Descriptor file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file.is_open() || calls_.sync(file.get()) != 0) {
    return fail(file_error("Syncing the directory", directory, errno));
  }
  return {};
}

fs::path DirectoryContentStore::path_of(const domain::Digest& digest) const {
  const std::string name = hex(digest);
  return directory_ / name.substr(0, 2) / name.substr(2);
}

Result<std::unique_ptr<ContentWriter>> DirectoryContentStore::begin() {
  fs::path path = temporary_ / std::to_string(writers_.fetch_add(1));
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open()) return fail(file_error("Making", path, errno));
  return std::make_unique<Writer>(*this, std::move(path), std::move(file));
}

Result<std::unique_ptr<ContentWriter>> DirectoryContentStore::take_up(
    const domain::Digest& digest) {
  if (!claim(digest)) return begin();
  remove_old_parts();
  fs::path path = temporary_ / hex(digest);
  constexpr int flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
  Descriptor file(::open(path.c_str(), flags, 0600));
  if (!file.is_open()) {
    const int problem = errno;
    release(digest);
    return fail(file_error("Opening", path, problem));
  }
  return std::make_unique<PartWriter>(*this, digest, std::move(path), std::move(file));
}

Result<std::string> DirectoryContentStore::get(const domain::Digest& digest) const {
  auto bytes = read_local_file(path_of(digest), limits::content_bytes_max);
  if (!bytes && bytes.error().kind == ErrorKind::not_found) return fail(content_unknown(digest));
  if (!bytes && bytes.error().kind == ErrorKind::invalid) {
    return fail(content_damaged(digest, bytes.error().detail));
  }
  if (!bytes) return fail(bytes.error());
  if (const auto found = sha256(*bytes); found != digest) {
    return fail(content_damaged(digest, "its bytes now have the SHA-256 " + hex(found) + "."));
  }
  return bytes;
}

Result<bool> DirectoryContentStore::has(const domain::Digest& digest) const {
  const auto found = size(digest);
  if (!found && found.error().kind != ErrorKind::not_found) return fail(found.error());
  return found.has_value();
}

Result<std::uint64_t> DirectoryContentStore::size(const domain::Digest& digest) const {
  const fs::path path = path_of(digest);
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) == 0) return static_cast<std::uint64_t>(facts.st_size);
  if (errno == ENOENT) return fail(content_unknown(digest));
  return fail(file_error("Looking at", path, errno));
}

std::optional<fs::path> DirectoryContentStore::file_of(const domain::Digest& digest) const {
  fs::path path = path_of(digest);
  const auto state = watch_.state(digest, path);
  const bool is_doubtful =
      state == ContentWatch::State::damaged || state == ContentWatch::State::changed;
  if (is_doubtful || !size(digest)) return std::nullopt;
  return path;
}

Result<std::vector<domain::Digest>> DirectoryContentStore::look_through(
    std::uint64_t bytes_max, const std::stop_token& stop) {
  const auto all = list();
  if (!all) return fail(all.error());
  return watch_.look_through(
      *all, [this](const domain::Digest& digest) { return path_of(digest); }, bytes_max, stop);
}

void DirectoryContentStore::doubt(const domain::Digest& digest) {
  watch_.doubt(digest, path_of(digest));
}

bool DirectoryContentStore::is_damaged(const domain::Digest& digest) const {
  return watch_.state(digest, path_of(digest)) == ContentWatch::State::damaged;
}

Result<void> DirectoryContentStore::remove(const domain::Digest& digest) {
  const fs::path path = path_of(digest);
  if (::unlink(path.c_str()) != 0) {
    if (errno == ENOENT) return fail(content_unknown(digest));
    return fail(file_error("Removing", path, errno));
  }
  watch_.forget(digest);
  return sync_directory(path.parent_path());
}

Result<std::vector<domain::Digest>> DirectoryContentStore::list() const {
  std::vector<domain::Digest> digests;
  std::error_code problem;
  for (auto outer = fs::directory_iterator(directory_, problem);
       !problem && outer != fs::directory_iterator(); outer.increment(problem)) {
    const std::string start = outer->path().filename().string();
    if (!is_fanout(start)) continue;
    for (auto inner = fs::directory_iterator(outer->path(), problem);
         !problem && inner != fs::directory_iterator(); inner.increment(problem)) {
      const auto digest = domain::digest_from_hex(start + inner->path().filename().string());
      if (digest) digests.push_back(*digest);
    }
    if (problem) break;
  }
  if (problem) return fail(file_error("Listing", directory_, problem.value()));
  std::sort(digests.begin(), digests.end());
  return digests;
}

}  // namespace ledger::updates
