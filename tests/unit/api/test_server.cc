#include "tests/unit/api/test_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "ledger/result.h"

namespace api::testing {

std::string TestTokenBook::issue(domain::Role role, std::string_view id) {
  auto made = make_token(entropy_, "test", domain::TokenId{std::string(id)});
  projections::TokenRow row;
  row.token = {std::string(id)};
  row.role = role;
  row.secret = made.digest;
  row.expires_at = ledger::SystemClock().now() + domain::hours(1);
  if (role == domain::Role::agent || role == domain::Role::relay)
    row.computer = {{std::string(id)}};
  tokens.emplace(made.digest, row);
  changed();
  return made.text;
}

std::string TestTokenBook::issue_enrolment(std::string_view id) {
  auto made = make_token(entropy_, "test", domain::TokenId{std::string(id)});
  projections::EnrolmentTokenRow row;
  row.token = {std::string(id)};
  row.secret = made.digest;
  row.expires_at = ledger::SystemClock().now() + domain::hours(1);
  enrolments.emplace(made.digest, row);
  changed();
  return made.text;
}

void TestTokenBook::revoke_all() {
  tokens.clear();
  enrolments.clear();
  changed();
}

ledger::Result<std::optional<projections::TokenRow>> TestTokenBook::token(
    const domain::Digest& secret) const {
  const auto found = tokens.find(secret);
  if (found == tokens.end()) return std::optional<projections::TokenRow>();
  return std::optional<projections::TokenRow>(found->second);
}

ledger::Result<std::optional<projections::EnrolmentTokenRow>> TestTokenBook::enrolment_token(
    const domain::Digest& secret) const {
  const auto found = enrolments.find(secret);
  if (found == enrolments.end()) return std::optional<projections::EnrolmentTokenRow>();
  return std::optional<projections::EnrolmentTokenRow>(found->second);
}

ledger::Result<std::optional<domain::Role>> TestTokenBook::machine(
    const domain::ComputerId& computer, const std::string&, domain::Position) const {
  const auto found = machines.find(computer);
  if (found == machines.end()) return std::optional<domain::Role>();
  return std::optional(found->second);
}

TestServer::TestServer(Router routes, Server::Options options, RateLimit::Options rate_options)
    : router(std::move(routes)),
      auth(book, clock, {}),
      rate(clock, rate_options),
      reports(
          [this](AccessReports::Report report) {
            const std::lock_guard lock(reported_mutex);
            reported.push_back(std::move(report));
          },
          clock),
      front(router, auth, rate, reports) {
  auto started = Server::start(std::move(options), front);
  CHECK(started.has_value(), "the test's server starts");
  server = std::move(*started);
}

TestServer::~TestServer() = default;

std::size_t TestServer::reported_count() {
  const std::lock_guard lock(reported_mutex);
  return reported.size();
}

RawClient::RawClient(std::uint16_t port)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int yes = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const timeval patience{20, 0};  // Then a test fails rather than hangs.
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  CHECK(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0,
        "the test's server listens");
}

RawClient::~RawClient() { ::close(socket_); }

void RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void RawClient::end_sending() { ::shutdown(socket_, SHUT_WR); }

bool RawClient::fill() {
  std::array<char, 65536> bytes{};
  const auto got = ::recv(socket_, bytes.data(), bytes.size(), 0);
  if (got <= 0) return false;
  unread_.append(bytes.data(), static_cast<std::size_t>(got));
  return true;
}

std::string RawClient::read_until(std::string_view text) {
  for (;;) {
    const auto found = unread_.find(text);
    if (found != std::string::npos) {
      std::string taken = unread_.substr(0, found + text.size());
      unread_.erase(0, found + text.size());
      return taken;
    }
    if (!fill()) return {};
  }
}

bool RawClient::is_closed() { return unread_.empty() && !fill(); }

Answer RawClient::answer() {
  Answer answer;
  const std::string head = read_until("\r\n\r\n");
  if (!head.starts_with("HTTP/1.1 ")) return answer;
  std::size_t at = head.find("\r\n") + 2;
  while (at + 2 < head.size()) {
    const auto end = head.find("\r\n", at);
    const auto colon = head.find(": ", at);
    std::string name = head.substr(at, colon - at);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    answer.headers[name] = head.substr(colon + 2, end - colon - 2);
    at = end + 2;
  }
  const auto length = answer.headers.find("content-length");
  const std::size_t bytes = length == answer.headers.end() ? 0 : std::stoul(length->second);
  while (unread_.size() < bytes) {
    if (!fill()) return {};
  }
  answer.body = unread_.substr(0, bytes);
  unread_.erase(0, bytes);
  std::from_chars(head.data() + 9, head.data() + 12, answer.status);
  return answer;
}

Answer ask(std::uint16_t port, std::string_view request) {
  RawClient client(port);
  client.send(request);
  return client.answer();
}

std::string get(std::string_view path, std::string_view more_headers) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n" + std::string(more_headers) +
         "\r\n";
}

}  // namespace api::testing
