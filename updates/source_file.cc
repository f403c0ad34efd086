#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "updates/local_file.h"
#include "updates/source_reader.h"
#include "updates/tuf/paths.h"

namespace ledger::updates {
namespace {

using domain::SourceFault;

Error too_large(const std::filesystem::path& path, std::uint64_t bytes_max) {
  return {ErrorKind::invalid, "file-too-large",
          path.string() + " has more than the " + std::to_string(bytes_max) +
              " bytes that are allowed."};
}

class FileSource final : public SourceReader {
 public:
  explicit FileSource(std::filesystem::path directory) : directory_(std::move(directory)) {}

  Result<std::string, SourceFailure> fetch(const std::string& name, std::size_t bytes_max,
                                           const std::stop_token&) override {
    auto bytes = read_local_file(directory_ / name, bytes_max);
    if (!bytes) {
      return tl::unexpected(SourceFailure{cause_of(bytes.error()), bytes.error().detail});
    }
    return std::move(*bytes);
  }

  // As a web server does with a URL, but never out of the directory.
  Result<void, SourceFailure> stream(const std::string& name, std::uint64_t bytes_max,
                                     const Sink& sink, const std::stop_token& stop) override {
    const auto decoded = tuf::percent_decoded(name);
    const auto path = decoded ? std::filesystem::path(*decoded) : std::filesystem::path("..");
    if (std::find(path.begin(), path.end(), "..") != path.end() || path.is_absolute()) {
      return failed({ErrorKind::not_found, "file-unknown", "There is no file " + name + "."});
    }
    LocalFile file(directory_ / path);
    std::string piece(65'536, '\0');
    for (std::uint64_t left = bytes_max + 1; !stop.stop_requested();) {
      const auto got = file.read(piece);
      if (!got) return failed(got.error());
      if (*got == 0) return {};
      if (*got >= left) return failed(too_large(directory_ / path, bytes_max));
      left -= *got;
      if (!sink(std::string_view(piece).substr(0, *got))) {
        return tl::unexpected(
            SourceFailure{SourceFault::verification_failed, name + " is not what was expected."});
      }
    }
    return tl::unexpected(SourceFailure{SourceFault::other, "The check was given up."});
  }

 private:
  static tl::unexpected<SourceFailure> failed(const Error& error) {
    return tl::unexpected(SourceFailure{cause_of(error), error.detail});
  }

  static SourceFault cause_of(const Error& error) {
    if (error.kind == ErrorKind::not_found) return SourceFault::not_found;
    return error.reason == "file-too-large" ? SourceFault::verification_failed : SourceFault::other;
  }

  std::filesystem::path directory_;
};

}  // namespace

Result<std::unique_ptr<SourceReader>, SourceFailure> open_file_source(const std::string& url) {
  std::string_view rest(url);
  rest.remove_prefix(std::string_view("file://").size());
  if (rest.starts_with("localhost/")) rest.remove_prefix(std::string_view("localhost").size());
  const auto path = rest.starts_with('/') ? tuf::percent_decoded(rest) : std::nullopt;
  if (!path) {
    return tl::unexpected(SourceFailure{
        SourceFault::other, url + " names no directory of this machine; write file:///path."});
  }
  return std::make_unique<FileSource>(*path);
}

Result<void, SourceFailure> SourceReader::stream(const std::string& name, std::uint64_t bytes_max,
                                                 const Sink& sink, const std::stop_token& stop) {
  const auto bytes = fetch(name, bytes_max, stop);
  if (!bytes) return tl::unexpected(bytes.error());
  if (sink(*bytes)) return {};
  return tl::unexpected(
      SourceFailure{SourceFault::verification_failed, name + " is not what was expected."});
}

Result<void, SourceFailure> SourceReader::stream_from(const std::string& name, std::uint64_t from,
                                                      std::uint64_t bytes_max, const Sink& sink,
                                                      const std::stop_token& stop) {
  std::uint64_t left = from;
  return stream(
      name, from + bytes_max,
      [&](std::string_view piece) {
        const auto passed = std::min<std::uint64_t>(left, piece.size());
        left -= passed;
        piece.remove_prefix(static_cast<std::size_t>(passed));
        return piece.empty() || sink(piece);
      },
      stop);
}

Result<std::unique_ptr<SourceReader>, SourceFailure> open_source(const std::string& url,
                                                                 const std::string& proxy,
                                                                 const SourceTls& tls) {
  if (url.starts_with("file://")) return open_file_source(url);
  if (url.starts_with("http://") || url.starts_with("https://")) {
    return open_http_source(url, proxy, tls);
  }
  return tl::unexpected(SourceFailure{SourceFault::other,
                                      "A source's URL begins with https://, http:// or file://."});
}

}  // namespace ledger::updates
