#include "api/request_reader.h"

#include <algorithm>
#include <array>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <cctype>
#include <limits>
#include <utility>

#include "api/router.h"
#include "ledger/result.h"

namespace api {

namespace http = boost::beast::http;
using boost::beast::error_code;

namespace {

// Beast's body in a string, which takes memory for as much as comes, not for as much as is said.
struct GrowingBody {
  using value_type = std::string;

  class reader {
   public:
    template <bool is_request, class Fields>
    reader(http::header<is_request, Fields>&, value_type& body) : body_(body) {}

    void init(const boost::optional<std::uint64_t>&, error_code& error) { error = {}; }
    template <class Buffers>
    std::size_t put(const Buffers& buffers, error_code& error) {
      const std::size_t before = body_.size();
      for (const auto buffer : boost::beast::buffers_range_ref(buffers)) {
        body_.append(static_cast<const char*>(buffer.data()), buffer.size());
      }
      error = {};
      return body_.size() - before;
    }
    void finish(error_code& error) { error = {}; }

   private:
    value_type& body_;
  };
};

}  // namespace

struct RequestReader::Parser {
  http::request_parser<GrowingBody> beast;
};

namespace {

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  });
  return out;
}

// A header that is given twice is one list, except where a list has no meaning.
constexpr std::array<std::string_view, 7> given_once = {
    "host",   "authorization",    "content-type", "content-length", "idempotency-key",
    "expect", "transfer-encoding"};

constexpr std::array<std::string_view, 7> methods = {"GET",   "HEAD",   "POST",   "PUT",
                                                     "PATCH", "DELETE", "OPTIONS"};

Problem problem_of(int status, std::string code, std::string detail) {
  return Problem{status, std::move(code), std::move(detail), {}, {}};
}

}  // namespace

