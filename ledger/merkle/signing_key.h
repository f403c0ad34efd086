// The Ed25519 key that signs tree heads. Who holds the public half can tell whether a head is ours.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "ledger/result.h"

namespace ledger::merkle {

using PublicKey = std::array<std::uint8_t, 32>;
inline constexpr std::size_t signature_bytes = 64;

class SigningKey {
 public:
  // A new key from the operating system's randomness. Errors: io ("key-generation-failed").
  static Result<SigningKey> generate();
  // Errors: corrupt ("signing-key-damaged": not an unencrypted Ed25519 key in PEM).
  static Result<SigningKey> from_pem(std::string_view pem);

  ~SigningKey();
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;

  std::string pem() const;  // PKCS #8, the private half included: for a 0600 file only.
  PublicKey public_key() const;
  // 64 bytes, always the same for the same bytes. Thread: any.
  std::string sign(std::string_view bytes) const;

 private:
  struct Key;
  explicit SigningKey(std::unique_ptr<const Key> key);

  std::unique_ptr<const Key> key_;
};

// Thread: any.
bool is_signed_by(const PublicKey& key, std::string_view bytes, std::string_view signature);

}  // namespace ledger::merkle
