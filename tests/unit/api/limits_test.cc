// Every limit and every deadline of the server, turned down until a test can reach it.
#include <gtest/gtest.h>

#include "tests/unit/api/test_server.h"

namespace api::testing {
namespace {

using namespace std::chrono_literals;

// A handler that waits until the test lets it go.
class Gate {
 public:
  Handler handler() {
    return [this](std::shared_ptr<const Request>, Reply reply) {
      std::unique_lock lock(mutex_);
      ++waiting_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return open_; });
      lock.unlock();
      reply(Response{});
    };
  }
  void wait_for(int waiting) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= waiting; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

Router routes(Gate& gate) {
  Router router;
  router.add({"GET", "/gate", Permission::public_, gate.handler()});
  router.add({"GET",
              "/quick",
              Permission::public_,
              answering([](const Request&) { return Response{}; }),
              {.at_once = always}});
  router.add({"GET", "/large", Permission::public_, answering([](const Request&) {
                Response response;
                response.body = std::string(64'000'000, 'x');
                return response;
              })});
  router.add({"POST",
              "/small",
              Permission::public_,
              answering([](const Request&) { return Response{}; }),
              {.body_bytes_max = 10}});
  router.add({"POST",
              "/import",
              Permission::apply,
              answering([](const Request& request) {
                Response response;
                response.body = std::to_string(request.body.size());
                return response;
              }),
              {.body_bytes_max = 20'000'000}});
  return router;
}

Server::Options with(HttpLimits limits) {
  Server::Options options;
  options.limits = limits;
  return options;
}

TEST(Limits, AHeadThatDoesNotComeEndsTheConnection) {
  Gate gate;
  TestServer test(routes(gate), with({.header_deadline = 200ms}));
  RawClient client(test.server->port());
  client.send("GET /quick HTTP/1.1\r\nHost:");
  EXPECT_TRUE(client.is_closed());
}

TEST(Limits, AHeadThatComesByteByByteEndsTheConnectionAllTheSame) {
  Gate gate;
  TestServer test(routes(gate), with({.header_deadline = 200ms}));
  RawClient client(test.server->port());
  client.send("GET /quick HTTP/1.1\r\nHost: t\r\n");
  const auto begun = std::chrono::steady_clock::now();
  std::thread sender([&] {
    for (int i = 0; i < 5'000; ++i) client.send("a");  // Its bytes do not buy it time.
  });
  const bool closed = client.is_closed();
  sender.join();
  EXPECT_TRUE(closed);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
}

TEST(Limits, ABodyThatDoesNotComeIsA408) {
  Gate gate;
  TestServer test(routes(gate), with({.body_deadline = 200ms}));
  RawClient client(test.server->port());
  client.send("POST /small HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nab");
  const auto answer = client.answer();
  EXPECT_EQ(answer.status, 408);
  EXPECT_NE(answer.body.find("body-too-slow"), std::string::npos);
  EXPECT_TRUE(client.is_closed());
}

TEST(Limits, AnIdleConnectionIsClosed) {
  Gate gate;
  TestServer test(routes(gate), with({.idle_deadline = 200ms}));
  RawClient client(test.server->port());
  client.send(get("/quick"));
  EXPECT_EQ(client.answer().status, 200);
  EXPECT_TRUE(client.is_closed());
}

TEST(Limits, APeerThatDoesNotTakeItsAnswerIsClosed) {
  Gate gate;
  TestServer test(routes(gate), with({.write_deadline = 200ms}));
  RawClient client(test.server->port());
  client.send(get("/quick"));
  ASSERT_EQ(client.answer().status, 200);
  client.send(get("/large"));
  while (test.server->counts().connections > 0) std::this_thread::yield();  // Or the test hangs.
  EXPECT_EQ(client.answer().status, 0) << "the answer was cut off";
}

TEST(Limits, AHandlerThatTakesItsTimeIsNotCutOff) {
  Gate gate;
  TestServer test(routes(gate), with({.header_deadline = 50ms,
                                      .body_deadline = 50ms,
                                      .idle_deadline = 50ms,
                                      .write_deadline = 50ms}));
  RawClient slow(test.server->port());
  slow.send(get("/gate"));
  gate.wait_for(1);
  RawClient idle(test.server->port());
  EXPECT_TRUE(idle.is_closed()) << "so a deadline has passed";
  gate.open();
  EXPECT_EQ(slow.answer().status, 200);
}

TEST(Limits, ConnectionsBeyondTheLimitAreClosedAtOnce) {
  Gate gate;
  TestServer test(routes(gate), with({.connections_max = 2}));
  RawClient first(test.server->port());
  RawClient second(test.server->port());
  first.send(get("/quick"));
  second.send(get("/quick"));
  EXPECT_EQ(first.answer().status, 200);
  EXPECT_EQ(second.answer().status, 200);
  RawClient third(test.server->port());
  EXPECT_TRUE(third.is_closed());
  EXPECT_EQ(test.server->counts().connections_refused, 1u);
  first.send(get("/quick"));
  EXPECT_EQ(first.answer().status, 200);
}

TEST(Limits, AFullQueueOfHandlersIsA503ThatSaysWhenToComeBack) {
  Gate gate;
  Server::Options options;
  options.handlers = {.threads = 1, .queue_max = 1};
  TestServer test(routes(gate), options);
  RawClient running(test.server->port());
  running.send(get("/gate"));
  gate.wait_for(1);
  RawClient queued(test.server->port());
  queued.send(get("/gate"));
  while (test.server->counts().queued < 1) std::this_thread::yield();
  const auto refused = ask(test.server->port(), get("/gate"));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.at("retry-after"), "1");
  EXPECT_NE(refused.body.find("\"code\":\"overloaded\""), std::string::npos);
  EXPECT_EQ(ask(test.server->port(), get("/quick")).status, 200) << "needs no handler's thread";
  gate.open();
  EXPECT_EQ(running.answer().status, 200);
  EXPECT_EQ(queued.answer().status, 200);
}

TEST(Limits, ABodyMayHaveExactlyItsLimit) {
  Gate gate;
  TestServer test(routes(gate));
  const auto port = test.server->port();
  const std::string head = "POST /small HTTP/1.1\r\nHost: t\r\nContent-Length: ";
  EXPECT_EQ(ask(port, head + "10\r\n\r\n0123456789").status, 200);
  EXPECT_EQ(ask(port, head + "11\r\n\r\n0123456789a").status, 413);
}

TEST(Limits, ALargeBodyIsOnlyTakenFromThoseWhoMaySendIt) {
  Gate gate;
  TestServer test(routes(gate));
  const std::string body(15'000'000, 'x');
  const auto request = [&](const std::string& token) {
    return "POST /import HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer " + token +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  };
  const auto approver = test.book.issue(domain::Role::approver, "approver");
  EXPECT_EQ(ask(test.server->port(), request(approver) + body).body, "15000000");
  // The answer comes although not one byte of the body was sent.
  EXPECT_EQ(ask(test.server->port(), request(test.book.issue(domain::Role::viewer, "v"))).status,
            403);
  EXPECT_EQ(ask(test.server->port(), request("ulg_x")).status, 401);
}

TEST(Limits, ARefusedRequestWithASmallBodyKeepsItsConnection) {
  Gate gate;
  TestServer test(routes(gate));
  RawClient client(test.server->port());
  client.send("POST /import HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc" + get("/quick"));
  EXPECT_EQ(client.answer().status, 401);
  EXPECT_EQ(client.answer().status, 200);
}

TEST(Limits, MoreRequestsThanTheRateAllowsAre429) {
  Gate gate;
  TestServer test(routes(gate), {}, {.per_second = 5});
  RawClient client(test.server->port());
  int allowed = 0;
  Answer last;
  for (int i = 0; i < 50 && last.status != 429; ++i) {
    client.send(get("/quick"));
    last = client.answer();
    allowed += last.status == 200 ? 1 : 0;
  }
  EXPECT_EQ(last.status, 429);
  EXPECT_GE(allowed, 5);
  EXPECT_EQ(last.headers.at("retry-after"), "1");
  EXPECT_EQ(last.headers.at("ratelimit-policy"), "\"q\";q=5;w=1");
  EXPECT_TRUE(last.headers.at("ratelimit").starts_with("\"q\";r=0;t="));
}

TEST(Limits, EveryTokenHasItsOwnRate) {
  Gate gate;
  TestServer test(routes(gate), {}, {.per_second = 1});
  const auto ask_as = [&](const std::string& token) {
    return ask(test.server->port(), get("/quick", "Authorization: Bearer " + token + "\r\n"))
        .status;
  };
  const auto first = test.book.issue(domain::Role::viewer, "first");
  const auto second = test.book.issue(domain::Role::viewer, "second");
  EXPECT_EQ(ask_as(first), 200);
  EXPECT_EQ(ask_as(second), 200);
}

}  // namespace
}  // namespace api::testing
