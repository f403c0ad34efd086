#include "api/uploads.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

#include "ledger/limits.h"
#include "ledger/store/durable_file.h"

namespace api {

using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;

namespace {

namespace fs = std::filesystem;
namespace store = ledger::store;
using Count = std::shared_ptr<std::atomic<std::size_t>>;

class UploadFile final : public Upload {
 public:
  UploadFile(fs::path path, int number, Count open)
      : path_(std::move(path)), file_(number), open_(std::move(open)) {}
  ~UploadFile() override {
    std::error_code none;  // What stays goes at the next start.
    fs::remove(path_, none);
    open_->fetch_sub(1);
  }
  UploadFile(const UploadFile&) = delete;
  UploadFile& operator=(const UploadFile&) = delete;

  Result<void> write(std::string_view piece) override {
    struct statvfs space {};
    if (::fstatvfs(file_.number(), &space) == 0 &&
        std::uint64_t{space.f_bavail} * space.f_frsize <
            piece.size() + ledger::limits::http_upload_free_bytes_low) {
      return fail(ErrorKind::unavailable, "disk-full",
                  "There is no space for this body; make some, or send less.");
    }
    while (!piece.empty()) {
      const auto written = ::write(file_.number(), piece.data(), piece.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return fail(store::system_error("Writing", path_, errno));
      piece.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  const fs::path& file() const override { return path_; }

 private:
  fs::path path_;
  store::FileDescriptor file_;
  Count open_;
};

}  // namespace

Uploads::Uploads(fs::path directory, std::size_t at_once_max)
    : directory_(std::move(directory)),
      at_once_max_(at_once_max),
      open_(std::make_shared<std::atomic<std::size_t>>(0)) {
  std::error_code none;
  fs::remove_all(directory_, none);
}

Result<std::shared_ptr<Upload>> Uploads::begin() {
  std::error_code problem;
  fs::create_directories(directory_, problem);
  if (problem) {
    return fail(store::system_error("Making", directory_, problem.value()));
  }
  if (open_->fetch_add(1) >= at_once_max_) {
    open_->fetch_sub(1);
    return fail(ErrorKind::overloaded, "too-many-uploads",
                "As many large bodies as are taken at once are on their way; send it again later.");
  }
  std::string name = (directory_ / "body-XXXXXX").string();
  const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) {
    open_->fetch_sub(1);
    return fail(store::system_error("Making a file in", directory_, errno));
  }
  return std::shared_ptr<Upload>(std::make_shared<UploadFile>(name, descriptor, open_));
}

}  // namespace api
