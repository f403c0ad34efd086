#include "api/x509.h"

#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "ledger/owned.h"
#include "ledger/result.h"
#include "updates/openssl_handles.h"

namespace api {

namespace domain = ledger::domain;

namespace {

namespace openssl = ledger::updates::openssl;
using ledger::Owned;
using openssl::Certificate;
using openssl::certificate_from;
using openssl::private_key_from;
using Extension = Owned<X509_EXTENSION, X509_EXTENSION_free>;

std::time_t whole_seconds(domain::Time time) { return time.micros / 1'000'000; }

bool is_address(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}

void add_extension(X509* certificate, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str()));
  CHECK(extension != nullptr, "an extension is well formed");
  CHECK(X509_add_ext(certificate, extension.get(), -1) == 1, "an extension is added");
}

void add_authority_extensions(X509* certificate, X509* issuer) {
  add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
  add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(certificate, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
}

// `usage`: "serverAuth", "clientAuth" or both.
void add_leaf_extensions(X509* certificate, X509* issuer, const std::set<std::string>& names,
                         const std::string& usage) {
  add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
  add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always");
  add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature");
  add_extension(certificate, issuer, NID_ext_key_usage, usage);
  std::string alternatives;
  for (const auto& name : names) {
    if (!alternatives.empty()) alternatives += ',';
    alternatives += (is_address(name) ? "IP:" : "DNS:") + name;
  }
  if (!names.empty()) add_extension(certificate, issuer, NID_subject_alt_name, alternatives);
}

void set_common_name(X509* certificate, const std::string& name) {
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
}

void set_serial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1, "random bytes come");
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7f) | 0x40);  // Positive, of one length.
  const Owned<BIGNUM, BN_free> number(
      BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate));
}

std::string name_from(const GENERAL_NAME& name) {
  if (name.type == GEN_DNS) {
    return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name.d.dNSName)),
                       static_cast<std::size_t>(ASN1_STRING_length(name.d.dNSName)));
  }
  if (name.type != GEN_IPADD) return {};
  const bool six = ASN1_STRING_length(name.d.iPAddress) == 16;
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(six ? AF_INET6 : AF_INET, ASN1_STRING_get0_data(name.d.iPAddress), text.data(),
              text.size());
  return text.data();
}

}  // namespace

bool is_host_name(const std::string& text) {
  if (is_address(text)) return true;
  if (text.empty() || text.size() > 253 || text.front() == '-' || text.front() == '.') return false;
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (std::isalnum(c) != 0 && c < 128) || c == '-' || c == '.';
  });
}

KeyAndCertificate make_certificate(const CertificateFacts& facts,
                                   const KeyAndCertificate* authority) {
  const openssl::KeyHandle key(EVP_EC_gen("P-256"));
  CHECK(key != nullptr, "a key is made");
  const Certificate certificate(X509_new());
  X509* raw = certificate.get();
  X509_set_version(raw, X509_VERSION_3);
  set_serial(raw);
  // An hour back, for clocks that are not quite the same.
  ASN1_TIME_set(X509_getm_notBefore(raw), whole_seconds(facts.not_before - domain::hours(1)));
  ASN1_TIME_set(X509_getm_notAfter(raw), whole_seconds(facts.not_before + facts.life));
  X509_set_pubkey(raw, key.get());
  set_common_name(raw, facts.common_name);
  const Certificate issuer =
      authority == nullptr ? nullptr : certificate_from(authority->certificate);
  const openssl::KeyHandle issuer_key =
      authority == nullptr ? nullptr : private_key_from(authority->key);
  X509* signer = issuer == nullptr ? raw : issuer.get();
  X509_set_issuer_name(raw, X509_get_subject_name(signer));
  if (facts.names.empty()) {
    add_authority_extensions(raw, signer);
  } else {
    add_leaf_extensions(raw, signer, facts.names, "serverAuth");
  }
  CHECK(X509_sign(raw, issuer_key == nullptr ? key.get() : issuer_key.get(), EVP_sha256()) > 0,
        "a certificate is signed");
  return {openssl::text_of(key.get()), openssl::text_of(raw)};
}

