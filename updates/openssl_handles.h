// What OpenSSL makes, freed when it goes, and keys and certificates as PEM texts.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "ledger/digest.h"
#include "ledger/domain/ids.h"
#include "ledger/owned.h"
#include "ledger/result.h"

namespace ledger::updates::openssl {

using Bio = Owned<BIO, BIO_free_all>;
using KeyHandle = Owned<EVP_PKEY, EVP_PKEY_free>;
using DigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using Certificate = Owned<X509, X509_free>;
using CertificateRequest = Owned<X509_REQ, X509_REQ_free>;

// Reads from a text, which outlives it.
inline Bio reader_of(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

inline Bio memory() {
  Bio bio(BIO_new(BIO_s_mem()));
  CHECK(bio != nullptr, "memory for a text");
  return bio;
}

// What was written to memory().
inline std::string text_in(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  return std::string(bytes, static_cast<std::size_t>(size));
}

// An encrypted key would make OpenSSL ask for its password on the terminal.
inline int no_password(char*, int, int, void*) { return -1; }

// Null: it cannot be read.
inline KeyHandle private_key_from(std::string_view pem) {
  return KeyHandle(PEM_read_bio_PrivateKey(reader_of(pem).get(), nullptr, no_password, nullptr));
}

// The first of the text. Null: it cannot be read.
inline Certificate certificate_from(std::string_view pem) {
  return Certificate(PEM_read_bio_X509(reader_of(pem).get(), nullptr, no_password, nullptr));
}

// PKCS #8, not encrypted.
inline std::string text_of(EVP_PKEY* key) {
  const Bio bio = memory();
  const int written =
      PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  CHECK(written == 1, "a key is written to memory");
  return text_in(bio.get());
}

inline std::string text_of(X509* certificate) {
  const Bio bio = memory();
  CHECK(PEM_write_bio_X509(bio.get(), certificate) == 1, "a certificate is written to memory");
  return text_in(bio.get());
}

inline domain::Time time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return {static_cast<std::int64_t>(timegm(&parts)) * 1'000'000};
}

// SHA-256 of the public half, as X.509 writes it.
inline domain::Digest public_digest_of(EVP_PKEY* key) {
  unsigned char* bytes = nullptr;
  const int size = i2d_PUBKEY(key, &bytes);
  CHECK(size > 0, "a public key has bytes");
  const auto digest =
      sha256({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)});
  OPENSSL_free(bytes);
  return digest;
}

}  // namespace ledger::updates::openssl
