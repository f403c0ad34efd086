#include "ledger/merkle/named_key.h"

#include <algorithm>
#include <utility>

#include "ledger/digest.h"
#include "ledger/merkle/base64.h"
#include "ledger/merkle/note_text.h"

namespace ledger::merkle {

KeyId id_of_key(std::string_view name, char algorithm, const PublicKey& key) {
  Sha256 hash;
  hash.update(name);
  hash.update("\n");
  hash.update({&algorithm, 1});
  hash.update(view_of(key));
  const Digest digest = hash.finish();
  KeyId id{};
  std::copy_n(digest.bytes.begin(), id.size(), id.begin());
  return id;
}

std::string text_of_key(std::string_view name, char algorithm, const PublicKey& key) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = std::string(name) + "+";
  for (const std::uint8_t byte : id_of_key(name, algorithm, key)) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text + "+" + base64(algorithm + std::string(view_of(key)));
}

std::optional<NamedKey> key_from_text(std::string_view text, char algorithm) {
  const std::size_t plus = text.find('+');
  const std::size_t second = plus == text.npos ? plus : text.find('+', plus + 1);
  if (second == text.npos) return std::nullopt;
  const auto bytes = base64_decoded(text.substr(second + 1));
  NamedKey named{std::string(text.substr(0, plus)), {}};
  if (!bytes || bytes->size() != 1 + named.key.size()) return std::nullopt;
  std::transform(bytes->begin() + 1, bytes->end(), named.key.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  const bool is_canonical =
      is_origin(named.name) && text_of_key(named.name, algorithm, named.key) == text;
  return is_canonical ? std::optional(std::move(named)) : std::nullopt;
}

}  // namespace ledger::merkle
