#include "api/peer_certificate.h"

#include <openssl/bn.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cctype>
#include <ctime>

namespace api {
namespace {

std::string digits_of(const ASN1_INTEGER* serial) {
  BIGNUM* number = ASN1_INTEGER_to_BN(serial, nullptr);
  char* digits = number == nullptr ? nullptr : BN_bn2hex(number);
  std::string text = digits == nullptr ? "" : digits;
  OPENSSL_free(digits);
  BN_free(number);
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string common_name_of(const X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return {};
  const ASN1_STRING* text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                     static_cast<std::size_t>(ASN1_STRING_length(text)));
}

}  // namespace

std::shared_ptr<const ShownCertificate> seen_certificate(SSL* ssl) {
  const X509* certificate = SSL_get0_peer_certificate(ssl);
  if (certificate == nullptr) return nullptr;
  auto seen = std::make_shared<ShownCertificate>();
  seen->common_name = common_name_of(certificate);
  seen->serial = digits_of(X509_get0_serialNumber(certificate));
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) == 1) {
    seen->not_after = {static_cast<std::int64_t>(timegm(&parts)) * 1'000'000};
  }
  const long result = SSL_get_verify_result(ssl);
  seen->expired = result == X509_V_ERR_CERT_HAS_EXPIRED;
  if (result != X509_V_OK) seen->fault = X509_verify_cert_error_string(result);
  return seen;
}

}  // namespace api
