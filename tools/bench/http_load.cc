#include "tools/bench/http_load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace bench {

using ledger::fail;
using ledger::Result;

namespace {

int connected(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return -1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int yes = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    ::fcntl(socket, F_SETFL, O_NONBLOCK);
    return socket;
  }
  ::close(socket);
  return -1;
}

// The bytes of the first answer of `text`, once it is whole; 0: it is not.
std::size_t answer_bytes(std::string_view text) {
  const auto head = text.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  static constexpr std::string_view field = "\r\nContent-Length: ";
  const auto at = text.substr(0, head).find(field);
  std::size_t body = 0;
  if (at != std::string_view::npos) {
    std::from_chars(text.data() + at + field.size(), text.data() + head, body);
  }
  const std::size_t whole = head + 4 + body;
  return text.size() >= whole ? whole : 0;
}

// A request is smaller than what a socket takes at once.
bool send_all(int socket, const std::string& request) {
  const auto sent = ::send(socket, request.data(), request.size(), MSG_NOSIGNAL);
  return sent == static_cast<ssize_t>(request.size());
}

tl::unexpected<ledger::Error> not_answered() {
  return fail(ledger::ErrorKind::unavailable, "bench-not-answered",
              "The server closed a connection, or did not answer for half a minute.");
}

tl::unexpected<ledger::Error> not_expected(const std::string& answer) {
  return fail(ledger::ErrorKind::refused, "bench-answer-wrong",
              "An answer is not what the bench expects: " + answer.substr(0, 1'000));
}

class Load {
 public:
  explicit Load(const HttpLoad& load) : load_(load), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}
  ~Load() {
    for (const auto& each : clients_) ::close(each.socket);
    ::close(epoll_);
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  Result<HttpAnswers> run() {
    if (const auto opened = open(); !opened) return fail(opened.error());
    const auto began = Clock::now();
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      if (const auto sent = send_next(i); !sent) return fail(sent.error());
    }
    std::array<epoll_event, 128> ready{};
    while (answers_.times.size() < load_.requests) {
      const int count = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), 30'000);
      if (count <= 0) return not_answered();
      for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        if (const auto heard = hear(ready[i].data.u64); !heard) return fail(heard.error());
      }
    }
    answers_.per_second = static_cast<double>(load_.requests) / seconds_since(began);
    std::sort(answers_.times.begin(), answers_.times.end());
    return std::move(answers_);
  }

 private:
  struct Client {
    int socket = -1;
    std::uint64_t sent = 0;
    Clock::time_point sent_at;
    std::string heard;
  };

  Result<void> open() {
    for (std::size_t i = 0; i < load_.connections; ++i) {
      const int socket = connected(load_.port);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      if (socket < 0 || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0) {
        return not_answered();
      }
      clients_.push_back(Client{socket, 0, {}, {}});
    }
    return {};
  }

  Result<void> send_next(std::size_t which) {
    if (sent_ == load_.requests) return {};
    Client& client = clients_[which];
    const std::string request = load_.request(which, client.sent++);
    ++sent_;
    client.sent_at = Clock::now();
    return send_all(client.socket, request) ? Result<void>() : not_answered();
  }

  Result<void> hear(std::size_t which) {
    Client& client = clients_[which];
    std::array<char, 16'384> bytes{};
    const auto got = ::recv(client.socket, bytes.data(), bytes.size(), 0);
    if (got <= 0) return not_answered();
    client.heard.append(bytes.data(), static_cast<std::size_t>(got));
    const auto whole = answer_bytes(client.heard);
    if (whole == 0) return {};
    answers_.times.push_back(microseconds_since(client.sent_at));
    if (!client.heard.starts_with("HTTP/1.1 200 ") ||
        client.heard.find(load_.answer_holds) == std::string::npos) {
      return not_expected(client.heard);
    }
    client.heard.erase(0, whole);
    return send_next(which);
  }

  const HttpLoad& load_;
  int epoll_;
  std::vector<Client> clients_;
  std::uint64_t sent_ = 0;
  HttpAnswers answers_;
};

std::string request_head(std::string_view method, std::string_view target, std::string_view token) {
  std::string head(method);
  head.append(" ").append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
  if (!token.empty()) head.append("Authorization: Bearer ").append(token).append("\r\n");
  return head;
}

std::string with_json(std::string request, std::string_view json) {
  request.append("Content-Type: application/json\r\nContent-Length: ")
      .append(std::to_string(json.size()))
      .append("\r\n\r\n")
      .append(json);
  return request;
}

}  // namespace

std::string get_request(std::string_view target, std::string_view token) {
  return request_head("GET", target, token) + "\r\n";
}

std::string post_request(std::string_view target, std::string_view token, std::string_view json) {
  return with_json(request_head("POST", target, token), json);
}

std::string put_request(std::string_view target, std::string_view token, std::string_view json) {
  return with_json(request_head("PUT", target, token) + "If-Match: *\r\n", json);
}

Result<std::string> ask_once(std::uint16_t port, const std::string& request) {
  const int socket = connected(port);
  if (socket < 0) return not_answered();
  std::string heard;
  std::array<char, 16'384> bytes{};
  bool open = send_all(socket, request);
  while (open && answer_bytes(heard) == 0) {
    pollfd waited{socket, POLLIN, 0};
    const bool came = ::poll(&waited, 1, 30'000) == 1;
    const auto got = came ? ::recv(socket, bytes.data(), bytes.size(), 0) : 0;
    open = got > 0;
    if (open) heard.append(bytes.data(), static_cast<std::size_t>(got));
  }
  ::close(socket);
  if (!open) return not_answered();
  if (!heard.starts_with("HTTP/1.1 2")) return not_expected(heard);
  return heard.substr(heard.find("\r\n\r\n") + 4);
}

Result<HttpAnswers> put_load(const HttpLoad& load) { return Load(load).run(); }

IdleConnections::IdleConnections(std::uint16_t port, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const int socket = connected(port);
    if (socket < 0) break;
    sockets_.push_back(socket);
  }
}

IdleConnections::~IdleConnections() {
  for (const int socket : sockets_) ::close(socket);
}

std::size_t IdleConnections::open() const {
  char byte = 0;
  return static_cast<std::size_t>(std::count_if(sockets_.begin(), sockets_.end(), [&](int socket) {
    return ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0;
  }));
}

}  // namespace bench
