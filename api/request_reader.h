// Bytes of a connection into requests, without a socket: what a peer may send, and what it is
// told when it sends something else. Boost.Beast parses; the limits and the refusals are ours.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/problem.h"
#include "ledger/limits.h"

namespace api {

class RequestReader {
 public:
  struct Limits {
    std::size_t header_bytes_max = ledger::limits::http_header_bytes_max;
    std::size_t headers_max = ledger::limits::http_headers_max;
  };
  enum class State {
    more,     // Give it more bytes.
    head,     // The head is there: look at request() and say go_on().
    request,  // The whole request is there: take().
    refused,  // See refusal(); nothing more can be read from this connection.
  };

  explicit RequestReader(Limits limits);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // Reads from the beginning of `bytes`, adds what it used to `used`, and stops at the next head
  // or request. What was not used is given again, with what followed it.
  State read(std::string_view bytes, std::size_t& used);

  // At the head: reads the body, if it has at most `body_bytes_max`.
  State go_on(std::size_t body_bytes_max);

  const Request& request() const;
  Request& request();
  bool begun() const;       // Some bytes of a request were used.
  bool keep_alive() const;  // The peer wants to go on after this request.
  bool chunked_answers()
      const;  // Of HTTP/1.1; older peers get bodies that end with the connection.
  bool expects_continue() const;
  const Problem& refusal() const;

  // What was read of the body so far, which is kept no longer: for what is too large for memory.
  bool has_body_piece() const;
  std::string take_body_piece();

  // The request that was read; afterwards the next one can be.
  Request take();

 private:
  struct Parser;
  State head();
  State refuse(int status, std::string code, std::string detail);
  State refuse_parse(int error);
  std::optional<Problem> check_headers();
  std::optional<Problem> read_target(std::string_view target);

  Limits limits_;
  State state_ = State::more;
  std::unique_ptr<Parser> parser_;
  std::size_t head_bytes_ = 0;
  std::size_t body_bytes_max_ = 0;
  bool keep_alive_ = false;
  bool chunked_answers_ = false;
  Request request_;
  Problem refusal_;
};

// "a=1&b=%20": names and values, decoded, in order; nothing when malformed.
std::optional<std::vector<std::pair<std::string, std::string>>> query_from(std::string_view text);

}  // namespace api
