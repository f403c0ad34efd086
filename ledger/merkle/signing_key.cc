#include "ledger/merkle/signing_key.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <limits>
#include <utility>

#include "ledger/owned.h"

namespace ledger::merkle {
namespace {

using KeyHandle = Owned<EVP_PKEY, EVP_PKEY_free>;
using Context = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using Bio = Owned<BIO, BIO_free_all>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// An encrypted key would make OpenSSL ask for its password on the terminal.
int no_password(char*, int, int, void*) { return -1; }

}  // namespace

struct SigningKey::Key {
  KeyHandle handle;
};

SigningKey::SigningKey(std::unique_ptr<const Key> key) : key_(std::move(key)) {}
SigningKey::~SigningKey() = default;
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;

Result<SigningKey> SigningKey::generate() {
  KeyHandle handle(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (!handle) {
    return fail(ErrorKind::io, "key-generation-failed",
                "OpenSSL made no Ed25519 key; check that the system provides randomness.");
  }
  return SigningKey(std::make_unique<const Key>(Key{std::move(handle)}));
}

Result<SigningKey> SigningKey::from_pem(std::string_view pem) {
  KeyHandle handle;
  if (pem.size() <= std::numeric_limits<int>::max()) {
    const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    CHECK(bio != nullptr, "memory for a key");
    handle.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  }
  if (!handle || EVP_PKEY_is_a(handle.get(), "ED25519") != 1) {
    return fail(ErrorKind::corrupt, "signing-key-damaged",
                "The signing key is no Ed25519 key in PEM; restore it from a backup.");
  }
  return SigningKey(std::make_unique<const Key>(Key{std::move(handle)}));
}

std::string SigningKey::pem() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  CHECK(bio != nullptr, "memory for a key");
  CHECK(PEM_write_bio_PrivateKey(bio.get(), key_->handle.get(), nullptr, nullptr, 0, nullptr,
                                 nullptr) == 1,
        "a key that was made can be written");
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

PublicKey SigningKey::public_key() const {
  PublicKey key{};
  std::size_t size = key.size();
  CHECK(
      EVP_PKEY_get_raw_public_key(key_->handle.get(), key.data(), &size) == 1 && size == key.size(),
      "an Ed25519 key has a public half of 32 bytes");
  return key;
}

std::string SigningKey::sign(std::string_view bytes) const {
  const Context context(EVP_MD_CTX_new());
  CHECK(context != nullptr, "memory for a signature");
  std::array<unsigned char, signature_bytes> signature{};
  std::size_t size = signature.size();
  CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_->handle.get()) == 1 &&
            EVP_DigestSign(context.get(), signature.data(), &size, bytes_of(bytes), bytes.size()) ==
                1 &&
            size == signature.size(),
        "an Ed25519 key signs");
  return std::string(signature.begin(), signature.end());
}

bool is_signed_by(const PublicKey& key, std::string_view bytes, std::string_view signature) {
  const KeyHandle handle(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
  const Context context(EVP_MD_CTX_new());
  if (!handle || !context) return false;
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(bytes),
                          bytes.size()) == 1;
}

}  // namespace ledger::merkle