std::optional<std::vector<std::pair<std::string, std::string>>> query_from(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> query;
  while (!text.empty()) {
    const auto end = text.find('&');
    std::string pair(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (pair.empty()) continue;
    std::replace(pair.begin(), pair.end(), '+', ' ');
    const auto equals = pair.find('=');
    const std::string_view all(pair);
    auto name = percent_decoded(all.substr(0, equals));
    auto value = percent_decoded(equals == std::string::npos ? "" : all.substr(equals + 1));
    if (!name || !value) return std::nullopt;
    query.emplace_back(std::move(*name), std::move(*value));
  }
  return query;
}

RequestReader::RequestReader(Limits limits) : limits_(limits) {}
RequestReader::~RequestReader() = default;

const Request& RequestReader::request() const { return request_; }
Request& RequestReader::request() { return request_; }
bool RequestReader::begun() const { return parser_ != nullptr; }
bool RequestReader::keep_alive() const { return keep_alive_; }
bool RequestReader::chunked_answers() const { return chunked_answers_; }
bool RequestReader::expects_continue() const {
  return chunked_answers_ && request_.header("expect").has_value();
}
const Problem& RequestReader::refusal() const { return refusal_; }

RequestReader::State RequestReader::refuse(int status, std::string code, std::string detail) {
  refusal_ = Problem{status, std::move(code), std::move(detail), {}, {}};
  return state_ = State::refused;
}

RequestReader::State RequestReader::refuse_parse(int error) {
  const auto what = static_cast<http::error>(error);
  if (what == http::error::header_limit) {
    return refuse(431, "headers-too-large",
                  "The request line and the headers have more than " +
                      std::to_string(limits_.header_bytes_max) + " bytes.");
  }
  if (what == http::error::body_limit) {
    return refuse(413, "body-too-large",
                  "The body has more than " + std::to_string(body_bytes_max_) + " bytes.");
  }
  if (what == http::error::bad_version) {
    return refuse(505, "http-version-unsupported", "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
  }
  return refuse(400, "request-malformed",
                "This is not an HTTP/1.1 request: " + error_code(what).message() + ".");
}

RequestReader::State RequestReader::read(std::string_view bytes, std::size_t& used) {
  if (state_ != State::more) return state_;
  if (parser_ == nullptr) {
    // Empty lines before a request are tolerated, as RFC 9112 asks.
    const auto skipped = std::min(bytes.find_first_not_of("\r\n"), bytes.size());
    used += skipped;
    bytes.remove_prefix(skipped);
    if (bytes.empty()) return state_;
    parser_ = std::make_unique<Parser>();
    parser_->beast.header_limit(static_cast<std::uint32_t>(limits_.header_bytes_max));
    parser_->beast.body_limit(boost::none);
    head_bytes_ = 0;
  }
  auto& parser = parser_->beast;
  const bool in_head = !parser.is_header_done();
  while (!bytes.empty() && !parser.is_done()) {
    error_code error;
    const std::size_t put =
        parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    used += put;
    bytes.remove_prefix(put);
    if (in_head) head_bytes_ += put;
    if (error == http::error::need_more) break;
    if (error) return refuse_parse(error.value());
    if (in_head && parser.is_header_done()) break;
  }
  if (in_head && head_bytes_ > limits_.header_bytes_max) {
    return refuse_parse(static_cast<int>(http::error::header_limit));
  }
  if (in_head && parser.is_header_done()) return head();
  // A line that never ends would be kept whole: of a chunk's head, or of a trailer.
  if (!in_head && bytes.size() > limits_.header_bytes_max) {
    return refuse(400, "request-malformed", "A line within the body is too long.");
  }
  if (!parser.is_done()) return state_;
  request_.body = std::move(parser.get().body());
  return state_ = State::request;
}

RequestReader::State RequestReader::head() {
  auto& message = parser_->beast.get();
  request_ = Request{};
  request_.method = std::string(view(message.method_string()));
  keep_alive_ = message.keep_alive();
  chunked_answers_ = message.version() >= 11;
  std::size_t count = 0;
  for (const auto& field : message) {
    if (++count > limits_.headers_max) {
      return refuse(431, "too-many-headers",
                    "A request has at most " + std::to_string(limits_.headers_max) + " headers.");
    }
    const std::string name = lower(view(field.name_string()));
    const auto [found, fresh] = request_.headers.emplace(name, std::string(view(field.value())));
    if (fresh) continue;
    if (std::find(given_once.begin(), given_once.end(), name) != given_once.end()) {
      return refuse(400, "header-repeated", "The header " + name + " may be given once only.");
    }
    found->second += ", ";
    found->second += view(field.value());
  }
  if (auto refusal = check_headers()) {
    return refuse(refusal->status, std::move(refusal->code), std::move(refusal->detail));
  }
  if (auto refusal = read_target(view(message.target()))) {
    return refuse(refusal->status, std::move(refusal->code), std::move(refusal->detail));
  }
  return state_ = State::head;
}

std::optional<Problem> RequestReader::check_headers() {
  const auto& parser = parser_->beast;
  if (std::find(methods.begin(), methods.end(), request_.method) == methods.end()) {
    return problem_of(501, "method-unsupported",
                      "The method is none of GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS.");
  }
  if (parser.get().version() >= 11 && !request_.header("host")) {
    return problem_of(400, "host-missing", "A request of HTTP/1.1 has a Host header.");
  }
  const auto encoding = request_.header("transfer-encoding");
  if (encoding && (lower(*encoding) != "chunked" || parser.get().version() < 11)) {
    return problem_of(501, "transfer-encoding-unsupported",
                      "A body is sent with a Content-Length or chunked, and in no other way.");
  }
  // Beast takes a list of equal lengths; others on the way may not.
  const auto length = request_.header("content-length");
  if (length && length->find_first_not_of("0123456789") != std::string_view::npos) {
    return problem_of(400, "request-malformed", "Content-Length is one number.");
  }
  const auto expect = request_.header("expect");
  if (expect && lower(*expect) != "100-continue") {
    return problem_of(417, "expectation-failed", "Only 100-continue can be expected.");
  }
  const bool has_body = parser.chunked() || parser.content_length().value_or(0) > 0;
  if (has_body && (request_.method == "GET" || request_.method == "HEAD")) {
    return problem_of(400, "body-unexpected", request_.method + " has no body.");
  }
  return std::nullopt;
}

std::optional<Problem> RequestReader::read_target(std::string_view target) {
  const Problem malformed = problem_of(
      400, "target-malformed", "The target is a path, percent-encoded, with or without a query.");
  if (target.starts_with("http://") || target.starts_with("https://")) {  // The absolute form.
    const auto path = target.find('/', target.find("://") + 3);
    if (path == std::string_view::npos) return malformed;
    target.remove_prefix(path);
  }
  if (!target.starts_with('/') || target.find('#') != std::string_view::npos) return malformed;
  for (const char c : target) {
    if (c <= ' ' || c > '~') return malformed;  // Also everything beyond ASCII.
  }
  const auto question = target.find('?');
  auto path = percent_decoded(target.substr(0, question));
  if (!path) return malformed;
  request_.target = std::string(target);
  request_.path = std::move(*path);
  if (question == std::string_view::npos) return std::nullopt;
  auto query = query_from(target.substr(question + 1));
  if (!query) return malformed;
  request_.query = std::move(*query);
  return std::nullopt;
}

RequestReader::State RequestReader::go_on(std::size_t body_bytes_max) {
  CHECK(state_ == State::head, "a body follows its head");
  auto& parser = parser_->beast;
  body_bytes_max_ = body_bytes_max;
  if (parser.content_length().value_or(0) > body_bytes_max) {
    return refuse_parse(static_cast<int>(http::error::body_limit));
  }
  parser.body_limit(body_bytes_max);
  parser.eager(true);
  return state_ = parser.is_done() ? State::request : State::more;
}

bool RequestReader::has_body_piece() const {
  if (state_ == State::request) return !request_.body.empty();
  return state_ == State::more && parser_ != nullptr && !parser_->beast.get().body().empty();
}

std::string RequestReader::take_body_piece() {
  auto& body = state_ == State::request ? request_.body : parser_->beast.get().body();
  return std::exchange(body, {});
}

Request RequestReader::take() {
  CHECK(state_ == State::request, "a request is taken when it is there");
  state_ = State::more;
  parser_.reset();
  return std::move(request_);
}

}  // namespace api
