#include "replay/evidence_timestamp.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include <array>
#include <ctime>

#include "ledger/digest.h"
#include "ledger/owned.h"

namespace replay {

using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;

namespace {

using ledger::Owned;
using Bio = Owned<BIO, BIO_free_all>;
using Response = Owned<TS_RESP, TS_RESP_free>;
using Imprint = Owned<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free>;
using Context = Owned<TS_VERIFY_CTX, TS_VERIFY_CTX_free>;
using Store = Owned<X509_STORE, X509_STORE_free>;

tl::unexpected<ledger::Error> wrong(const std::string& what) {
  std::string why;
  std::array<char, 256> text{};
  for (auto code = ERR_get_error(); code != 0; code = ERR_get_error()) {
    ERR_error_string_n(code, text.data(), text.size());
    if (why.empty()) why = std::string(" (") + text.data() + ")";
  }
  return fail(ErrorKind::corrupt, "timestamp-wrong", "The timestamp " + what + why + ".");
}

Bio reading(std::string_view bytes) {
  return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

Response parsed(std::string_view answer) {
  const auto* at = reinterpret_cast<const unsigned char*>(answer.data());
  const auto* const end = at + answer.size();
  Response response(d2i_TS_RESP(nullptr, &at, static_cast<long>(answer.size())));
  if (at != end) return nullptr;
  return response;
}

// The store takes every certificate of the text.
Store store_of(std::string_view authorities) {
  Store store(X509_STORE_new());
  const Bio bio = reading(authorities);
  int count = 0;
  while (X509* const each = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    X509_STORE_add_cert(store.get(), each);
    X509_free(each);
    ++count;
  }
  ERR_clear_error();  // The end of the text is told as an error.
  return count > 0 ? std::move(store) : nullptr;
}

// A context owns what is set in it.
Context context_for(std::string_view signed_bytes, int flags) {
  Context context(TS_VERIFY_CTX_new());
  TS_VERIFY_CTX_set_flags(context.get(), flags);
  const auto digest = ledger::sha256(signed_bytes);
  auto* const imprint = static_cast<unsigned char*>(OPENSSL_malloc(digest.bytes.size()));
  std::copy(digest.bytes.begin(), digest.bytes.end(), imprint);
  TS_VERIFY_CTX_set_imprint(context.get(), imprint, static_cast<long>(digest.bytes.size()));
  return context;
}

std::string time_of(TS_RESP* response) {
  std::tm time{};
  ASN1_TIME_to_tm(TS_TST_INFO_get_time(TS_RESP_get_tst_info(response)), &time);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &time);
  return text.data();
}

}  // namespace

Result<std::string> timestamp_query(std::string_view signed_bytes, std::uint64_t nonce) {
  const Owned<TS_REQ, TS_REQ_free> request(TS_REQ_new());
  const Imprint imprint(TS_MSG_IMPRINT_new());
  const Owned<X509_ALGOR, X509_ALGOR_free> algorithm(X509_ALGOR_new());
  const Owned<ASN1_INTEGER, ASN1_INTEGER_free> number(ASN1_INTEGER_new());
  X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr);
  auto digest = ledger::sha256(signed_bytes);
  ASN1_INTEGER_set_uint64(number.get(), nonce);
  const bool made = TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) == 1 &&
                    TS_MSG_IMPRINT_set_msg(imprint.get(), digest.bytes.data(),
                                           static_cast<int>(digest.bytes.size())) == 1 &&
                    TS_REQ_set_version(request.get(), 1) == 1 &&
                    TS_REQ_set_msg_imprint(request.get(), imprint.get()) == 1 &&
                    TS_REQ_set_nonce(request.get(), number.get()) == 1 &&
                    TS_REQ_set_cert_req(request.get(), 1) == 1;
  unsigned char* der = nullptr;
  const int length = made ? i2d_TS_REQ(request.get(), &der) : -1;
  if (length <= 0) {
    return fail(ErrorKind::unavailable, "timestamp-failed", "The request could not be made.");
  }
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return bytes;
}

Result<void> check_timestamp_imprint(std::string_view answer, std::string_view signed_bytes) {
  const Response response = parsed(answer);
  if (!response || TS_RESP_get_tst_info(response.get()) == nullptr) {
    return wrong("is none: the authority refused, or it is damaged");
  }
  const auto digest = ledger::sha256(signed_bytes);
  const auto* const said =
      TS_MSG_IMPRINT_get_msg(TS_TST_INFO_get_msg_imprint(TS_RESP_get_tst_info(response.get())));
  const std::string_view bytes(reinterpret_cast<const char*>(ASN1_STRING_get0_data(said)),
                               static_cast<std::size_t>(ASN1_STRING_length(said)));
  const std::string_view ours(reinterpret_cast<const char*>(digest.bytes.data()),
                              digest.bytes.size());
  if (bytes != ours) return wrong("is over another checkpoint");
  return {};
}

Result<std::string> timestamp_time(std::string_view answer, std::string_view signed_bytes,
                                   std::string_view authorities) {
  if (auto checked = check_timestamp_imprint(answer, signed_bytes); !checked) {
    return fail(checked.error());
  }
  const Response response = parsed(answer);
  Store store = store_of(authorities);
  if (!store) return wrong("cannot be checked: there is no certificate in what is believed");
  const Context context =
      context_for(signed_bytes, TS_VFY_VERSION | TS_VFY_IMPRINT | TS_VFY_SIGNATURE);
  TS_VERIFY_CTX_set_store(context.get(), store.release());
  if (TS_RESP_verify_response(context.get(), response.get()) != 1) {
    return wrong("is not signed by an authority that is believed");
  }
  return time_of(response.get());
}

}  // namespace replay
