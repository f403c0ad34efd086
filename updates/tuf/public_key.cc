#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <limits>

#include "ledger/codec/json_out.h"
#include "updates/openssl_handles.h"
#include "updates/tuf/keys.h"

namespace ledger::updates::tuf {
namespace {

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool is_ecdsa(const PublicKey& key) {
  // Old repositories name the type by the scheme.
  return (key.type == "ecdsa" || key.type == "ecdsa-sha2-nistp256") &&
         key.scheme == "ecdsa-sha2-nistp256";
}

openssl::KeyHandle load_pem(const PublicKey& key) {
  constexpr std::size_t pem_bytes_max = 16'384;
  if (key.text.size() > pem_bytes_max) return nullptr;
  const openssl::Bio bio = openssl::reader_of(key.text);
  CHECK(bio != nullptr, "memory for a key");
  openssl::KeyHandle handle(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  if (!handle) return nullptr;
  if (key.type == "rsa") {
    constexpr int rsa_bits_min = 2'048;
    constexpr int rsa_bits_max = 16'384;
    const int bits = EVP_PKEY_get_bits(handle.get());
    const bool sound =
        EVP_PKEY_is_a(handle.get(), "RSA") == 1 && bits >= rsa_bits_min && bits <= rsa_bits_max;
    return sound ? std::move(handle) : nullptr;
  }
  char group[32] = {};
  std::size_t size = 0;
  const bool named = EVP_PKEY_get_group_name(handle.get(), group, sizeof group, &size) == 1;
  return named && std::string_view(group, size) == "prime256v1" ? std::move(handle) : nullptr;
}

openssl::KeyHandle load(const PublicKey& key) {
  if (key.type == "ed25519" && key.scheme == "ed25519") {
    const auto bytes = bytes_from_hex(key.text);
    if (!bytes || bytes->size() != 32) return nullptr;
    return openssl::KeyHandle(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(*bytes), 32));
  }
  const bool is_rsa = key.type == "rsa" && key.scheme == "rsassa-pss-sha256";
  return is_rsa || is_ecdsa(key) ? load_pem(key) : nullptr;
}

}  // namespace

std::string hex_of(std::string_view bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

std::optional<std::string> bytes_from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit_of(hex[i]);
    const int low = digit_of(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

std::string sha512_hex(std::string_view bytes) {
  std::string digest(64, '\0');
  unsigned size = 0;
  CHECK(EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                   &size, EVP_sha512(), nullptr) == 1,
        "OpenSSL has SHA-512");
  return hex_of(digest);
}

std::string json_of(const PublicKey& key) {
  std::string out = "{\"keytype\":";
  codec::write_json(out, key.type);
  out += ",\"keyval\":{\"public\":";
  codec::write_json(out, key.text);
  out += "},\"scheme\":";
  codec::write_json(out, key.scheme);
  return out + "}";
}

std::optional<std::string> identity_of(const PublicKey& key) {
  const openssl::KeyHandle handle = load(key);
  if (!handle) return std::nullopt;
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(handle.get(), &der);
  if (size <= 0) return std::nullopt;
  std::string identity(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return identity;
}

bool verify(const PublicKey& key, std::string_view bytes, std::string_view signature) {
  const openssl::KeyHandle handle = load(key);
  const auto signed_by = bytes_from_hex(signature);
  if (!handle || !signed_by || signed_by->empty()) return false;
  const openssl::DigestContext context(EVP_MD_CTX_new());
  CHECK(context != nullptr, "memory for a signature");
  const bool hashed = key.type != "ed25519";
  EVP_PKEY_CTX* parameters = nullptr;
  if (EVP_DigestVerifyInit(context.get(), &parameters, hashed ? EVP_sha256() : nullptr, nullptr,
                           handle.get()) != 1) {
    return false;
  }
  if (key.type == "rsa" &&
      (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) != 1 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_AUTO) != 1)) {
    return false;
  }
  return EVP_DigestVerify(context.get(), raw(*signed_by), signed_by->size(), raw(bytes),
                          bytes.size()) == 1;
}

}  // namespace ledger::updates::tuf
