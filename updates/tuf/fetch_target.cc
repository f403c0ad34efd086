#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "updates/local_file.h"
#include "updates/openssl_handles.h"
#include "updates/tuf/client.h"
#include "updates/tuf/paths.h"

namespace ledger::updates::tuf {
namespace {

// Compares bytes that come in pieces with what a target should be.
class Comparison {
 public:
  explicit Comparison(const FoundTarget& found) : found_(found) {
    for (const auto& [algorithm, expected] : found.target.hashes) {
      openssl::DigestContext context(EVP_MD_CTX_new());
      const EVP_MD* method = algorithm == "sha256" ? EVP_sha256() : EVP_sha512();
      CHECK(context && EVP_DigestInit_ex(context.get(), method, nullptr) == 1, "a hash begins");
      hashes_.push_back({&algorithm, &expected, std::move(context)});
    }
    CHECK(!hashes_.empty(), "a target has a known hash");
  }

  Result<void> add(std::string_view piece) {
    if (piece.size() > found_.target.length - length_) return wrong_length();
    length_ += piece.size();
    for (auto& each : hashes_) {
      CHECK(EVP_DigestUpdate(each.context.get(), piece.data(), piece.size()) == 1,
            "a hash goes on");
    }
    return {};
  }

  Result<void> end() {
    if (length_ != found_.target.length) return wrong_length();
    for (auto& each : hashes_) {
      std::string digest(EVP_MAX_MD_SIZE, '\0');
      unsigned size = 0;
      CHECK(EVP_DigestFinal_ex(each.context.get(), reinterpret_cast<unsigned char*>(digest.data()),
                               &size) == 1,
            "a hash ends");
      if (hex_of(std::string_view(digest).substr(0, size)) == *each.expected) continue;
      return fail(ErrorKind::corrupt, "tuf-hash",
                  "The target " + found_.path + " is not the file whose " + *each.algorithm +
                      " was signed.");
    }
    return {};
  }

 private:
  struct Hash {
    const std::string* algorithm;
    const std::string* expected;
    openssl::DigestContext context;
  };

  tl::unexpected<Error> wrong_length() const {
    return fail(ErrorKind::corrupt, "tuf-length",
                "The target " + found_.path + " does not have the " +
                    std::to_string(found_.target.length) + " bytes that were signed.");
  }

  const FoundTarget& found_;
  std::vector<Hash> hashes_;
  std::uint64_t length_ = 0;
};

Result<void> write_all(int file, const std::filesystem::path& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(file, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail(file_error("Writing", path, errno));
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

// Whether the file is the target already.
bool is_there(const std::filesystem::path& path, const FoundTarget& found) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat facts {};
  if (!file.is_open() || ::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) return false;
  Comparison comparison(found);
  std::string buffer(65'536, '\0');
  while (true) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) return comparison.end().has_value();
    const auto piece = std::string_view(buffer).substr(0, static_cast<std::size_t>(got));
    if (!comparison.add(piece)) return false;
  }
}

std::string url_path_of(const FoundTarget& found) {
  const auto& hashes = found.target.hashes;
  const std::string path =
      found.consistent_snapshot ? with_hash(found.path, hashes.begin()->second) : found.path;
  return percent_encoded(path, Slash::kept);
}

}  // namespace

Result<void> fetch_target(Transport& transport, const FoundTarget& found, const Sink& sink,
                          const Again& again, const Earlier& earlier) {
  Comparison comparison(found);
  const std::string path = url_path_of(found);
  std::uint64_t done = 0;
  if (earlier) {
    auto given = earlier([&](std::string_view piece) {
      done += piece.size();
      return comparison.add(piece);
    });
    if (!given) return given;
    if (done > 0 && done == found.target.length) return comparison.end();
  }
  for (unsigned failures = 0;;) {
    const std::uint64_t before = done;
    const auto got = transport.get_from(path, done, found.target.length - done,
                                        [&](std::string_view piece) -> Result<void> {
                                          auto added = comparison.add(piece);
                                          if (!added) return added;
                                          done += piece.size();
                                          return sink(piece);
                                        });
    if (got) return comparison.end();
    // Only the way can get better by itself.
    if (!got.error().reason.starts_with("source-")) return got;
    if (done > before && done == found.target.length) return comparison.end();
    if (!again) return got;
    failures = done > before ? 1 : failures + 1;
    if (!again(failures)) return got;
  }
}

Result<Fetched> fetch_target_to(Transport& transport, const FoundTarget& found,
                                const std::filesystem::path& path) {
  if (is_there(path, found)) return Fetched::before;
  const auto part = std::filesystem::path(path.string() + ".part");
  const Descriptor file(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file.is_open()) return fail(file_error("Making", part, errno));
  auto done = fetch_target(
      transport, found, [&](std::string_view piece) { return write_all(file.get(), part, piece); });
  if (done && ::fsync(file.get()) != 0) done = fail(file_error("Syncing", part, errno));
  if (done && ::rename(part.c_str(), path.c_str()) != 0) {
    done = fail(file_error("Renaming to", path, errno));
  }
  if (!done) {
    ::unlink(part.c_str());
    return fail(done.error());
  }
  return Fetched::now;
}

}  // namespace ledger::updates::tuf
