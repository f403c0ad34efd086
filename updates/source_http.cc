// The only file that knows the HTTP client.
#include <httplib.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <optional>
#include <regex>
#include <string_view>
#include <utility>

#include "ledger/limits.h"
#include "updates/local_file.h"
#include "updates/source_reader.h"
#include "updates/transfer_watchdog.h"

namespace ledger::updates {
namespace {

using domain::SourceFault;

struct Url {
  std::string origin;  // "https://host:8443"
  std::string host;    // "host", "::1"
  std::string port;
  std::string path;  // "" or "/updates", never with a slash at the end.
};

std::optional<Url> parsed(const std::string& text) {
  // No user names: a password in a URL would be in the log.
  static const std::regex shape(
      R"((https?)://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?(/[^?#\s]*)?)");
  std::smatch match;
  if (text.size() > limits::url_bytes_max || !std::regex_match(text, match, shape)) {
    return std::nullopt;
  }
  const std::string scheme = match[1].str();
  const std::string port = match[3].matched ? match[3].str() : scheme == "https" ? "443" : "80";
  if (std::stoi(port) < 1 || std::stoi(port) > 65'535) return std::nullopt;
  std::string host = match[2].str();
  const std::string origin = scheme + "://" + host + ":" + port;
  if (host.front() == '[') host = host.substr(1, host.size() - 2);
  std::string path = match[4].str();
  while (!path.empty() && path.back() == '/') path.pop_back();
  return Url{origin, host, port, path};
}

// The kernel keeps twice that for us, which counts as received.
constexpr int receive_buffer_bytes = 262'144;
// Of a large file, beyond what any file is allowed.
constexpr std::uint64_t bytes_per_second_min = 16'384;

class HttpSource final : public SourceReader {
 public:
  HttpSource(Url url, std::optional<Url> proxy, const SourceTls& tls)
      : url_(std::move(url)),
        proxy_(std::move(proxy)),
        client_(url_.origin, tls.certificate.string(), tls.key.string()) {
    if (!tls.authority.empty()) client_.set_ca_cert_path(tls.authority.string());
    client_.set_connection_timeout(limits::source_timeout);
    client_.set_read_timeout(limits::source_timeout);
    client_.set_write_timeout(limits::source_timeout);
    client_.set_tcp_nodelay(true);
    client_.set_keep_alive(true);
    client_.set_follow_location(false);
    client_.set_socket_options([this](int socket) {
      ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                   sizeof receive_buffer_bytes);
      meter_.follow(socket);
    });
    if (proxy_) client_.set_proxy(proxy_->host, std::stoi(proxy_->port));
  }

  Result<std::string, SourceFailure> fetch(const std::string& name, std::size_t bytes_max,
                                           const std::stop_token& stop) override {
    std::string bytes;
    const auto got = transfer(
        name, bytes_max, limits::source_file_timeout,
        [&](std::string_view piece) {
          bytes += piece;
          return true;
        },
        stop);
    if (!got) return tl::unexpected(got.error());
    return bytes;
  }

  Result<void, SourceFailure> stream(const std::string& name, std::uint64_t bytes_max,
                                     const Sink& sink, const std::stop_token& stop) override {
    // A source that sends a byte now and then would hold us for ever.
    const auto at_least =
        std::chrono::seconds(static_cast<std::int64_t>(bytes_max / bytes_per_second_min));
    return transfer(name, bytes_max, limits::source_file_timeout + at_least, sink, stop);
  }

  Result<void, SourceFailure> stream_from(const std::string& name, std::uint64_t from,
                                          std::uint64_t bytes_max, const Sink& sink,
                                          const std::stop_token& stop) override {
    if (from == 0) return stream(name, bytes_max, sink, stop);
    from_ = from;
    std::uint64_t left = from;
    const auto got = stream(
        name, from + bytes_max,
        [&](std::string_view piece) {
          if (sends_part_) left = 0;
          const auto passed = std::min<std::uint64_t>(left, piece.size());
          left -= passed;
          piece.remove_prefix(static_cast<std::size_t>(passed));
          return piece.empty() || sink(piece);
        },
        stop);
    from_ = 0;
    return got;
  }

  void doubt() override { is_doubtful_ = true; }

 private:
  Result<void, SourceFailure> transfer(const std::string& name, std::uint64_t bytes_max,
                                       std::chrono::seconds allowed, const Sink& sink,
                                       const std::stop_token& stop) {
    if (stop.stop_requested()) return failed(SourceFault::other, "The check was given up.");
    if (const auto problem = resolve()) return tl::unexpected(*problem);
    Transfer now{url_.path + "/" + name, bytes_max, allowed};
    const auto begin = std::chrono::steady_clock::now();
    meter_.begin_file();
    const Watchdog watchdog(meter_, allowed, stop);
    httplib::Headers headers = {{"User-Agent", "update-ledger"}};
    if (from_ > 0) headers.emplace("Range", "bytes=" + std::to_string(from_) + "-");
    if (is_doubtful_) headers.emplace("Cache-Control", "no-cache");
    sends_part_ = false;
    const auto answer = client_.Get(
        now.path, headers,
        [&](const httplib::Response& response) {
          // Some other part than the one asked for is no answer.
          const std::string part = "bytes " + std::to_string(from_) + "-";
          sends_part_ = from_ > 0 && response.status == 206 &&
                        response.get_header_value("Content-Range").starts_with(part);
          now.status = sends_part_ ? 200 : response.status;
          return now.status == 200;
        },
        [&](const char* data, std::size_t size) {
          meter_.add_body(size);
          now.too_large = size > bytes_max - now.received;
          now.unwanted = !now.too_large && !sink({data, size});
          now.received += size;
          return !now.too_large && !now.unwanted && !stop.stop_requested();
        });
    if (auto ended = check(now, watchdog, stop); !ended) return ended;
    if (!answer) return broken(answer.error(), now.path, std::chrono::steady_clock::now() - begin);
    return {};
  }

  struct Transfer {
    std::string path;
    std::uint64_t bytes_max = 0;
    std::chrono::seconds allowed{};
    int status = 0;
    std::uint64_t received = 0;
    bool too_large = false;
    bool unwanted = false;  // The sink said so.
  };

  // What ended a transfer from our side.
  Result<void, SourceFailure> check(const Transfer& now, const Watchdog& watchdog,
                                    const std::stop_token& stop) const {
    const std::string what = url_.origin + now.path;
    if (now.status != 0 && now.status != 200) return refused(now.status, now.path);
    if (now.too_large) {
      return failed(SourceFault::verification_failed,
                    what + " has more than " + std::to_string(now.bytes_max) + " bytes.");
    }
    if (now.unwanted) {
      return failed(SourceFault::verification_failed, what + " is not what was expected.");
    }
    if (stop.stop_requested()) return failed(SourceFault::other, "The check was given up.");
    if (watchdog.is_overrun()) {
      return failed(SourceFault::other, what + " came with more than " +
                                            std::to_string(overhead_bytes_max) +
                                            " bytes of headers and framing.");
    }
    if (watchdog.ran_out()) {
      return failed(SourceFault::timed_out, what + " did not end within " +
                                                std::to_string(now.allowed.count()) + " seconds.");
    }
    return {};
  }

  static tl::unexpected<SourceFailure> failed(SourceFault cause, std::string detail) {
    return tl::unexpected(SourceFailure{cause, std::move(detail)});
  }

  // The client does not tell a name that is not known from a connection that is not made.
  std::optional<SourceFailure> resolve() const {
    const Url& next = proxy_ ? *proxy_ : url_;
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int code = ::getaddrinfo(next.host.c_str(), next.port.c_str(), &hints, &found);
    if (code != 0) {
      return SourceFailure{
          proxy_ ? SourceFault::proxy_failed : SourceFault::name_not_resolved,
          "The name " + next.host + " is not known: " + ::gai_strerror(code) + "."};
    }
    ::freeaddrinfo(found);
    return std::nullopt;
  }

  tl::unexpected<SourceFailure> refused(int status, const std::string& path) const {
    const std::string what = url_.origin + path + " was answered with " + std::to_string(status);
    if (status == 404 || status == 410) return failed(SourceFault::not_found, what + ".");
    if (status == 407) return failed(SourceFault::proxy_failed, what + " by the proxy.");
    const bool moved = status >= 300 && status < 400;
    return failed(SourceFault::http_status, what + (moved ? "; redirects are not followed." : "."));
  }

  tl::unexpected<SourceFailure> broken(httplib::Error error, const std::string& path,
                                       std::chrono::nanoseconds after) const {
    const Url& next = proxy_ ? *proxy_ : url_;
    const std::string peer = next.host + ":" + next.port;
    switch (error) {
      case httplib::Error::Connection:
      case httplib::Error::BindIPAddress:
        return failed(proxy_ ? SourceFault::proxy_failed : SourceFault::connection_refused,
                      "No connection to " + peer + ": refused, or no way there.");
      case httplib::Error::ConnectionTimeout:
        return failed(proxy_ ? SourceFault::proxy_failed : SourceFault::timed_out,
                      "No answer from " + peer + " within " + timeout() + ".");
      case httplib::Error::SSLConnection:
      case httplib::Error::SSLLoadingCerts:
      case httplib::Error::SSLServerVerification:
        return failed(SourceFault::tls_failed,
                      "TLS with " + peer + " failed: " + httplib::to_string(error) + ".");
      case httplib::Error::Read:
      case httplib::Error::Write:
        if (after >= limits::source_timeout) {
          return failed(SourceFault::timed_out,
                        url_.origin + path + " was silent for " + timeout() + ".");
        }
        return failed(SourceFault::connection_refused,
                      peer + " closed the connection before " + path + " had come whole.");
      case httplib::Error::Success:
      case httplib::Error::Unknown:
      case httplib::Error::ExceedRedirectCount:
      case httplib::Error::Canceled:
      case httplib::Error::UnsupportedMultipartBoundaryChars:
      case httplib::Error::Compression:
        break;
    }
    return failed(SourceFault::other,
                  url_.origin + path + " failed: " + httplib::to_string(error) + ".");
  }

  static std::string timeout() {
    return std::to_string(limits::source_timeout.count()) + " seconds";
  }

  Url url_;
  std::optional<Url> proxy_;
  std::uint64_t from_ = 0;   // The first byte that is asked for now.
  bool sends_part_ = false;  // The source began there.
  bool is_doubtful_ = false;
  Meter meter_;
  httplib::Client client_;
};

}  // namespace

Result<std::unique_ptr<SourceReader>, SourceFailure> open_http_source(const std::string& url,
                                                                      const std::string& proxy,
                                                                      const SourceTls& tls) {
  auto source = parsed(url);
  if (!source) {
    return tl::unexpected(
        SourceFailure{SourceFault::other, "The source's URL is not http(s)://host[:port][/path]."});
  }
  std::optional<Url> through;
  if (!proxy.empty()) {
    through = parsed(proxy);
    if (!through || !proxy.starts_with("http://")) {
      return tl::unexpected(
          SourceFailure{SourceFault::proxy_failed, "The proxy is not http://host[:port]."});
    }
  }
  return std::make_unique<HttpSource>(std::move(*source), std::move(through), tls);
}

}  // namespace ledger::updates
