#include "api/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

namespace api {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using ledger::ErrorKind;
using ledger::fail;

namespace {

constexpr int backlog = 4'096;
constexpr int accepted_at_once = 64;  // Then others have their turn.
// Without descriptors an accept fails at once and would be tried again for ever.
constexpr std::chrono::milliseconds breather{50};

std::string text_of(const sockaddr_storage& peer) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (peer.ss_family == AF_INET6) {
    sockaddr_in6 six{};
    std::memcpy(&six, &peer, sizeof six);
    inet_ntop(AF_INET6, &six.sin6_addr, text.data(), text.size());
  } else {
    sockaddr_in four{};
    std::memcpy(&four, &peer, sizeof four);
    inet_ntop(AF_INET, &four.sin_addr, text.data(), text.size());
  }
  std::string address = text.data();
  // An IPv4 peer of an IPv6 socket is known by its IPv4 address.
  constexpr std::string_view mapped = "::ffff:";
  if (address.starts_with(mapped)) address.erase(0, mapped.size());
  return address;
}

class AsioListener final : public Listener {
 public:
  explicit AsioListener(tcp::endpoint endpoint) : endpoint_(std::move(endpoint)) {}

  // Bound on a context of its own, so that the port is known before the thread runs.
  error_code bind() {
    error_code error;
    acceptor_.emplace(bound_);
    acceptor_->open(endpoint_.protocol(), error);
    if (!error) acceptor_->set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_->non_blocking(true, error);
    if (!error) acceptor_->bind(endpoint_, error);
    if (!error) acceptor_->listen(backlog, error);
    if (!error) port_ = acceptor_->local_endpoint(error).port();
    return error;
  }

  std::uint16_t port() const override { return port_; }

  void start(IoThread& thread, std::function<void(Accepted)> accepted) override {
    accepted_ = std::move(accepted);
    const int socket = acceptor_->release();
    acceptor_.emplace(thread.context());
    acceptor_->assign(endpoint_.protocol(), socket);
    timer_.emplace(thread.context());
    wait();
  }

  void close() override {
    error_code ignored;
    acceptor_->close(ignored);
    timer_->cancel();
  }

 private:
  void wait() {
    acceptor_->async_wait(tcp::acceptor::wait_read, [this](const error_code& error) {
      if (!error) take();
    });
  }

  void take() {
    for (int i = 0; i < accepted_at_once; ++i) {
      sockaddr_storage peer{};
      socklen_t size = sizeof peer;
      const int socket = ::accept4(acceptor_->native_handle(), reinterpret_cast<sockaddr*>(&peer),
                                   &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (socket >= 0) {
        accepted_({socket, peer.ss_family, text_of(peer)});
        continue;
      }
      if (errno == EAGAIN || errno == EWOULDBLOCK) break;
      if (errno == EINTR || errno == ECONNABORTED) continue;
      return rest();
    }
    wait();
  }

  void rest() {
    timer_->expires_after(breather);
    timer_->async_wait([this](const error_code& error) {
      if (!error && acceptor_->is_open()) wait();
    });
  }

  tcp::endpoint endpoint_;
  asio::io_context bound_;
  std::optional<tcp::acceptor> acceptor_;
  std::optional<asio::steady_timer> timer_;
  std::uint16_t port_ = 0;
  std::function<void(Accepted)> accepted_;
};

}  // namespace

bool is_loopback(const std::string& address) {
  error_code error;
  const auto parsed = asio::ip::make_address(address, error);
  return !error && parsed.is_loopback();
}

ledger::Result<std::unique_ptr<Listener>> Listener::open(const std::string& address,
                                                         std::uint16_t port) {
  error_code error;
  const auto parsed = asio::ip::make_address(address == "localhost" ? "127.0.0.1" : address, error);
  if (error) {
    return fail(ErrorKind::invalid, "listen-address-invalid",
                "\"" + address + "\" is not an IP address to listen on.");
  }
  auto listener = std::make_unique<AsioListener>(tcp::endpoint(parsed, port));
  if (const auto failed = listener->bind()) {
    return fail(ErrorKind::io, "listen-failed",
                "Cannot listen on " + address + " port " + std::to_string(port) + ": " +
                    failed.message() + ".");
  }
  return std::unique_ptr<Listener>(std::move(listener));
}

}  // namespace api
