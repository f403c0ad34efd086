#include "tools/ledgerctl/client.h"

#include <httplib.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <utility>

#include "tools/ledgerctl/output.h"
#include "updates/http_failure.h"

namespace ledgerctl {
namespace {

tl::unexpected<Failure> failure(Exit exit, std::string message, std::string body = {}) {
  return tl::unexpected(Failure{exit, std::move(message), std::move(body)});
}

// The sentence of a problem document, its errors, and the request to ask about.
std::string told(const Reply& reply) {
  const auto problem = nlohmann::json::parse(reply.body, nullptr, false);
  if (!problem.is_object()) return "The server answered " + std::to_string(reply.status) + ".";
  std::string message = printable(problem.value("detail", problem.value("title", std::string())));
  if (problem.contains("errors") && problem["errors"].is_array()) {
    for (const auto& error : problem["errors"]) {
      message += "\n  " + printable(error.value("pointer", std::string())) + ": " +
                 printable(error.value("detail", std::string()));
    }
  }
  message += "\n(" + problem.value("code", std::string("?")) + ", request " +
             problem.value("request_id", std::string("?")) + ")";
  return message;
}

Reply reply_of(const httplib::Response& response) {
  Reply reply;
  reply.status = response.status;
  reply.body = response.body;
  for (const auto& [name, value] : response.headers) {
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    reply.headers[lower] = value;
  }
  reply.content_type = reply.headers["content-type"];
  return reply;
}

void set_up(httplib::Client& client, const Server& server) {
  client.set_connection_timeout(5);
  client.set_read_timeout(server.timeout_seconds);
  client.set_write_timeout(server.timeout_seconds);
  client.set_keep_alive(false);
  if (!server.ca_file.empty()) client.set_ca_cert_path(server.ca_file);
}

tl::unexpected<Failure> unreachable(const Server& server, httplib::Error error) {
  const bool late = error == httplib::Error::Read;
  std::string why = ledger::updates::http_failure(static_cast<int>(error));
  if (error == httplib::Error::SSLServerVerification) why += "; give its CA with --ca-file";
  return failure(late ? Exit::timed_out : Exit::unavailable,
                 "No answer from " + server.url + ": " + why +
                     ". Is ledgerd running there? Name another with --server.");
}

constexpr std::size_t upload_piece_bytes = 262'144;

using Clock = std::chrono::steady_clock;

// "GET /v1/policies: 200 after 3 ms, position 17, request 7f3a".
void tell_request(const Server& server, const Question& question, const Reply& reply,
                  Clock::time_point begun) {
  if (!server.is_verbose) return;
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
  std::cerr << question.method << ' ' << question.path << ": " << reply.status << " after "
            << took.count() << " ms";
  for (const auto& [header, name] :
       {std::pair("ledger-position", "position"), std::pair("x-request-id", "request")}) {
    const auto found = reply.headers.find(header);
    if (found != reply.headers.end()) std::cerr << ", " << name << ' ' << found->second;
  }
  std::cerr << '\n';
}

// Why a reply says no.
tl::unexpected<Failure> refusal(const Reply& reply) {
  const auto problem = nlohmann::json::parse(reply.body, nullptr, false);
  const auto code = problem.is_object() ? problem.value("code", std::string()) : std::string();
  return failure(exit_of(reply.status, code), told(reply), reply.body);
}

ledger::Result<Reply, Failure> judged(Reply reply, const std::string& secret) {
  if (reply.status == 401 && secret.empty()) {
    return failure(Exit::not_allowed,
                   "No token was given; name a file that holds one by --token-file or in "
                   "LEDGER_TOKEN_FILE.",
                   reply.body);
  }
  if (reply.status >= 400) return refusal(reply);
  return reply;
}

}  // namespace

ledger::Result<std::string, Failure> Client::token() const {
  if (server_.token_file.empty()) return std::string();
  std::ifstream file(server_.token_file);
  std::string token;
  if (!(file >> token)) {
    return failure(Exit::not_allowed, "There is no token in " + server_.token_file + ".");
  }
  return token;
}

ledger::Result<Reply, Failure> Client::ask(const Question& question) const {
  const auto secret = token();
  if (!secret) return tl::unexpected(secret.error());
  httplib::Client client(server_.url);
  if (!client.is_valid()) {
    return failure(Exit::usage, "\"" + server_.url + "\" is not a URL of a server.");
  }
  set_up(client, server_);
  httplib::Request request;
  request.method = question.method;
  request.path = question.path;
  request.body = question.body;
  if (!question.body.empty()) request.set_header("Content-Type", question.content_type);
  if (!secret->empty()) request.set_header("Authorization", "Bearer " + *secret);
  for (const auto& [name, value] : question.headers) request.set_header(name, value);
  const auto begun = Clock::now();
  const auto result = client.send(request);
  if (!result) return unreachable(server_, result.error());
  auto reply = reply_of(*result);
  tell_request(server_, question, reply, begun);
  return judged(std::move(reply), *secret);
}

ledger::Result<Reply, Failure> Client::upload(const Question& question,
                                              const std::string& file) const {
  const auto secret = token();
  if (!secret) return tl::unexpected(secret.error());
  std::ifstream bytes(file, std::ios::binary | std::ios::ate);
  const auto size = static_cast<std::size_t>(std::max<std::streamoff>(bytes.tellg(), 0));
  if (!bytes.seekg(0)) return failure(Exit::usage, "Cannot read " + file + ".");
  httplib::Client client(server_.url);
  set_up(client, server_);
  httplib::Headers headers(question.headers.begin(), question.headers.end());
  if (!secret->empty()) headers.emplace("Authorization", "Bearer " + *secret);
  std::signal(SIGPIPE, SIG_IGN);  // A server that refuses it may hang up before its end.
  std::string piece(upload_piece_bytes, '\0');
  const auto give = [&](std::size_t, std::size_t left, httplib::DataSink& sink) {
    bytes.read(piece.data(), static_cast<std::streamsize>(std::min(left, piece.size())));
    return bytes.gcount() > 0 && sink.write(piece.data(), static_cast<std::size_t>(bytes.gcount()));
  };
  const auto begun = Clock::now();
  const auto result = client.Post(question.path, headers, size, give, question.content_type);
  if (!result) return unreachable(server_, result.error());
  auto reply = reply_of(*result);
  tell_request(server_, question, reply, begun);
  return judged(std::move(reply), *secret);
}

// Of the body of an answer that says no.
constexpr std::size_t refusal_bytes_max = 65'536;

ledger::Result<void, Failure> Client::follow(
    const std::string& path, const std::function<bool(std::string_view)>& take) const {
  const auto secret = token();
  if (!secret) return tl::unexpected(secret.error());
  httplib::Client client(server_.url);
  set_up(client, server_);
  client.set_read_timeout(3600);
  httplib::Headers headers;
  if (!secret->empty()) headers.emplace("Authorization", "Bearer " + *secret);
  bool stopped = false;
  bool refused = false;
  std::string why;  // The body of a refusal, which is not what was asked for.
  const auto result = client.Get(
      path, headers,
      [&](const httplib::Response& response) {
        refused = response.status >= 400;
        return true;
      },
      [&](const char* data, std::size_t size) {
        if (refused) {
          why.append(data, std::min(size, refusal_bytes_max - why.size()));
        } else {
          stopped = !take(std::string_view(data, size));
        }
        return !stopped;
      });
  if (stopped) return {};
  if (!result) return unreachable(server_, result.error());
  if (result->status >= 400) {
    auto reply = reply_of(*result);
    reply.body = std::move(why);
    return refusal(reply);
  }
  return {};
}

std::string escaped(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-._~").find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

std::string new_key() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::random_device random;
  std::string key;
  for (int i = 0; i < 32; ++i) key += digits[random() & 15];
  return key;
}

}  // namespace ledgerctl
