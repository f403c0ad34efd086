// Sources over HTTP: real sockets on 127.0.0.1, and each fault blamed on what it is.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "ledger/limits.h"
#include "updates/source_reader.h"

namespace ledger::updates {
namespace {

using domain::SourceFault;

// A server that stands for a source.
class HttpServer {
 public:
  HttpServer() {
    port_ = server.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server.listen_after_bind(); });
    while (!server.is_running()) std::this_thread::yield();
  }
  ~HttpServer() {
    server.stop();
    thread_.join();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  httplib::Server server;

 private:
  int port_ = 0;
  std::thread thread_;
};

// A bare socket, for what no server would do: never answer, or break off.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    CHECK(::bind(socket_, generic, size) == 0, "a port for a test");
    CHECK(::listen(socket_, 8) == 0, "a listening socket for a test");
    CHECK(::getsockname(socket_, generic, &size) == 0, "the port of a test");
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { ::close(socket_); }
  int accept() const { return ::accept(socket_, nullptr, nullptr); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  int socket_;
  int port_ = 0;
};

Result<std::string, SourceFailure> fetch(const std::string& url, std::size_t bytes_max = 100,
                                         const std::stop_token& stop = {},
                                         const std::string& proxy = "") {
  auto source = open_source(url, proxy);
  if (!source) return tl::unexpected(source.error());
  return (*source)->fetch("manifest.json", bytes_max, stop);
}

SourceFault cause(const Result<std::string, SourceFailure>& fetched) {
  return fetched ? SourceFault::none : fetched.error().cause;
}

TEST(HttpSource, FetchesAFileBesideTheUrl) {
  HttpServer source;
  source.server.Get("/deep/updates/manifest.json", [](const auto&, auto& answer) {
    answer.set_content(std::string("{\0}", 3), "application/json");
  });
  EXPECT_EQ(fetch(source.url() + "/deep/updates").value(), std::string("{\0}", 3));
  EXPECT_EQ(fetch(source.url() + "/deep/updates/").value(), std::string("{\0}", 3));
}

TEST(HttpSource, FetchesSeveralFilesOverOneConnection) {
  HttpServer source;
  std::atomic<int> port{0};
  std::atomic<int> others{0};
  source.server.Get("/manifest.json", [&](const auto& request, auto& answer) {
    const int before = port.exchange(request.remote_port);
    if (before != 0 && before != request.remote_port) ++others;
    answer.set_content("x", "text/plain");
  });
  const auto reader = open_source(source.url(), "").value();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(reader->fetch("manifest.json", 9, {}));
  EXPECT_EQ(others, 0);
}

// The file from this byte on.
std::string rest(const std::string& url, std::uint64_t from, std::uint64_t bytes_max) {
  std::string bytes;
  const auto reader = open_source(url, "").value();
  const auto got = reader->stream_from("f", from, bytes_max,
                                       [&](std::string_view piece) {
                                         bytes += piece;
                                         return true;
                                       },
                                       {});
  return got ? bytes : got.error().detail;
}

TEST(HttpSource, GoesOnInsideAFile) {
  HttpServer source;
  std::string asked;
  source.server.Get("/f", [&](const auto& request, auto& answer) {
    asked = request.get_header_value("Range");
    answer.set_content("0123456789", "text/plain");
  });
  EXPECT_EQ(rest(source.url(), 0, 10), "0123456789");
  EXPECT_EQ(asked, "");
  EXPECT_EQ(rest(source.url(), 4, 6), "456789");
  EXPECT_EQ(asked, "bytes=4-");
}

TEST(HttpSource, PassesOverTheBeginningThatASourceSendsAllTheSame) {
  const Listener listener;
  std::thread source([&] {
    const int socket = listener.accept();
    std::string request(4'096, '\0');
    static_cast<void>(::recv(socket, request.data(), request.size(), 0));
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";
    static_cast<void>(::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL));
    ::close(socket);
  });
  EXPECT_EQ(rest(listener.url(), 4, 6), "456789");
  source.join();
}

TEST(HttpSource, TellsWhatAStatusMeans) {
  HttpServer source;
  int status = 0;
  source.server.Get("/manifest.json", [&](const auto&, auto& answer) {
    answer.status = status;
    answer.set_header("Location", "/elsewhere");
  });
  const auto cause_of = [&](int answered) {
    status = answered;
    return cause(fetch(source.url()));
  };
  EXPECT_EQ(cause_of(404), SourceFault::not_found);
  EXPECT_EQ(cause_of(500), SourceFault::http_status);
  EXPECT_EQ(cause_of(403), SourceFault::http_status);
  EXPECT_EQ(cause_of(302), SourceFault::http_status);
  EXPECT_NE(fetch(source.url()).error().detail.find("302"), std::string::npos);
}

TEST(HttpSource, StopsReadingBeyondTheLimitHoweverTheBodyComes) {
  HttpServer source;
  source.server.Get("/sized/manifest.json", [](const auto&, auto& answer) {
    answer.set_content(std::string(101, 'x'), "text/plain");
  });
  source.server.Get("/endless/manifest.json", [](const auto&, auto& answer) {
    answer.set_chunked_content_provider("text/plain", [](std::size_t, httplib::DataSink& sink) {
      const std::string piece(4'096, 'x');
      return sink.write(piece.data(), piece.size());
    });
  });
  EXPECT_EQ(cause(fetch(source.url() + "/sized")), SourceFault::verification_failed);
  EXPECT_EQ(cause(fetch(source.url() + "/endless")), SourceFault::verification_failed);
  EXPECT_EQ(fetch(source.url() + "/sized", 101).value().size(), 101U);
}

// What comes is 132 bytes; what it unpacks to is 100,000.
TEST(HttpSource, StopsReadingWhatUnpacksBeyondTheLimit) {
  constexpr std::string_view head(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x31\x01\x00\x00\x00\xc2\xa0\xda"
      "\x8b\x6f\x0d\x0f\xa0",
      25);
  constexpr std::string_view end("\x80\x57\x03\x71\x11\x07\xfe\xa0\x86\x01\x00", 11);
  HttpServer source;
  source.server.Get("/manifest.json", [&](const auto&, auto& answer) {
    answer.set_header("Content-Encoding", "gzip");
    answer.set_content(std::string(head) + std::string(96, '\0') + std::string(end),
                       "application/octet-stream");
  });
  EXPECT_EQ(cause(fetch(source.url(), 99'999)), SourceFault::verification_failed);
  EXPECT_EQ(fetch(source.url(), 100'000).value(), std::string(100'000, 'x'));
}

TEST(HttpSource, BlamesANameThatIsNotKnown) {
  const auto fetched = fetch("http://no-such-host.invalid/updates");
  EXPECT_EQ(cause(fetched), SourceFault::name_not_resolved);
  EXPECT_NE(fetched.error().detail.find("no-such-host.invalid"), std::string::npos);
}

TEST(HttpSource, BlamesAPortWhereNobodyListens) {
  const std::string url = Listener().url();  // Closed again.
  EXPECT_EQ(cause(fetch(url)), SourceFault::connection_refused);
}

TEST(HttpSource, BlamesAProxyThatIsNotThere) {
  const std::string proxy = Listener().url();
  EXPECT_EQ(cause(fetch("http://example.invalid", 9, {}, proxy)), SourceFault::proxy_failed);
  EXPECT_EQ(cause(fetch("http://example.invalid", 9, {}, "not a proxy")),
            SourceFault::proxy_failed);
}

TEST(HttpSource, BlamesTlsWhenThePeerDoesNotSpeakIt) {
  HttpServer source;
  std::string url = source.url();
  url.replace(0, 4, "https");
  EXPECT_EQ(cause(fetch(url)), SourceFault::tls_failed);
}

TEST(HttpSource, BlamesAPeerThatBreaksOff) {
  const Listener listener;
  std::thread peer([&] {
    const int client = listener.accept();
    const std::string half = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf";
    EXPECT_EQ(::send(client, half.data(), half.size(), 0), static_cast<ssize_t>(half.size()));
    ::shutdown(client, SHUT_RDWR);
    ::close(client);
  });
  EXPECT_EQ(cause(fetch(listener.url())), SourceFault::connection_refused);
  peer.join();
}

// Over https its silence is that of a handshake.
TEST(HttpSource, GivesASilentPeerUpWhenTheCheckIsStopped) {
  for (const std::string scheme : {"http", "https"}) {
    const Listener listener;
    std::stop_source stop;
    int client = -1;
    std::thread peer([&] {
      client = listener.accept();
      char byte = 0;
      EXPECT_EQ(::recv(client, &byte, 1, 0), 1);  // The request is on its way: the fetch waits.
      stop.request_stop();
    });
    const auto begin = std::chrono::steady_clock::now();
    const auto url = scheme + listener.url().substr(std::string("http").size());
    EXPECT_EQ(cause(fetch(url, 9, stop.get_token())), SourceFault::other) << scheme;
    const auto took = std::chrono::steady_clock::now() - begin;
    EXPECT_LT(took, limits::source_timeout / 2) << scheme;
    peer.join();
    ::close(client);
  }
}

// No timeout of silence ends this one: there is no silence.
TEST(HttpSource, GivesAPeerUpWhoseHeadersNeverEndWhenTheCheckIsStopped) {
  const Listener listener;
  std::stop_source stop;
  std::thread peer([&] {
    const int client = listener.accept();
    std::string sent = "HTTP/1.1 200 OK\r\n";
    while (::send(client, sent.data(), sent.size(), MSG_NOSIGNAL) > 0) {
      sent = "X: y\r\n";
      stop.request_stop();
    }
    ::close(client);
  });
  EXPECT_EQ(cause(fetch(listener.url(), 9, stop.get_token())), SourceFault::other);
  peer.join();
}

TEST(HttpSource, EndsAnAnswerOfHeadersWithoutEnd) {
  const Listener listener;
  std::thread peer([&] {
    const int client = listener.accept();
    std::string sent = "HTTP/1.1 200 OK\r\n";
    std::string headers;
    for (int i = 0; i < 1'000; ++i) headers += "X: y\r\n";
    while (::send(client, sent.data(), sent.size(), MSG_NOSIGNAL) > 0) sent = headers;
    ::close(client);
  });
  const auto fetched = fetch(listener.url(), 9);
  EXPECT_EQ(cause(fetched), SourceFault::other);
  EXPECT_NE(fetched.error().detail.find("headers"), std::string::npos) << fetched.error().detail;
  peer.join();
}

TEST(HttpSource, EndsAChunkThatSaysItsLengthWithoutEnd) {
  const Listener listener;
  std::thread peer([&] {
    const int client = listener.accept();
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    EXPECT_GT(::send(client, head.data(), head.size(), MSG_NOSIGNAL), 0);
    // Several send, so that there is always more to read than has been read.
    std::vector<std::thread> senders;
    for (int i = 0; i < 4; ++i) {
      senders.emplace_back([client] {
        const std::string zeros(65'536, '0');
        while (::send(client, zeros.data(), zeros.size(), MSG_NOSIGNAL) > 0) continue;
      });
    }
    for (auto& sender : senders) sender.join();
    ::close(client);
  });
  EXPECT_EQ(cause(fetch(listener.url(), 9)), SourceFault::other);
  peer.join();
}

TEST(HttpSource, TakesAFileManyTimesWhatMayComeBesideIt) {
  HttpServer source;
  const std::string large(8'388'608, 'x');
  source.server.Get("/manifest.json",
                    [&](const auto&, auto& answer) { answer.set_content(large, "text/plain"); });
  const auto reader = open_source(source.url(), "").value();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(reader->fetch("manifest.json", large.size(), {}).value().size(), large.size());
  }
}

TEST(HttpSource, RefusesUrlsThatItDoesNotUnderstand) {
  for (const auto* url : {"http://", "http://user:secret@host/", "http://host:99999/",
                          "http://host/?query", "http://host name/", "https://[::1"}) {
    EXPECT_FALSE(open_source(url, "")) << url;
  }
  EXPECT_TRUE(open_source("https://[::1]:8443/updates", ""));
}

}  // namespace
}  // namespace ledger::updates
