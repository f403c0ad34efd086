#include "updates/machine/manager_connection.h"

#include <httplib.h>
#include <openssl/ssl.h>

#include <array>
#include <cctype>
#include <optional>
#include <regex>

#include "ledger/codec/json_value.h"
#include "ledger/limits.h"
#include "updates/http_failure.h"
#include "updates/openssl_handles.h"
#include "updates/transfer_watchdog.h"

namespace ledger::updates::machine {
namespace {

constexpr std::chrono::seconds connect_timeout{10};
constexpr std::chrono::seconds answer_timeout{60};

std::string text_member(const codec::JsonValue& object, std::string_view name) {
  const auto* member = object.member(name);
  const auto* text = member == nullptr ? nullptr : std::get_if<std::string>(&member->value);
  return text == nullptr ? std::string() : *text;
}

ErrorKind kind_of(int status) {
  if (status == 404) return ErrorKind::not_found;
  if (status == 400 || status == 413 || status == 415) return ErrorKind::invalid;
  if (status == 409 || status == 412) return ErrorKind::conflict;
  return ErrorKind::refused;
}

tl::unexpected<Error> refused_by_manager(int status, const std::string& body) {
  const auto problem = codec::parse_json_document(body);
  std::string code = text_member(problem.root, "code");
  std::string detail = text_member(problem.root, "detail");
  if (detail.empty()) detail = "The manager answered with status " + std::to_string(status) + ".";
  if (status == 429 || status >= 500) {
    return fail(ErrorKind::unavailable, "manager-busy", "The manager is busy: " + detail);
  }
  if (status == 401) {
    return fail(ErrorKind::refused, "identity-refused",
                detail + (code.empty() ? "" : " (" + code + ")"));
  }
  return fail(kind_of(status), code.empty() ? "manager-refused" : code, detail);
}

// `verified`: what OpenSSL found wrong.
tl::unexpected<Error> not_trusted(long verified) {
  const bool of_another_time =
      verified == X509_V_ERR_CERT_NOT_YET_VALID || verified == X509_V_ERR_CERT_HAS_EXPIRED;
  return fail(
      ErrorKind::unavailable, "manager-not-trusted",
      of_another_time
          ? "The manager's certificate is not valid at the time of this machine's clock; "
            "look whether that clock, or the manager's, is right."
          : "What answers as the manager has no certificate of its authority for this name.");
}

Result<std::string> judged(const httplib::Result& answer, long verified) {
  if (!answer) {
    if (answer.error() == httplib::Error::SSLServerVerification) return not_trusted(verified);
    return fail(ErrorKind::unavailable, "manager-unreachable",
                "The manager does not answer: " + http_failure(static_cast<int>(answer.error())) +
                    ".");
  }
  if (answer->status >= 400) return refused_by_manager(answer->status, answer->body);
  return answer->body;
}

httplib::Request request_of(const char* method, const std::string& path,
                            const ManagerConnection::Headers& headers) {
  httplib::Request request;
  request.method = method;
  request.path = path;
  for (const auto& [name, value] : headers) request.set_header(name.c_str(), value);
  return request;
}

void set_up(httplib::SSLClient& client) {
  client.set_connection_timeout(connect_timeout);
  client.set_read_timeout(answer_timeout);
  client.set_write_timeout(answer_timeout);
  client.set_tcp_nodelay(true);
  client.set_keep_alive(true);
  client.set_follow_location(false);
  SSL_CTX_set_min_proto_version(client.ssl_context(), TLS1_3_VERSION);
  // The peer has the authority's certificate, and reading it once more is a seventh of a handshake.
  SSL_CTX_set_mode(client.ssl_context(), SSL_MODE_NO_AUTO_CHAIN);
}

}  // namespace

Result<ManagerAddress> manager_address(const std::string& url) {
  static const std::regex shape(
      R"(https://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?/?)");
  std::smatch match;
  const bool fits = url.size() <= limits::url_bytes_max && std::regex_match(url, match, shape);
  const int port = fits && match[2].matched ? std::stoi(match[2].str()) : 443;
  if (!fits || port < 1 || port > 65'535) {
    return fail(ErrorKind::invalid, "manager-url-invalid",
                "The manager's address is https://host:port, without a path.");
  }
  std::string host = match[1].str();
  if (host.front() == '[') host = host.substr(1, host.size() - 2);
  return ManagerAddress{std::move(host), port};
}

struct ManagerConnection::Client {
  explicit Client(const Options& options)
      : deadline(options.deadline),
        answer_bytes_max(options.answer_bytes_max),
        stop(options.stop),
        http(options.manager.host, options.manager.port, options.certificate.string(),
             options.key.string()) {
    set_up(http);
    http.set_ca_cert_path(options.authority.string());
    http.enable_server_certificate_verification(true);
    http.set_socket_options([this](int socket) { meter.follow(socket); });
  }

