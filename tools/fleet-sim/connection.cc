#include "tools/fleet-sim/connection.h"

#include <openssl/ssl.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <optional>
#include <utility>

namespace fleet_sim {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;

namespace {

constexpr std::chrono::seconds answer_deadline{60};
constexpr std::size_t answer_bytes_max = 16'777'216;

using Plain = beast::tcp_stream;
using Tls = beast::ssl_stream<beast::tcp_stream>;

template <class Stream>
class ConnectionOver final : public Connection,
                             public std::enable_shared_from_this<ConnectionOver<Stream>> {
 public:
  ConnectionOver(asio::io_context& context, const Manager& manager, asio::ssl::context* tls,
                 const Identity* identity)
      : context_(context), manager_(manager), tls_(tls), identity_(identity) {}

  void ask(const Request& request, Done done) override {
    done_ = std::move(done);
    write_out(request);
    if (stream_) return send();
    connect();
  }

  void close() override {
    if (!stream_) return;
    error_code ignored;
    beast::get_lowest_layer(*stream_).socket().close(ignored);
    stream_.reset();
    is_used_ = false;
  }

 private:
  static constexpr bool is_tls = std::is_same_v<Stream, Tls>;

  // What a step of the conversation goes on with, unless it failed.
  template <class Step>
  auto then(Step step) {
    return [self = this->shared_from_this(), step](const error_code& error, auto...) {
      error ? self->failed(error) : (self.get()->*step)();
    };
  }

  void write_out(const Request& request) {
    asked_ = {};
    asked_.method_string(request.method);
    asked_.target(request.path);
    asked_.set(http::field::host, manager_.host + ":" + manager_.port);
    if (!request.token.empty()) {
      asked_.set(http::field::authorization, "Bearer " + request.token);
    }
    if (identity_ != nullptr) asked_.set("Machine-Session", identity_->session);
    if (request.body.empty()) return;
    asked_.set(http::field::content_type, "application/json");
    asked_.body() = request.body;
    asked_.prepare_payload();
  }

  void connect() {
    error_code error;
    asio::ip::tcp::resolver resolver(context_);
    const auto found = resolver.resolve(manager_.host, manager_.port, error);
    if (error) {
      return asio::post(context_,
                        [self = this->shared_from_this(), error] { self->failed(error); });
    }
    if constexpr (is_tls) {
      stream_.emplace(context_, *tls_);
      SSL* ssl = stream_->native_handle();
      stream_->set_verify_callback(asio::ssl::host_name_verification(manager_.host));
      if (identity_ != nullptr) {
        SSL_use_certificate(ssl, identity_->certificate.get());
        SSL_use_PrivateKey(ssl, identity_->key.get());
      }
    } else {
      stream_.emplace(context_);
    }
    auto& socket = beast::get_lowest_layer(*stream_);
    socket.expires_after(answer_deadline);
    socket.async_connect(found, then(&ConnectionOver::connected));
  }

  void connected() {
    error_code ignored;
    beast::get_lowest_layer(*stream_).socket().set_option(asio::ip::tcp::no_delay(true), ignored);
    if constexpr (is_tls) {
      stream_->async_handshake(asio::ssl::stream_base::client, then(&ConnectionOver::send));
    } else {
      send();
    }
  }

  void send() {
    beast::get_lowest_layer(*stream_).expires_after(answer_deadline);
    http::async_write(*stream_, asked_, then(&ConnectionOver::receive));
  }

  void receive() {
    parser_.emplace();
    parser_->body_limit(answer_bytes_max);
    http::async_read(*stream_, heard_, *parser_, then(&ConnectionOver::answered));
  }

  void answered() {
    beast::get_lowest_layer(*stream_).expires_never();
    is_used_ = true;
    auto answer = parser_->release();
    if (!answer.keep_alive()) close();
    std::exchange(done_,
                  nullptr)(Answer{static_cast<int>(answer.result_int()), std::move(answer.body())});
  }

  // The manager closes connections that were quiet for long: such a one is opened again, once.
  void failed(const error_code& error) {
    const bool was_used = is_used_;
    close();
    heard_.clear();
    if (was_used) return connect();
    const bool distrusted = error.category() == asio::error::get_ssl_category();
    std::exchange(done_, nullptr)(fail(ErrorKind::unavailable,
                                       distrusted ? "manager-not-trusted" : "manager-unreachable",
                                       "The manager does not answer: " + error.message() + "."));
  }

  asio::io_context& context_;
  const Manager& manager_;
  asio::ssl::context* tls_;
  const Identity* identity_;
  std::optional<Stream> stream_;
  bool is_used_ = false;  // The stream answered before.
  http::request<http::string_body> asked_;
  beast::flat_buffer heard_;
  std::optional<http::response_parser<http::string_body>> parser_;
  Done done_;
};

}  // namespace

Result<Manager> manager_of(const std::string& url) {
  for (const auto& [scheme, tls] : {std::pair{std::string("http://"), false}, {"https://", true}}) {
    if (!url.starts_with(scheme)) continue;
    const std::string rest = url.substr(scheme.size());
    const auto colon = rest.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == rest.size()) break;
    const std::string port = rest.substr(colon + 1);
    const bool is_number = port.find_first_not_of("0123456789") == std::string::npos;
    if (!is_number || port.size() > 5 || std::stoi(port) > 65'535) break;
    return Manager{rest.substr(0, colon), port, tls};
  }
  return fail(ErrorKind::invalid, "server-url-invalid",
              "The server is given as http://host:port or https://host:port.");
}

Result<std::unique_ptr<asio::ssl::context>> client_tls(const std::string& ca_file) {
  auto tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
  tls->set_verify_mode(asio::ssl::verify_peer);
  SSL_CTX_set_mode(tls->native_handle(), SSL_MODE_NO_AUTO_CHAIN);  // As agents do.
  error_code error;
  if (ca_file.empty()) {
    tls->set_default_verify_paths(error);
  } else {
    tls->load_verify_file(ca_file, error);
  }
  if (!error) return tls;
  return fail(ErrorKind::invalid, "ca-file-unusable",
              "No certificates can be read from " + ca_file + ": " + error.message() + ".");
}

std::shared_ptr<Connection> make_connection(asio::io_context& context, const Manager& manager,
                                            asio::ssl::context* tls, const Identity* identity) {
  if (manager.tls) {
    return std::make_shared<ConnectionOver<Tls>>(context, manager, tls, identity);
  }
  return std::make_shared<ConnectionOver<Plain>>(context, manager, tls, identity);
}

}  // namespace fleet_sim
