#include "api/tls.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "api/x509.h"
#include "tests/support/scratch_directory.h"
#include "tests/unit/api/test_server.h"

namespace api::testing {
namespace {

using std::filesystem::path;

const domain::Time now = ledger::SystemClock().now();

std::string text_of(const path& file) {
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

MadeCertificate made_in(const path& directory, domain::Time at,
                        const std::vector<std::string>& names = {}) {
  const auto made = load_or_make_certificate(directory, names, at);
  EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().detail);
  return *made;
}

TEST(Certificates, AreMadeAtTheFirstStartAndKept) {
  const tests::ScratchDirectory scratch;
  const auto first = made_in(scratch.path() / "tls", now, {"ledger.example", "192.0.2.1"});
  EXPECT_TRUE(first.made_authority && first.made_certificate);
  EXPECT_EQ(first.authority_fingerprint.size(), 32u * 3 - 1);
  const auto seen = look_at(text_of(first.files.certificate));
  ASSERT_TRUE(seen.has_value());
  for (const char* name : {"localhost", "127.0.0.1", "::1", "ledger.example", "192.0.2.1"}) {
    EXPECT_TRUE(seen->names.contains(name)) << name;
  }
  const auto again = made_in(scratch.path() / "tls", now, {"ledger.example", "192.0.2.1"});
  EXPECT_FALSE(again.made_authority || again.made_certificate);
  EXPECT_EQ(again.authority_fingerprint, first.authority_fingerprint);
}

TEST(Certificates, KeepTheirKeysForTheirOwner) {
  const tests::ScratchDirectory scratch;
  const auto made = made_in(scratch.path() / "tls", now);
  for (const auto& file : {made.files.key, scratch.path() / "tls" / "ca.key"}) {
    struct stat facts {};
    ASSERT_EQ(::stat(file.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600u) << file;
  }
}

TEST(Certificates, AreRenewedWhenTwoThirdsOfTheirTimeAreOver) {
  const tests::ScratchDirectory scratch;
  const auto first = made_in(scratch.path(), now);
  const auto before = text_of(first.files.certificate);
  EXPECT_FALSE(made_in(scratch.path(), now + domain::days(240)).made_certificate);
  const auto renewed = made_in(scratch.path(), now + domain::days(245));
  EXPECT_TRUE(renewed.made_certificate);
  EXPECT_FALSE(renewed.made_authority);
  EXPECT_EQ(renewed.authority_fingerprint, first.authority_fingerprint);
  EXPECT_NE(text_of(renewed.files.certificate), before);
}

TEST(Certificates, AreMadeAnewForAnotherName) {
  const tests::ScratchDirectory scratch;
  made_in(scratch.path(), now);
  EXPECT_TRUE(made_in(scratch.path(), now, {"other.example"}).made_certificate);
  EXPECT_FALSE(made_in(scratch.path(), now, {"other.example"}).made_certificate);
}

TEST(Certificates, AreMadeAnewWhenTheServersAreDamaged) {
  const tests::ScratchDirectory scratch;
  const auto made = made_in(scratch.path(), now);
  std::ofstream(made.files.certificate) << "rubbish";
  EXPECT_TRUE(made_in(scratch.path(), now).made_certificate);
}

TEST(Certificates, OfADamagedAuthorityAreRefusedRatherThanReplaced) {
  const tests::ScratchDirectory scratch;
  const auto made = made_in(scratch.path(), now);
  std::ofstream(made.authority) << "rubbish";
  const auto refused = load_or_make_certificate(scratch.path(), {}, now);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, "tls-files-damaged");
  std::filesystem::remove(scratch.path() / "ca.key");
  EXPECT_FALSE(load_or_make_certificate(scratch.path(), {}, now).has_value());
}

TEST(Certificates, RefuseANameThatIsNone) {
  const tests::ScratchDirectory scratch;
  for (const char* name : {"a b", "", "a,DNS:evil.example", "-x", "\xc3\xa9"}) {
    const auto refused = load_or_make_certificate(scratch.path(), {name}, now);
    ASSERT_FALSE(refused.has_value()) << name;
    EXPECT_EQ(refused.error().reason, "host-name-invalid");
  }
}

// -- Through a real handshake.

struct TlsServer {
  TlsServer() : made(made_in(scratch.path(), now)), test(routes(), options(made)) {}

