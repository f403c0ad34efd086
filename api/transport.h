// The bytes of one connection, plain or through TLS, without the protocol.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "api/http.h"
#include "api/io_thread.h"

namespace boost::asio::ssl {
class context;
}

namespace api {

class Transport {
 public:
  // Whom it tells; kept alive while something is under way. Thread: the connection's.
  class Events {
   public:
    virtual ~Events() = default;
    virtual void on_ready() = 0;                     // The handshake is over.
    virtual void on_read(std::size_t bytes) = 0;     // At least one.
    virtual void on_written(std::size_t bytes) = 0;  // Some of what was given.
    virtual void on_end() = 0;  // The peer ended it, or it broke; nothing follows.
  };

  virtual ~Transport() = default;
  virtual void handshake(std::shared_ptr<Events> events) = 0;
  // One read at a time, and one write; the memory stays until the event.
  virtual void read(std::span<char> into, std::shared_ptr<Events> events) = 0;
  virtual void write(std::array<std::string_view, 2> bytes, std::shared_ptr<Events> events) = 0;
  // Says that nothing more is written; what the peer sends can still be read.
  virtual void end_writing() = 0;
  // What is under way ends with on_end().
  virtual void close() = 0;
  // What the peer showed, once the handshake is over; null: nothing.
  virtual std::shared_ptr<const ShownCertificate> peer() const { return nullptr; }
};

// `socket` is an accepted one of the family AF_INET or AF_INET6; the transport closes it.
// Thread: the IoThread's.
std::unique_ptr<Transport> plain_transport(IoThread& thread, int socket, int family);
std::unique_ptr<Transport> tls_transport(IoThread& thread, int socket, int family,
                                         boost::asio::ssl::context& tls);

}  // namespace api
