// Clients that ask a server on this machine over kept connections, as many as are wanted, in one
// thread: each sends its next request when the answer to the one before is there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/result.h"
#include "tools/bench/timing.h"

namespace bench {

std::string get_request(std::string_view target, std::string_view token);
std::string post_request(std::string_view target, std::string_view token, std::string_view json);
// Whatever version is there is changed.
std::string put_request(std::string_view target, std::string_view token, std::string_view json);

struct HttpLoad {
  std::uint16_t port = 0;
  std::size_t connections = 1;
  std::uint64_t requests = 1;  // Of all connections together.
  // The n-th request of a connection, as it is sent.
  std::function<std::string(std::size_t connection, std::uint64_t n)> request;
  // What every answer holds; its status is 200.
  std::string answer_holds;
};

struct HttpAnswers {
  double per_second = 0;
  Times times;
};

// Errors: unavailable ("bench-not-answered": a connection was refused or closed), refused
// ("bench-answer-wrong": an answer is not what it should be; it is quoted).
ledger::Result<HttpAnswers> put_load(const HttpLoad& load);

// One request over a connection of its own: the body of its answer, whose status is below 300.
// Errors: those of put_load().
ledger::Result<std::string> ask_once(std::uint16_t port, const std::string& request);

// Connections that say nothing. Closed at the end.
class IdleConnections {
 public:
  IdleConnections(std::uint16_t port, std::size_t count);
  ~IdleConnections();
  IdleConnections(const IdleConnections&) = delete;
  IdleConnections& operator=(const IdleConnections&) = delete;

  // Those that the server has not closed.
  std::size_t open() const;

 private:
  std::vector<int> sockets_;
};

}  // namespace bench
