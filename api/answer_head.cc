#include "api/answer_head.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <cstdint>
#include <ctime>
#include <random>

namespace api {
namespace {

struct Phrase {
  int status;
  std::string_view text;
};
constexpr std::array<Phrase, 30> phrases = {{{200, "OK"},
                                             {201, "Created"},
                                             {202, "Accepted"},
                                             {204, "No Content"},
                                             {206, "Partial Content"},
                                             {301, "Moved Permanently"},
                                             {303, "See Other"},
                                             {304, "Not Modified"},
                                             {400, "Bad Request"},
                                             {401, "Unauthorized"},
                                             {403, "Forbidden"},
                                             {404, "Not Found"},
                                             {405, "Method Not Allowed"},
                                             {406, "Not Acceptable"},
                                             {408, "Request Timeout"},
                                             {409, "Conflict"},
                                             {410, "Gone"},
                                             {412, "Precondition Failed"},
                                             {413, "Content Too Large"},
                                             {415, "Unsupported Media Type"},
                                             {416, "Range Not Satisfiable"},
                                             {417, "Expectation Failed"},
                                             {422, "Unprocessable Content"},
                                             {428, "Precondition Required"},
                                             {429, "Too Many Requests"},
                                             {431, "Request Header Fields Too Large"},
                                             {500, "Internal Server Error"},
                                             {501, "Not Implemented"},
                                             {503, "Service Unavailable"},
                                             {505, "HTTP Version Not Supported"}}};

// RFC 9110's date of this second; made once a second by each thread.
std::string_view date_now() {
  thread_local std::time_t made_at = 0;
  thread_local std::array<char, 32> text{};
  const std::time_t now = std::time(nullptr);
  if (now != made_at) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    made_at = now;
  }
  return text.data();
}

// A value cannot end its line, whoever it came from.
void add(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  const auto begin = static_cast<std::ptrdiff_t>(out.size());
  out += value;
  std::replace_if(
      out.begin() + begin, out.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; },
      ' ');
  out += "\r\n";
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

bool has(const Response& response, std::string_view name) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [&](const auto& each) { return same_name(each.first, name); });
}

bool is_lower_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::string_view reason_phrase(int status) {
  const auto* found = std::find_if(phrases.begin(), phrases.end(),
                                   [&](const Phrase& each) { return each.status == status; });
  return found == phrases.end() ? "Unknown" : found->text;
}

std::string answer_head(const Response& response, const AnswerHead& head) {
  std::string out;
  out.reserve(640);
  out += "HTTP/1.1 ";
  out += std::to_string(response.status);
  out += ' ';
  out += reason_phrase(response.status);
  out += "\r\n";
  add(out, "Date", date_now());
  const bool bodiless = response.status == 204 || response.status == 304;
  if (!bodiless) {
    if (head.framing == BodyFraming::length) {
      const std::uint64_t length = response.file ? response.file->bytes : response.body.size();
      add(out, "Content-Length", std::to_string(length));
    } else if (head.framing == BodyFraming::chunked) {
      add(out, "Transfer-Encoding", "chunked");
    }
    if (!response.content_type.empty()) add(out, "Content-Type", response.content_type);
  }
  for (const auto& [name, value] : response.headers) add(out, name, value);
  if (!has(response, "Cache-Control")) add(out, "Cache-Control", "no-store");
  if (!has(response, "Content-Security-Policy")) {
    add(out, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  }
  add(out, "X-Content-Type-Options", "nosniff");
  add(out, "Referrer-Policy", "no-referrer");
  if (head.tls) add(out, "Strict-Transport-Security", "max-age=31536000");
  if (!head.request_id.empty()) add(out, "X-Request-Id", head.request_id);
  if (is_traceparent(head.traceparent)) add(out, "traceparent", head.traceparent);
  add(out, "Connection", head.keep_alive ? "keep-alive" : "close");
  out += "\r\n";
  return out;
}

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
  });
}

std::string new_request_id() {
  // A name, not a secret: a random beginning for each thread, then a count.
  thread_local std::uint64_t next = [] {
    std::random_device random;
    return std::uint64_t{random()} << 32 | random();
  }();
  constexpr std::string_view digits = "0123456789abcdef";
  std::string id(16, '0');
  std::uint64_t rest = next++ * 0x9e3779b97f4a7c15U;
  for (char& digit : id) {
    digit = digits[rest & 15];
    rest >>= 4;
  }
  return id;
}

bool is_traceparent(std::string_view text) {
  return text.size() == 55 && text.starts_with("00-") && text[35] == '-' && text[52] == '-' &&
         is_lower_hex(text.substr(3, 32)) && is_lower_hex(text.substr(36, 16)) &&
         is_lower_hex(text.substr(53));
}

}  // namespace api
