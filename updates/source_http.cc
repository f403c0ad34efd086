// The only file that knows the HTTP client.
#include <httplib.h>
#include <netdb.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <regex>
#include <thread>
#include <utility>

#include "ledger/limits.h"
#include "updates/source_reader.h"

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

// Ends a transfer that takes too long, or that nobody waits for any more, by shutting its socket:
// the client's own timeouts begin anew with every byte.
class Watchdog {
 public:
  Watchdog(httplib::Client& client, const std::stop_token& stop)
      : deadline_(std::chrono::steady_clock::now() + limits::source_file_timeout),
        on_stop_(stop, [this] { wake(); }),
        thread_([this, &client, stop] { watch(client, stop); }) {}

  ~Watchdog() {
    {
      const std::lock_guard lock(mutex_);
      done_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  bool ran_out() const { return ran_out_; }

 private:
  void wake() {
    { const std::lock_guard lock(mutex_); }
    changed_.notify_all();
  }

  void watch(httplib::Client& client, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, deadline_, [&] { return done_ || stop.stop_requested(); });
    // Again and again: the socket may not be there yet when the first call comes.
    while (!done_) {
      ran_out_ = !stop.stop_requested();
      client.stop();
      changed_.wait_for(lock, std::chrono::milliseconds(100), [&] { return done_; });
    }
  }

  const std::chrono::steady_clock::time_point deadline_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::atomic<bool> ran_out_{false};
  std::stop_callback<std::function<void()>> on_stop_;
  std::thread thread_;
};

class HttpSource final : public SourceReader {
 public:
  HttpSource(Url url, std::optional<Url> proxy)
      : url_(std::move(url)), proxy_(std::move(proxy)), client_(url_.origin) {
    client_.set_connection_timeout(limits::source_timeout);
    client_.set_read_timeout(limits::source_timeout);
    client_.set_write_timeout(limits::source_timeout);
    client_.set_tcp_nodelay(true);
    client_.set_keep_alive(true);
    client_.set_follow_location(false);
    if (proxy_) client_.set_proxy(proxy_->host, std::stoi(proxy_->port));
  }

  Result<std::string, SourceFailure> fetch(const std::string& name, std::size_t bytes_max,
                                           const std::stop_token& stop) override {
    if (stop.stop_requested()) return failed(SourceFault::other, "The check was given up.");
    if (const auto problem = resolve()) return tl::unexpected(*problem);
    std::string bytes;
    int status = 0;
    bool too_large = false;
    const std::string path = url_.path + "/" + name;
    const auto begin = std::chrono::steady_clock::now();
    const Watchdog watchdog(client_, stop);
    const auto answer = client_.Get(
        path, {{"User-Agent", "update-ledger"}},
        [&](const httplib::Response& response) {
          status = response.status;
          return status == 200;
        },
        [&](const char* data, std::size_t size) {
          too_large = size > bytes_max - bytes.size();
          if (!too_large) bytes.append(data, size);
          return !too_large && !stop.stop_requested();
        });
    if (status != 0 && status != 200) return refused(status, path);
    if (too_large) {
      return failed(SourceFault::verification_failed,
                    url_.origin + path + " has more than " + std::to_string(bytes_max) + " bytes.");
    }
    if (stop.stop_requested()) return failed(SourceFault::other, "The check was given up.");
    if (watchdog.ran_out()) {
      return failed(SourceFault::timed_out,
                    url_.origin + path + " did not end within " +
                        std::to_string(limits::source_file_timeout.count()) + " seconds.");
    }
    if (!answer) return broken(answer.error(), path, std::chrono::steady_clock::now() - begin);
    return bytes;
  }

 private:
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
  httplib::Client client_;
};

}  // namespace

Result<std::unique_ptr<SourceReader>, SourceFailure> open_http_source(const std::string& url,
                                                                      const std::string& proxy) {
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
  return std::make_unique<HttpSource>(std::move(*source), std::move(through));
}

}  // namespace ledger::updates
