#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <cstring>
#include <limits>
#include <utility>

#include "ledger/digest.h"
#include "updates/openssl_handles.h"
#include "updates/tuf/canonical_json.h"
#include "updates/tuf/keys.h"

namespace ledger::updates::tuf {

struct PrivateKey::Handle {
  openssl::KeyHandle key;
};

namespace {

// scrypt takes 128 * 8 * n bytes, here 16 MB: OpenSSL allows itself 32.
constexpr std::uint64_t scrypt_n = 16'384;

int give_passphrase(char* out, int size, int, void* passphrase) {
  const auto& text = *static_cast<const std::string*>(passphrase);
  if (text.size() > static_cast<std::size_t>(size)) return -1;
  std::memcpy(out, text.data(), text.size());
  return static_cast<int>(text.size());
}

PublicKey public_of(EVP_PKEY* key) {
  PublicKey made;
  if (EVP_PKEY_is_a(key, "ED25519") == 1) {
    std::string bytes(32, '\0');
    std::size_t size = bytes.size();
    CHECK(EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(bytes.data()), &size),
          "an ed25519 key has a public half");
    made.type = made.scheme = "ed25519";
    made.text = hex_of(bytes);
  } else {
    const bool rsa = EVP_PKEY_is_a(key, "RSA") == 1;
    made.type = rsa ? "rsa" : "ecdsa";
    made.scheme = rsa ? "rsassa-pss-sha256" : "ecdsa-sha2-nistp256";
    const openssl::Bio bio = openssl::memory();
    CHECK(PEM_write_bio_PUBKEY(bio.get(), key) == 1, "a key can be written");
    made.text = openssl::text_in(bio.get());
  }
  made.id = hex(sha256(*canonical_json(json_of(made))));
  return made;
}

tl::unexpected<Error> unusable(std::string why) {
  return fail(ErrorKind::invalid, "key-unusable", std::move(why));
}

}  // namespace

PrivateKey::PrivateKey(std::unique_ptr<Handle> handle)
    : handle_(std::move(handle)), public_(public_of(handle_->key.get())) {}
PrivateKey::~PrivateKey() = default;
PrivateKey::PrivateKey(PrivateKey&&) noexcept = default;
PrivateKey& PrivateKey::operator=(PrivateKey&&) noexcept = default;

Result<PrivateKey> PrivateKey::generate(KeyKind kind) {
  constexpr std::size_t rsa_bits = 3'072;
  openssl::KeyHandle key(kind == KeyKind::ed25519 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                         : kind == KeyKind::rsa
                             ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", rsa_bits)
                             : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  if (!key) {
    return fail(ErrorKind::io, "key-generation-failed",
                "OpenSSL made no key; check that the system provides randomness.");
  }
  return PrivateKey(std::make_unique<Handle>(Handle{std::move(key)}));
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem, const std::string& passphrase) {
  constexpr std::size_t pem_bytes_max = 65'536;
  if (pem.size() > pem_bytes_max) return unusable("The key's file is too large for a key.");
  const openssl::Bio bio = openssl::reader_of(pem);
  std::string given = passphrase;
  openssl::KeyHandle key(PEM_read_bio_PrivateKey(bio.get(), nullptr, give_passphrase, &given));
  ERR_clear_error();
  if (!key) {
    if (pem.find("ENCRYPTED") == std::string_view::npos) {
      return unusable("This is no private key in PEM; restore it from a backup.");
    }
    return fail(ErrorKind::refused, "passphrase-wrong",
                "The passphrase does not open the key; try another.");
  }
  auto opened = PrivateKey(std::make_unique<Handle>(Handle{std::move(key)}));
  if (!identity_of(opened.public_)) {
    return unusable("Keys are ed25519, RSA of at least 2048 bits, or ECDSA on P-256.");
  }
  return opened;
}

Result<std::string> PrivateKey::pem(const std::string& passphrase) const {
  EVP_PKEY* const key = handle_->key.get();
  if (passphrase.empty()) return openssl::text_of(key);
  if (passphrase.size() > std::numeric_limits<short>::max()) {
    return fail(ErrorKind::invalid, "passphrase-too-long", "The passphrase is too long.");
  }
  Owned<X509_ALGOR, X509_ALGOR_free> method(
      PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), nullptr, 0, nullptr, scrypt_n, 8, 1));
  const Owned<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free> plain(EVP_PKEY2PKCS8(key));
  CHECK(method && plain, "memory for a key");
  X509_SIG* const encrypted = PKCS8_set0_pbe(passphrase.data(), static_cast<int>(passphrase.size()),
                                             plain.get(), method.get());
  CHECK(encrypted != nullptr, "a key can be encrypted");
  static_cast<void>(method.release());  // It is part of what was encrypted now.
  const Owned<X509_SIG, X509_SIG_free> owned(encrypted);
  const openssl::Bio bio = openssl::memory();
  CHECK(PEM_write_bio_PKCS8(bio.get(), encrypted) == 1, "a key can be written");
  return openssl::text_in(bio.get());
}

std::string PrivateKey::sign(std::string_view bytes) const {
  const openssl::DigestContext context(EVP_MD_CTX_new());
  CHECK(context != nullptr, "memory for a signature");
  const bool hashed = public_.type != "ed25519";
  EVP_PKEY_CTX* parameters = nullptr;
  CHECK(EVP_DigestSignInit(context.get(), &parameters, hashed ? EVP_sha256() : nullptr, nullptr,
                           handle_->key.get()) == 1,
        "a signature begins");
  if (public_.type == "rsa") {
    CHECK(EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
              EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1,
          "RSA signs by PSS");
  }
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t size = 0;
  CHECK(EVP_DigestSign(context.get(), nullptr, &size, data, bytes.size()) == 1, "a size");
  std::string signature(size, '\0');
  CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       data, bytes.size()) == 1,
        "a key signs");
  signature.resize(size);
  return hex_of(signature);
}

}  // namespace ledger::updates::tuf
