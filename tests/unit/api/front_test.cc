// Who gets to a handler: every role at every permission, and what becomes of those who do not.
#include "api/front.h"

#include <gtest/gtest.h>

#include "api/access_log.h"
#include "tests/unit/api/test_server.h"

namespace api::testing {
namespace {

constexpr std::size_t roles_count = enum_names(domain::Role{}).size();

// A route for each permission.
Router routes(std::atomic<int>& handled) {
  Router router;
  for (std::size_t i = 0; i < permissions_count; ++i) {
    router.add({"GET", "/" + std::string(name_of(static_cast<Permission>(i))),
                static_cast<Permission>(i), answering([&handled](const Request&) {
                  ++handled;
                  return Response{};
                })});
  }
  return router;
}

std::string bearer(const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; }

TEST(Front, LetsEveryRoleToWhatTheTableAllowsAndToNothingElse) {
  std::atomic<int> handled{0};
  TestServer test(routes(handled));
  RawClient client(test.server->port());
  int allowed = 0;
  for (std::size_t r = 0; r < roles_count; ++r) {
    const auto role = static_cast<domain::Role>(r);
    const auto token = test.book.issue(role, enum_names(role)[r]);
    for (std::size_t p = 0; p < permissions_count; ++p) {
      const auto permission = static_cast<Permission>(p);
      client.send(get("/" + std::string(name_of(permission)), bearer(token)));
      const auto answer = client.answer();
      EXPECT_EQ(answer.status, allows(role, permission) ? 200 : 403)
          << enum_names(role)[r] << " " << name_of(permission);
      allowed += allows(role, permission) ? 1 : 0;
    }
  }
  EXPECT_EQ(handled, allowed) << "a handler runs only for those who may";
}

TEST(Front, TellsAStrangerThatATokenIsNeeded) {
  std::atomic<int> handled{0};
  TestServer test(routes(handled));
  const auto answer = ask(test.server->port(), get("/read"));
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.headers.at("www-authenticate"), "Bearer realm=\"ledger\"");
  EXPECT_NE(answer.body.find("\"code\":\"credential-missing\""), std::string::npos);
  const auto bad = ask(test.server->port(), get("/read", "Authorization: Bearer x\r\n"));
  EXPECT_EQ(bad.status, 401);
  EXPECT_EQ(bad.headers.at("www-authenticate"), "Bearer realm=\"ledger\", error=\"invalid_token\"");
  EXPECT_EQ(handled, 0);
}

TEST(Front, NeverRepeatsACredential) {
  std::atomic<int> handled{0};
  TestServer test(routes(handled));
  const auto token = test.book.issue(domain::Role::viewer, "v");
  for (const auto& request :
       {get("/administer", bearer(token)), get("/read?token=" + token),
        get("/read", "Authorization: Bearer " + token + "0\r\n"), get("/nowhere?x=" + token)}) {
    const auto answer = ask(test.server->port(), request);
    EXPECT_GE(answer.status, 400);
    EXPECT_EQ(answer.body.find(token.substr(token.size() - 32)), std::string::npos);
  }
}

TEST(Front, LogsNeitherTokensNorQueriesNorNewLines) {
  Request request;
  request.target = "/v1/a%0Ab/ulg_prod_ci_0123?filter=secret";
  request.path = "/v1/a\nb/ulg_prod_ci_0123";
  EXPECT_EQ(loggable_path(request), "/v1/a%0Ab/ulg_...");
}

TEST(Front, RecordsADenialOnceAMinuteForEachCallerAndRoute) {
  std::atomic<int> handled{0};
  TestServer test(routes(handled));
  const auto token = test.book.issue(domain::Role::viewer, "v");
  for (int i = 0; i < 5; ++i) ask(test.server->port(), get("/administer", bearer(token)));
  ask(test.server->port(), get("/apply", bearer(token)));
  const std::lock_guard lock(test.reported_mutex);
  ASSERT_EQ(test.reported.size(), 2u);
  EXPECT_EQ(test.reported[0].actor.id, "v");
  EXPECT_EQ(std::get<domain::RecordAccessDenied>(test.reported[0].what),
            (domain::RecordAccessDenied{"GET", "/administer", "administer"}));
}

class TurnedClock final : public ledger::Clock {
 public:
  domain::Time now() const override { return {}; }
  domain::Duration steady() const override { return steady_; }
  void pass(domain::Duration by) { steady_.micros += by.micros; }

 private:
  domain::Duration steady_ = domain::hours(1);
};

TEST(Front, RecordsFailedSignInsOnceAMinuteWithTheirNumber) {
  TurnedClock clock;
  std::vector<AccessReports::Report> recorded;
  AccessReports reports([&](AccessReports::Report report) { recorded.push_back(report); }, clock);
  Request request;
  request.address = "192.0.2.1";
  for (int i = 0; i < 10; ++i) reports.sign_in_failed(request, "credential-unknown");
  ASSERT_EQ(recorded.size(), 1u);
  EXPECT_EQ(std::get<domain::RecordSignInFailed>(recorded[0].what).attempts, 1u);
  EXPECT_EQ(recorded[0].actor.address, "192.0.2.1");
  reports.tick();
  EXPECT_EQ(recorded.size(), 1u);
  clock.pass(domain::minutes(1));
  reports.tick();
  ASSERT_EQ(recorded.size(), 2u);
  EXPECT_EQ(std::get<domain::RecordSignInFailed>(recorded[1].what),
            (domain::RecordSignInFailed{9, "credential-unknown"}));
  clock.pass(domain::minutes(5));
  reports.tick();
  EXPECT_EQ(recorded.size(), 2u) << "nothing more happened";
}

TEST(Front, CountsAnswersByRoute) {
  std::atomic<int> handled{0};
  TestServer test(routes(handled));
  ask(test.server->port(), get("/public"));
  ask(test.server->port(), get("/public"));
  ask(test.server->port(), get("/read"));
  ask(test.server->port(), get("/nowhere"));
  std::map<std::string, std::array<std::uint64_t, 6>> counts;
  for (const auto& count : test.front.counts()) {
    counts[count.route == nullptr ? "" : count.route->pattern] = count.answers;
  }
  EXPECT_EQ(counts["/public"][2], 2u);
  EXPECT_EQ(counts["/read"][4], 1u);
  EXPECT_EQ(counts[""][4], 1u);
}

}  // namespace
}  // namespace api::testing