  static Router routes() {
    Router router;
    router.add({"GET", "/hello", Permission::public_, answering([](const Request&) {
                  Response response;
                  response.body = std::string(200'000, 'x');
                  return response;
                })});
    return router;
  }
  static Server::Options options(const MadeCertificate& certificate) {
    Server::Options options;
    options.tls = certificate.files;
    return options;
  }

  tests::ScratchDirectory scratch;
  MadeCertificate made;
  TestServer test;
};

struct TlsTry {
  std::string version;  // Empty: no handshake.
  std::string answer;
};

// `shown`: the certificate and key that the client shows, if any.
TlsTry ask_through_tls(const TlsServer& server, const std::string& host, int highest_version,
                       const TlsFiles* shown = nullptr) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);  // So that old versions are tried at all.
  SSL_CTX_set_max_proto_version(context.get(), highest_version);
  SSL_CTX_load_verify_locations(context.get(), server.made.authority.c_str(), nullptr);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (shown != nullptr) {
    SSL_CTX_use_certificate_file(context.get(), shown->certificate.c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(context.get(), shown->key.c_str(), SSL_FILETYPE_PEM);
  }
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(BIO_new_ssl_connect(context.get()),
                                                          &BIO_free_all);
  SSL* ssl = nullptr;
  BIO_get_ssl(bio.get(), &ssl);
  SSL_set1_host(ssl, host.c_str());
  const std::string address = "127.0.0.1:" + std::to_string(server.test.server->port());
  BIO_set_conn_hostname(bio.get(), address.c_str());
  TlsTry tried;
  if (BIO_do_handshake(bio.get()) != 1) return tried;
  tried.version = SSL_get_version(ssl);
  const std::string request = get("/hello", "Connection: close\r\n");
  BIO_write(bio.get(), request.data(), static_cast<int>(request.size()));
  std::array<char, 65536> bytes{};
  for (int got = 0; (got = BIO_read(bio.get(), bytes.data(), 65536)) > 0;) {
    tried.answer.append(bytes.data(), static_cast<std::size_t>(got));
  }
  return tried;
}

TEST(Tls, IsSpokenWithACertificateThatTheAuthorityVouchesFor) {
  const TlsServer server;
  for (const char* host : {"localhost"}) {
    const auto tried = ask_through_tls(server, host, 0);
    EXPECT_EQ(tried.version, "TLSv1.3");
    EXPECT_TRUE(tried.answer.starts_with("HTTP/1.1 200 OK\r\n"));
    EXPECT_NE(tried.answer.find("Strict-Transport-Security: max-age="), std::string::npos);
    EXPECT_TRUE(tried.answer.ends_with(std::string(200'000, 'x')));
  }
}

TEST(Tls, IsVersion12OrNewer) {
  const TlsServer server;
  EXPECT_EQ(ask_through_tls(server, "localhost", TLS1_2_VERSION).version, "TLSv1.2");
  EXPECT_EQ(ask_through_tls(server, "localhost", TLS1_1_VERSION).version, "");
}

TEST(Tls, DoesNotVouchForOtherNames) {
  const TlsServer server;
  EXPECT_EQ(ask_through_tls(server, "elsewhere.example", 0).version, "");
}

TEST(Tls, EndsAConnectionThatSpeaksPlainHttp) {
  const TlsServer server;
  EXPECT_EQ(ask(server.test.server->port(), get("/hello")).status, 0);
}

// A key and a certificate for it by the authority in this directory, as a machine has them.
TlsFiles machine_of(const path& directory) {
  const std::string made =
      "cd " + directory.string() +
      " && openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout machine.key"
      " -subj /CN=pc-1 -out machine.csr 2>/dev/null"
      " && openssl x509 -req -in machine.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 1"
      " -out machine.crt 2>/dev/null";
  EXPECT_EQ(std::system(made.c_str()), 0);
  return TlsFiles{directory / "machine.crt", directory / "machine.key"};
}

TEST(Tls, CanBeForPeersOfOneAuthorityOnly) {
  const TlsServer server;
  const auto machine = machine_of(server.scratch.path());
  auto files = server.made.files;
  files.peers = PeerCertificate::required;
  files.peer_authority = server.made.authority;
  ASSERT_TRUE(server.test.server->use_tls(files));
  const auto own = ask_through_tls(server, "localhost", 0, &machine);
  EXPECT_TRUE(own.answer.starts_with("HTTP/1.1 200 OK\r\n"));
  const tests::ScratchDirectory elsewhere;
  made_in(elsewhere.path(), now);
  const auto stranger = machine_of(elsewhere.path());
  EXPECT_EQ(ask_through_tls(server, "localhost", 0, &stranger).answer, "");
  EXPECT_EQ(ask_through_tls(server, "localhost", 0).answer, "");
  EXPECT_EQ(ask_through_tls(server, "localhost", TLS1_2_VERSION, &machine).version, "");
}

TEST(Tls, UsesNewFilesFromTheNextConnectionOn) {
  const TlsServer server;
  const tests::ScratchDirectory elsewhere;
  const auto other = made_in(elsewhere.path(), now);
  ASSERT_TRUE(server.test.server->use_tls(other.files));
  EXPECT_EQ(ask_through_tls(server, "localhost", 0).version, "");
  EXPECT_EQ(server.test.server->use_tls({"/nonexistent", "/nonexistent"}).error().reason,
            "tls-files-unusable");
  ASSERT_TRUE(server.test.server->use_tls(server.made.files));
  EXPECT_EQ(ask_through_tls(server, "localhost", 0).version, "TLSv1.3");
}

TEST(Tls, IsRequiredWhereOthersCanConnect) {
  TestTokenBook book;
  ledger::SystemClock clock;
  Auth auth(book, clock, {});
  RateLimit rate(clock, {});
  AccessReports reports([](const AccessReports::Report&) {}, clock);
  const Router router;
  Front front(router, auth, rate, reports);
  Server::Options options;
  options.address = "0.0.0.0";
  const auto refused = Server::start(options, front);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, "tls-required");
  options.insecure = true;
  EXPECT_TRUE(Server::start(options, front).has_value());
}

TEST(Tls, NeedsFilesThatCanBeUsed) {
  TestTokenBook book;
  ledger::SystemClock clock;
  Auth auth(book, clock, {});
  RateLimit rate(clock, {});
  AccessReports reports([](const AccessReports::Report&) {}, clock);
  const Router router;
  Front front(router, auth, rate, reports);
  Server::Options options;
  options.tls = TlsFiles{"/nonexistent/server.crt", "/nonexistent/server.key"};
  const auto refused = Server::start(options, front);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, "tls-files-unusable");
}

}  // namespace
}  // namespace api::testing
