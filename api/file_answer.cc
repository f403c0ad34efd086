#include "api/file_answer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <utility>

#include "api/problem.h"

namespace api {

namespace store = ledger::store;
using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;

namespace {

std::string hex_of(std::uint64_t number) {
  std::array<char, 16> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number, 16).ptr;
  return {text.data(), end};
}

std::string tag_of(const struct stat& facts) {
  const auto nanos = static_cast<std::uint64_t>(facts.st_mtim.tv_sec) * 1'000'000'000U +
                     static_cast<std::uint64_t>(facts.st_mtim.tv_nsec);
  return "\"" + hex_of(nanos) + "-" + hex_of(static_cast<std::uint64_t>(facts.st_size)) + "-" +
         hex_of(facts.st_ino) + "\"";
}

}  // namespace

Result<std::shared_ptr<const OpenFile>> OpenFile::open(const std::filesystem::path& path) {
  // Not blocking: a pipe in its place must not hold a handler.
  store::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  const auto unknown = fail(ErrorKind::not_found, "file-unknown", "There is no such file.");
  if (!file.is_open()) {
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return unknown;
    return fail(store::system_error("Opening", path, errno));
  }
  struct stat facts {};
  if (::fstat(file.number(), &facts) != 0) {
    return fail(store::system_error("Reading", path, errno));
  }
  if (!S_ISREG(facts.st_mode)) return unknown;
  const auto bytes = static_cast<std::uint64_t>(facts.st_size);
  return std::shared_ptr<const OpenFile>(new OpenFile(std::move(file), bytes, tag_of(facts)));
}

Result<std::optional<std::string>> OpenFile::read(std::uint64_t offset, std::size_t bytes,
                                                  Wait wait) const {
  std::string piece(bytes, '\0');
  const iovec into{piece.data(), piece.size()};
  const int flags = wait == Wait::never ? RWF_NOWAIT : 0;
  ssize_t got = 0;
  do {
    got = ::preadv2(file_.number(), &into, 1, static_cast<off_t>(offset), flags);
  } while (got < 0 && errno == EINTR);
  // Some file systems cannot say whether they would wait.
  const bool would_wait =
      wait == Wait::never && got < 0 && (errno == EAGAIN || errno == EOPNOTSUPP || errno == ENOSYS);
  if (would_wait) return std::optional<std::string>();
  if (got < 0) return fail(store::system_error("Reading", "a file that is served", errno));
  if (got == 0) {
    return fail(ErrorKind::corrupt, "file-shortened", "A file became shorter while it was sent.");
  }
  piece.resize(static_cast<std::size_t>(got));
  return std::optional<std::string>(std::move(piece));
}

namespace {

struct Range {
  std::uint64_t first = 0;
  std::uint64_t bytes = 0;
};
struct AskedRange {
  enum class Kind { whole, part, outside } kind = Kind::whole;
  Range part;
};

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return {};
  return number;
}

// "bytes=0-99", "bytes=100-", "bytes=-100". Whatever is malformed counts as not said.
AskedRange range_in(std::string_view header, std::uint64_t size) {
  constexpr std::string_view unit = "bytes=";
  using Kind = AskedRange::Kind;
  if (!header.starts_with(unit) || header.find(',') != std::string_view::npos) return {};
  header.remove_prefix(unit.size());
  const auto dash = header.find('-');
  if (dash == std::string_view::npos) return {};
  const auto first_text = header.substr(0, dash);
  const auto last_text = header.substr(dash + 1);
  if (first_text.empty()) {
    const auto suffix = number_in(last_text);
    if (!suffix) return {};
    if (*suffix == 0 || size == 0) return {Kind::outside, {}};
    const auto bytes = std::min(*suffix, size);
    return {Kind::part, {size - bytes, bytes}};
  }
  const auto first = number_in(first_text);
  const auto last = last_text.empty() ? std::optional(UINT64_MAX) : number_in(last_text);
  if (!first || !last || *last < *first) return {};
  if (*first >= size) return {Kind::outside, {}};
  return {Kind::part, {*first, std::min(*last, size - 1) - *first + 1}};
}

// Whether a list of entity tags names this one; weak ones count where bytes need not be equal.
bool names_tag(std::string_view list, std::string_view tag) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    auto each = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    while (each.starts_with(' ')) each.remove_prefix(1);
    while (each.ends_with(' ')) each.remove_suffix(1);
    if (each.starts_with("W/")) each.remove_prefix(2);
    if (each == "*" || each == tag) return true;
  }
  return false;
}

AskedRange asked_range(const Request& request, std::string_view tag, std::uint64_t size) {
  const auto range = request.header("range");
  if (!range || request.method != "GET") return {};
  // Dates are never given out here, so none can match.
  const auto only_if = request.header("if-range");
  if (only_if && *only_if != tag) return {};
  return range_in(*range, size);
}

}  // namespace

Response file_answer(const Request& request, const std::filesystem::path& path,
                     const FileTraits& traits) {
  auto file = OpenFile::open(path);
  if (!file) return problem(request, file.error());
  const std::uint64_t size = (*file)->bytes();
  const std::string tag = traits.entity_tag.empty() ? (*file)->entity_tag() : traits.entity_tag;
  Response answer;
  answer.content_type = traits.content_type;
  answer.headers = {
      {"ETag", tag},
      {"Accept-Ranges", "bytes"},
      {"Cache-Control", traits.immutable ? "private, max-age=31536000, immutable" : "no-cache"}};
  const auto known = request.header("if-none-match");
  if (known && names_tag(*known, tag)) {
    answer.status = 304;
    return answer;
  }
  const auto asked = asked_range(request, tag, size);
  if (asked.kind == AskedRange::Kind::outside) {
    return problem(request, {416,
                             "range-outside",
                             "The file has " + std::to_string(size) + " bytes.",
                             {},
                             {{"Content-Range", "bytes */" + std::to_string(size)}}});
  }
  answer.file = FileBody{std::move(*file), 0, size};
  if (asked.kind == AskedRange::Kind::whole) return answer;
  answer.status = 206;
  answer.file->offset = asked.part.first;
  answer.file->bytes = asked.part.bytes;
  const auto last = asked.part.first + asked.part.bytes - 1;
  answer.headers.emplace_back("Content-Range", "bytes " + std::to_string(asked.part.first) + "-" +
                                                   std::to_string(last) + "/" +
                                                   std::to_string(size));
  return answer;
}

}  // namespace api