  Result<std::string> exchange(httplib::Request request) {
    std::string body;
    bool too_long = false;
    request.content_receiver = [&](const char* bytes, std::size_t size, std::uint64_t,
                                   std::uint64_t) {
      meter.add_body(size);
      too_long = size > answer_bytes_max - body.size();
      if (!too_long) body.append(bytes, size);
      return !too_long;
    };
    if (stop.stop_requested()) return given_up();
    meter.begin_file();
    const Watchdog watchdog(meter, deadline, stop);
    auto answer = http.send(request);
    if (!answer && stop.stop_requested()) return given_up();
    if (too_long || watchdog.is_overrun()) {
      return fail(ErrorKind::unavailable, "manager-unreachable",
                  "The manager's answer is longer than anything that it has to say.");
    }
    if (watchdog.ran_out()) {
      return fail(ErrorKind::unavailable, "manager-unreachable",
                  "The manager's answer was not whole in time.");
    }
    if (answer) answer->body = std::move(body);
    return judged(answer, http.get_openssl_verify_result());
  }

  static tl::unexpected<Error> given_up() {
    return fail(ErrorKind::unavailable, "manager-unreachable",
                "This program is being stopped; the manager is asked again at its next start.");
  }

  std::chrono::milliseconds deadline;
  std::size_t answer_bytes_max;
  std::stop_token stop;
  Meter meter;
  httplib::SSLClient http;
};

ManagerConnection::ManagerConnection(const Options& options)
    : client_(std::make_unique<Client>(options)) {}
ManagerConnection::~ManagerConnection() = default;

Result<std::string> ManagerConnection::get(const std::string& path, const Headers& headers) {
  return client_->exchange(request_of("GET", path, headers));
}

Result<std::string> ManagerConnection::post(const std::string& path, const std::string& body,
                                            const Headers& headers) {
  auto request = request_of("POST", path, headers);
  request.body = body;
  request.set_header("Content-Type", "application/json");
  return client_->exchange(std::move(request));
}

void ManagerConnection::rest() { client_->http.stop(); }

// -- The authority, by its fingerprint -----------------------------------------------------------

namespace {

constexpr std::size_t fingerprint_bytes = 32;

std::optional<std::string> fingerprint_digits(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c == ':') continue;
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) return std::nullopt;
    digits += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (digits.size() != 2 * fingerprint_bytes) return std::nullopt;
  return digits;
}

std::string digits_of(X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  if (X509_digest(certificate, EVP_sha256(), bytes.data(), &size) != 1) return {};
  constexpr std::string_view hex_digits = "0123456789abcdef";
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += hex_digits[bytes[i] >> 4];
    text += hex_digits[bytes[i] & 15];
  }
  return text;
}

struct Search {
  std::string fingerprint;
  bool saw_any = false;
  std::string found;  // PEM.
};

// Called by OpenSSL with what the server shows. It is refused in any case, so nothing is ever sent
// over this connection.
int look_for_authority(X509_STORE_CTX* context, void* argument) {
  auto& search = *static_cast<Search*>(argument);
  STACK_OF(X509)* shown = X509_STORE_CTX_get0_untrusted(context);
  for (int i = 0; i < sk_X509_num(shown); ++i) {
    X509* certificate = sk_X509_value(shown, i);
    search.saw_any = true;
    if (digits_of(certificate) != search.fingerprint) continue;
    search.found = openssl::text_of(certificate);
  }
  X509_STORE_CTX_set_error(context, X509_V_ERR_CERT_REJECTED);
  return 0;
}

}  // namespace

Result<std::string> fetch_authority(const ManagerAddress& manager, std::string_view fingerprint) {
  const auto digits = fingerprint_digits(fingerprint);
  if (!digits) {
    return fail(ErrorKind::invalid, "fingerprint-invalid",
                "A fingerprint is a SHA-256 of 64 hexadecimal digits, with or without colons.");
  }
  Search search{*digits, false, {}};
  httplib::SSLClient client(manager.host, manager.port);
  set_up(client);
  client.enable_server_certificate_verification(true);
  SSL_CTX_set_cert_verify_callback(client.ssl_context(), look_for_authority, &search);
  const auto answer = client.Get("/");
  if (!search.found.empty()) return search.found;
  if (!search.saw_any) {
    return fail(ErrorKind::unavailable, "manager-unreachable",
                "The manager does not answer: " + http_failure(static_cast<int>(answer.error())) +
                    ".");
  }
  return fail(ErrorKind::unavailable, "manager-not-trusted",
              "No certificate of what answers as the manager has this fingerprint.");
}

}  // namespace ledger::updates::machine
