// Keys of TUF and their signatures: ed25519, rsassa-pss-sha256 and ecdsa-sha2-nistp256.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/result.h"

namespace ledger::updates::tuf {

struct PublicKey {
  std::string id;      // SHA-256 of its canonical form, in hex.
  std::string type;    // "ed25519", "rsa", "ecdsa"; others verify nothing.
  std::string scheme;  // "ed25519", "rsassa-pss-sha256", "ecdsa-sha2-nistp256".
  std::string text;    // Hex for ed25519, PEM for the others.

  bool operator==(const PublicKey&) const = default;
};

// Its JSON as a repository lists it.
std::string json_of(const PublicKey& key);

// What tells two keys apart, however they are written; nothing: not a key that we can use.
std::optional<std::string> identity_of(const PublicKey& key);

// Whether `signature` (hex) is this key's over `bytes`. Anything that cannot be read is not.
bool verify(const PublicKey& key, std::string_view bytes, std::string_view signature);

enum class KeyKind { ed25519, rsa, ecdsa };

// A private key; movable. Thread: one at a time.
class PrivateKey {
 public:
  // Errors: io ("key-generation-failed").
  static Result<PrivateKey> generate(KeyKind kind);
  // PEM of PKCS #8, encrypted or (an empty passphrase) not.
  // Errors: refused ("passphrase-wrong"), invalid ("key-unusable").
  static Result<PrivateKey> from_pem(std::string_view pem, const std::string& passphrase);

  ~PrivateKey();
  PrivateKey(PrivateKey&&) noexcept;
  PrivateKey& operator=(PrivateKey&&) noexcept;

  // Encrypted by AES-256 under a key that scrypt derives from the passphrase; an empty one: as is.
  Result<std::string> pem(const std::string& passphrase) const;
  const PublicKey& public_key() const { return public_; }
  // In hex.
  std::string sign(std::string_view bytes) const;

 private:
  struct Handle;
  explicit PrivateKey(std::unique_ptr<Handle> handle);

  std::unique_ptr<Handle> handle_;
  PublicKey public_;
};

std::string hex_of(std::string_view bytes);
std::optional<std::string> bytes_from_hex(std::string_view hex);
// In hex. Thread: any.
std::string sha512_hex(std::string_view bytes);

}  // namespace ledger::updates::tuf
