// What machines and their manager put up with from each other: answers that never end, and findings
// that never stop.
#include <gtest/gtest.h>

#include <csignal>

#include "api/findings_limit.h"
#include "api/server.h"
#include "api/tls.h"
#include "ledger/limits.h"
#include "tests/support/scratch_directory.h"
#include "tests/unit/api/answering_ledger.h"
#include "updates/machine/manager_connection.h"

namespace tests {
namespace {

namespace domain = ledger::domain;
namespace machine = ledger::updates::machine;
using namespace std::chrono_literals;

// Gives a byte for as long as somebody asks.
class Endless final : public api::Source {
 public:
  std::optional<std::string> next() override { return std::string("x"); }
};

// A manager that means no good, and a connection that is to end all the same.
class BadManager : public testing::Test {
 protected:
  BadManager() {
    std::signal(SIGPIPE, SIG_IGN);  // As all programs do that speak TLS.
    router.add({"GET", "/endless", api::Permission::public_, api::answering([](const auto&) {
                  api::Response response;
                  response.source = std::make_unique<Endless>();
                  return response;
                })});
    router.add({"GET", "/silent", api::Permission::public_,
                [this](const auto&, const api::Reply& reply) { kept.push_back(reply); }});
    router.add({"GET", "/long", api::Permission::public_, api::answering([](const auto&) {
                  api::Response response;
                  response.body = std::string(2'000, 'x');
                  return response;
                })});
    router.add({"GET", "/good", api::Permission::public_, api::answering([](const auto&) {
                  api::Response response;
                  response.body = "good";
                  return response;
                })});
    api::Server::Options options;
    options.tls = made.files;
    server = std::move(*api::Server::start(std::move(options), front));
  }

  std::string asked(const std::string& path) {
    const auto answer = connection().get(path, {});
    return answer ? *answer : answer.error().reason + ": " + answer.error().detail;
  }

  machine::ManagerConnection connection() const {
    return machine::ManagerConnection(
        {{"localhost", server->port()}, made.authority, {}, {}, 300ms, 1'000});
  }

  ScratchDirectory scratch;
  ledger::SystemClock clock;
  api::MadeCertificate made =
      std::move(*api::load_or_make_certificate(scratch.path() / "tls", {}, clock.now()));
  AnsweringLedger ledger{clock.now()};
  std::unique_ptr<api::TokenBook> book = api::token_book(ledger.views, ledger.log);
  api::Auth auth{*book, clock, {}};
  api::RateLimit rate{clock, {.per_second = 0}};
  api::AccessReports reports{[](const api::AccessReports::Report&) {}, clock};
  api::Router router;
  std::vector<api::Reply> kept;
  api::Front front{router, auth, rate, reports};
  std::unique_ptr<api::Server> server;
};

TEST_F(BadManager, IsNotWaitedForForEver) {
  EXPECT_EQ(asked("/good"), "good");
  EXPECT_EQ(asked("/silent"), "manager-unreachable: The manager's answer was not whole in time.");
  EXPECT_TRUE(asked("/endless").starts_with("manager-unreachable: ")) << asked("/endless");
  EXPECT_EQ(
      asked("/long"),
      "manager-unreachable: The manager's answer is longer than anything that it has to say.");
  EXPECT_EQ(asked("/good"), "good");
}

TEST(Findings, AreRecordedUpToALimitInEachHour) {
  HandClock clock;
  api::FindingsLimit limit(clock);
  for (std::size_t i = 0; i < ledger::limits::findings_per_hour_max; ++i) {
    EXPECT_TRUE(limit.takes({"pc-1"}));
  }
  EXPECT_FALSE(limit.takes({"pc-1"}));
  EXPECT_TRUE(limit.takes({"pc-2"})) << "others are not kept from speaking";
  clock.advance(domain::hours(1));
  EXPECT_TRUE(limit.takes({"pc-1"}));
}

}  // namespace
}  // namespace tests
