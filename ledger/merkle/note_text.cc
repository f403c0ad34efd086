#include "ledger/merkle/note_text.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "ledger/merkle/base64.h"

namespace ledger::merkle {

std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::optional<std::uint64_t> decimal_from(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || std::to_string(value) != text) return std::nullopt;
  return value;
}

std::optional<Digest> digest_from_base64(std::string_view text) {
  const auto bytes = base64_decoded(text);
  Digest digest;
  if (!bytes || bytes->size() != digest.bytes.size()) return std::nullopt;
  std::transform(bytes->begin(), bytes->end(), digest.bytes.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return digest;
}

tl::unexpected<Error> malformed_note(const char* what) {
  return fail(ErrorKind::invalid, "checkpoint-malformed",
              std::string("This is no checkpoint: ") + what + ".");
}

std::optional<SplitNote> split_note(std::string_view note) {
  const std::size_t gap = note.rfind("\n\n");
  if (note.size() > note_bytes_max || gap == std::string_view::npos) return std::nullopt;
  return SplitNote{note.substr(0, gap + 1), note.substr(gap + 2)};
}

Result<std::vector<std::string>> signatures_by(const SplitNote& note, std::string_view name,
                                               std::string_view id) {
  std::vector<std::string> found;
  std::string_view rest = note.signatures;
  while (!rest.empty()) {
    auto line = take_line(rest);
    if (!line || line->substr(0, signature_begins.size()) != signature_begins) {
      return malformed_note("a line of its signatures does not begin as one");
    }
    line->remove_prefix(signature_begins.size());
    const std::size_t space = line->find(' ');
    if (space == std::string_view::npos) return malformed_note("a signature lacks its name");
    auto signature = base64_decoded(line->substr(space + 1));
    if (!signature || signature->size() <= id.size()) {
      return malformed_note("a signature is too short");
    }
    if (line->substr(0, space) != name || signature->substr(0, id.size()) != id) continue;
    found.push_back(signature->substr(id.size()));
  }
  return found;
}

}  // namespace ledger::merkle
