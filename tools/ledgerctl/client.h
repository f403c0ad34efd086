// Asks a ledgerd over HTTP, and says what went wrong in a way that leads to an exit code.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/result.h"
#include "tools/ledgerctl/exit_code.h"

namespace ledgerctl {

struct Failure {
  Exit exit = Exit::failed;
  std::string message;  // What and why, a sentence or two, with the request's id.
  std::string body;     // The problem document, if the server sent one.
};

struct Server {
  std::string url;         // "https://ledger.example:8470"
  std::string token_file;  // A file with one token; empty: none.
  std::string ca_file;     // Whom to trust; empty: the system.
  int timeout_seconds = 30;
  bool is_verbose = false;  // Each request is told on standard error.
};

struct Reply {
  int status = 0;
  std::string body;
  std::string content_type;
  std::map<std::string, std::string, std::less<>> headers;  // By name in lower case.
};

struct Question {
  std::string method = "GET";
  std::string path;  // With the query, escaped.
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
};

class Client {
 public:
  explicit Client(Server server) : server_(std::move(server)) {}

  // The reply, if its status is below 400.
  ledger::Result<Reply, Failure> ask(const Question& question) const;
  // The same of a POST whose body is a file, read as it is sent.
  ledger::Result<Reply, Failure> upload(const Question& question, const std::string& file) const;
  // Hands on the body as it comes until `take` answers false.
  ledger::Result<void, Failure> follow(const std::string& path,
                                       const std::function<bool(std::string_view)>& take) const;
  const Server& server() const { return server_; }

 private:
  ledger::Result<std::string, Failure> token() const;
  Server server_;
};

// A name as it stands in a path or query.
std::string escaped(std::string_view text);

// 16 random bytes as 32 hex digits: a new Idempotency-Key.
std::string new_key();

}  // namespace ledgerctl
