// A server on a free port of loopback with routes of a test, and a client of raw bytes.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/server.h"
#include "ledger/clock.h"

namespace api::testing {

// Tokens that a test hands out.
class TestTokenBook final : public TokenBook {
 public:
  // A token of a role, valid for an hour of the system's clock.
  std::string issue(domain::Role role, std::string_view id);
  std::string issue_enrolment(std::string_view id);
  void revoke_all();

  std::uint64_t version() const override { return version_; }
  ledger::Result<std::optional<projections::TokenRow>> token(
      const domain::Digest& secret) const override;
  ledger::Result<std::optional<projections::EnrolmentTokenRow>> enrolment_token(
      const domain::Digest& secret) const override;

  ledger::Result<std::optional<domain::Role>> machine(const domain::ComputerId& computer,
                                                      const std::string& serial,
                                                      domain::Position size) const override;

  // Roles of computers that may speak by certificate.
  std::map<domain::ComputerId, domain::Role> machines;
  std::map<domain::Digest, projections::TokenRow> tokens;
  std::map<domain::Digest, projections::EnrolmentTokenRow> enrolments;
  void changed() { ++version_; }

 private:
  std::uint64_t version_ = 0;
  ledger::SystemEntropy entropy_;
};

struct TestServer {
  explicit TestServer(Router routes, Server::Options options = {},
                      RateLimit::Options rate_options = {.per_second = 0});
  ~TestServer();

  Router router;
  TestTokenBook book;
  ledger::SystemClock clock;
  Auth auth;
  RateLimit rate;
  std::vector<AccessReports::Report> reported;  // Guarded by reported_mutex.
  std::mutex reported_mutex;
  AccessReports reports;
  Front front;
  std::unique_ptr<Server> server;

  std::size_t reported_count();
};

struct Answer {
  int status = 0;                              // 0: none came.
  std::map<std::string, std::string> headers;  // By name in lower case.
  std::string body;
};

// A connection that sends whatever a test wants.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view bytes);  // What a closed peer does not take is dropped.
  void end_sending();
  // The next answer; status 0 when the connection ends before it is whole.
  Answer answer();
  // Bytes until `text` was seen in all that was not taken yet; empty when the connection ends.
  std::string read_until(std::string_view text);
  // Whether the peer ends the connection without another byte.
  bool is_closed();

 private:
  bool fill();
  int socket_ = -1;
  std::string unread_;
};

// One request on a connection of its own.
Answer ask(std::uint16_t port, std::string_view request);
std::string get(std::string_view path, std::string_view more_headers = "");

}  // namespace api::testing
