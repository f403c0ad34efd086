#include "api/tls_context.h"

#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>

namespace api {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

namespace {

// SSL_get_verify_result() keeps what was found wrong.
int let_through(int, X509_STORE_CTX*) { return 1; }

}  // namespace

ledger::Result<TlsContext> server_tls(const TlsFiles& files) {
  const auto unusable = [](const std::filesystem::path& file, const error_code& why) {
    return ledger::fail(ledger::ErrorKind::io, "tls-files-unusable",
                        "Cannot use " + file.string() + ": " + why.message() + ".");
  };
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* raw = context->native_handle();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  // Of TLS 1.2 those that keep yesterday's secrets and seal what they encrypt; 1.3 has no others.
  CHECK(SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1,
        "every OpenSSL has one of them");
  if (files.peers != PeerCertificate::none) {
    SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION);
    // Whoever comes again is looked at again: a session would outlive a revoked certificate.
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(raw, 0);
  }
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // An idle connection gives its buffers back.
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  error_code error;
  context->use_certificate_chain_file(files.certificate.string(), error);
  if (error) return unusable(files.certificate, error);
  context->use_private_key_file(files.key.string(), ssl::context::pem, error);
  if (error) return unusable(files.key, error);
  if (files.peers == PeerCertificate::none) return context;
  const bool required = files.peers == PeerCertificate::required;
  const bool judged = files.peers == PeerCertificate::judged;
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     judged ? let_through : nullptr);
  context->load_verify_file(files.peer_authority.string(), error);
  if (error) return unusable(files.peer_authority, error);
  return context;
}

}  // namespace api
