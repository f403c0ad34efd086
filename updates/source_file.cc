#include <filesystem>
#include <optional>
#include <utility>

#include "updates/local_file.h"
#include "updates/source_reader.h"

namespace ledger::updates {
namespace {

using domain::SourceFault;

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

 private:
  static SourceFault cause_of(const Error& error) {
    if (error.kind == ErrorKind::not_found) return SourceFault::not_found;
    return error.reason == "file-too-large" ? SourceFault::verification_failed : SourceFault::other;
  }

  std::filesystem::path directory_;
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0 || high + low == 0) return std::nullopt;  // No NUL in a path.
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<SourceReader>, SourceFailure> open_file_source(const std::string& url) {
  std::string_view rest(url);
  rest.remove_prefix(std::string_view("file://").size());
  if (rest.starts_with("localhost/")) rest.remove_prefix(std::string_view("localhost").size());
  const auto path = rest.starts_with('/') ? percent_decoded(rest) : std::nullopt;
  if (!path) {
    return tl::unexpected(SourceFailure{
        SourceFault::other, url + " names no directory of this machine; write file:///path."});
  }
  return std::make_unique<FileSource>(*path);
}

Result<std::unique_ptr<SourceReader>, SourceFailure> open_source(const std::string& url,
                                                                 const std::string& proxy) {
  if (url.starts_with("file://")) return open_file_source(url);
  if (url.starts_with("http://") || url.starts_with("https://")) {
    return open_http_source(url, proxy);
  }
  return tl::unexpected(SourceFailure{SourceFault::other,
                                      "A source's URL begins with https://, http:// or file://."});
}

}  // namespace ledger::updates
