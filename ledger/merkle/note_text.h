// The text of signed notes (C2SP signed-note), for those who write and read what stands in them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/digest.h"
#include "ledger/result.h"

namespace ledger::merkle {

inline constexpr std::string_view signature_begins = "\u2014 ";  // An em dash and a space.
inline constexpr std::size_t note_bytes_max = 65'536;

template <std::size_t Size>
std::string_view view_of(const std::array<std::uint8_t, Size>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The first line of `text`, without its line break; both are taken away. Nothing if it is not
// ended.
std::optional<std::string_view> take_line(std::string_view& text);
// Decimal without a sign or leading zeros.
std::optional<std::uint64_t> decimal_from(std::string_view text);
std::optional<Digest> digest_from_base64(std::string_view text);

tl::unexpected<Error> malformed_note(const char* what);

// The note's text up to and with its last line break, and the signature lines after the empty line.
struct SplitNote {
  std::string_view signed_text;
  std::string_view signatures;
};
std::optional<SplitNote> split_note(std::string_view note);

// The signatures by a name and the four bytes of a key's id, which the notes repeat; others are
// passed over. Errors: invalid ("checkpoint-malformed").
Result<std::vector<std::string>> signatures_by(const SplitNote& note, std::string_view name,
                                               std::string_view id);

}  // namespace ledger::merkle
