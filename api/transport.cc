#include "api/transport.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <utility>

#include "api/peer_certificate.h"

namespace api {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

using Socket = asio::basic_stream_socket<tcp, asio::io_context::executor_type>;
using TlsStream = asio::ssl::stream<Socket>;

constexpr int unsent_bytes_max = 131'072;

Socket adopted(IoThread& thread, int descriptor, int family) {
  Socket socket(thread.context().get_executor());
  error_code error;
  socket.assign(family == AF_INET6 ? tcp::v6() : tcp::v4(), descriptor, error);
  // An answer is written in one piece, so waiting for more would only delay it.
  if (!error) socket.set_option(tcp::no_delay(true), error);
  // What the peer does not take yet waits in the file that is sent, not in the kernel's memory.
  using UnsentMax = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
  if (!error) socket.set_option(UnsentMax(unsent_bytes_max), error);
  return socket;
}

std::array<asio::const_buffer, 2> buffers(std::array<std::string_view, 2> bytes) {
  return {asio::const_buffer(bytes[0].data(), bytes[0].size()),
          asio::const_buffer(bytes[1].data(), bytes[1].size())};
}

// What both do alike, over a stream that can async_read_some and async_write_some.
template <class Stream>
void read_some(Stream& stream, std::span<char> into, std::shared_ptr<Transport::Events> events) {
  stream.async_read_some(asio::mutable_buffer(into.data(), into.size()),
                         [events = std::move(events)](const error_code& error, std::size_t bytes) {
                           error || bytes == 0 ? events->on_end() : events->on_read(bytes);
                         });
}

template <class Stream>
void write_some(Stream& stream, std::array<std::string_view, 2> bytes,
                std::shared_ptr<Transport::Events> events) {
  stream.async_write_some(
      buffers(bytes), [events = std::move(events)](const error_code& error, std::size_t written) {
        error ? events->on_end() : events->on_written(written);
      });
}

class PlainTransport final : public Transport {
 public:
  PlainTransport(IoThread& thread, int socket, int family)
      : socket_(adopted(thread, socket, family)) {}

  void handshake(std::shared_ptr<Events> events) override { events->on_ready(); }
  void read(std::span<char> into, std::shared_ptr<Events> events) override {
    read_some(socket_, into, std::move(events));
  }
  void write(std::array<std::string_view, 2> bytes, std::shared_ptr<Events> events) override {
    write_some(socket_, bytes, std::move(events));
  }
  void end_writing() override {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
  void close() override {
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  Socket socket_;
};

class TlsTransport final : public Transport {
 public:
  TlsTransport(IoThread& thread, int socket, int family, asio::ssl::context& tls)
      : stream_(adopted(thread, socket, family), tls) {}

  void handshake(std::shared_ptr<Events> events) override {
    stream_.async_handshake(asio::ssl::stream_base::server,
                            [events = std::move(events)](const error_code& error) {
                              error ? events->on_end() : events->on_ready();
                            });
  }
  void read(std::span<char> into, std::shared_ptr<Events> events) override {
    read_some(stream_, into, std::move(events));
  }
  // Asio puts both into one record when they are short.
  void write(std::array<std::string_view, 2> bytes, std::shared_ptr<Events> events) override {
    write_some(stream_, bytes, std::move(events));
  }
  // Not close_notify: to send it may block, and every body of ours says how long it is.
  void end_writing() override {
    error_code ignored;
    stream_.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
  }
  void close() override {
    error_code ignored;
    stream_.next_layer().close(ignored);
  }
  // Asio's streams give their handle to those who may change it only.
  std::shared_ptr<const ShownCertificate> peer() const override {
    return seen_certificate(const_cast<TlsStream&>(stream_).native_handle());
  }

 private:
  TlsStream stream_;
};

}  // namespace

std::unique_ptr<Transport> plain_transport(IoThread& thread, int socket, int family) {
  return std::make_unique<PlainTransport>(thread, socket, family);
}

std::unique_ptr<Transport> tls_transport(IoThread& thread, int socket, int family,
                                         asio::ssl::context& tls) {
  return std::make_unique<TlsTransport>(thread, socket, family, tls);
}

}  // namespace api