namespace {

constexpr int key_security_bits_min = 112;
constexpr std::size_t request_bytes_max = 16'384;

// The key of a request that proves that who asks has it.
ledger::Result<openssl::KeyHandle> key_in(const std::string& request) {
  const auto invalid = [](const char* why) {
    return ledger::fail(ledger::ErrorKind::invalid, "certificate-request-invalid", why);
  };
  if (request.size() > request_bytes_max) return invalid("The certificate request is too long.");
  const openssl::CertificateRequest parsed(
      PEM_read_bio_X509_REQ(openssl::reader_of(request).get(), nullptr, nullptr, nullptr));
  if (parsed == nullptr) return invalid("A certificate request is PKCS #10, as PEM.");
  openssl::KeyHandle key(X509_REQ_get_pubkey(parsed.get()));
  if (key == nullptr || X509_REQ_verify(parsed.get(), key.get()) != 1) {
    return invalid("The certificate request is not signed by the key that it is for.");
  }
  if (EVP_PKEY_get_security_bits(key.get()) < key_security_bits_min) {
    return invalid("The key of the certificate request is too weak; make one for P-256.");
  }
  return key;
}

}  // namespace

ledger::Result<std::string> sign_request(const std::string& request,
                                         const RequestedCertificate& facts,
                                         const KeyAndCertificate& authority) {
  const auto key = key_in(request);
  if (!key) return ledger::fail(key.error());
  const Certificate issuer = certificate_from(authority.certificate);
  const openssl::KeyHandle issuer_key = private_key_from(authority.key);
  CHECK(issuer != nullptr && issuer_key != nullptr, "an authority that was loaded is one");
  const Certificate certificate(X509_new());
  X509* raw = certificate.get();
  X509_set_version(raw, X509_VERSION_3);
  BIGNUM* number = nullptr;
  CHECK(BN_hex2bn(&number, facts.serial.c_str()) > 0, "a serial is hexadecimal");
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(raw));
  BN_free(number);
  ASN1_TIME_set(X509_getm_notBefore(raw), whole_seconds(facts.not_before - domain::hours(1)));
  ASN1_TIME_set(X509_getm_notAfter(raw), whole_seconds(facts.not_after));
  X509_set_pubkey(raw, key->get());
  set_common_name(raw, facts.common_name);
  X509_set_issuer_name(raw, X509_get_subject_name(issuer.get()));
  add_leaf_extensions(raw, issuer.get(), facts.names,
                      facts.names.empty() ? "clientAuth" : "clientAuth,serverAuth");
  CHECK(X509_sign(raw, issuer_key.get(), EVP_sha256()) > 0, "a certificate is signed");
  return openssl::text_of(raw);
}

ledger::Result<domain::Digest> requested_key(const std::string& request) {
  const auto key = key_in(request);
  if (!key) return ledger::fail(key.error());
  return openssl::public_digest_of(key->get());
}

bool belong_together(const KeyAndCertificate& pair) {
  const auto certificate = certificate_from(pair.certificate);
  const auto key = private_key_from(pair.key);
  return certificate != nullptr && key != nullptr &&
         X509_check_private_key(certificate.get(), key.get()) == 1;
}

bool is_signed_by(const std::string& certificate, const std::string& authority) {
  const auto signed_one = certificate_from(certificate);
  const auto signer = certificate_from(authority);
  if (signed_one == nullptr || signer == nullptr) return false;
  return X509_verify(signed_one.get(), X509_get0_pubkey(signer.get())) == 1;
}

std::string fingerprint(const std::string& certificate) {
  const auto parsed = certificate_from(certificate);
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  if (parsed == nullptr || X509_digest(parsed.get(), EVP_sha256(), bytes.data(), &size) != 1) {
    return {};
  }
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    if (i > 0) text += ':';
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 15];
  }
  return text;
}

std::optional<SeenCertificate> look_at(const std::string& certificate) {
  const auto parsed = certificate_from(certificate);
  if (parsed == nullptr) return std::nullopt;
  SeenCertificate seen;
  seen.not_before = openssl::time_of(X509_get0_notBefore(parsed.get()));
  seen.not_after = openssl::time_of(X509_get0_notAfter(parsed.get()));
  const Owned<GENERAL_NAMES, GENERAL_NAMES_free> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(parsed.get(), NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const std::string name = name_from(*sk_GENERAL_NAME_value(names.get(), i));
    if (!name.empty()) seen.names.insert(name);
  }
  return seen;
}

}  // namespace api
