#include <gtest/gtest.h>

#include "tests/unit/api/test_server.h"

namespace api::testing {
namespace {

using namespace std::chrono_literals;

Response text(std::string body) {
  Response response;
  response.content_type = "text/plain";
  response.body = std::move(body);
  return response;
}

Router echo_routes() {
  Router router;
  router.add({"GET", "/hello", Permission::public_,
              answering([](const Request&) { return text("hello"); })});
  router.add({"GET",
              "/quick",
              Permission::public_,
              answering([](const Request&) { return text("quick"); }),
              {.at_once = always}});
  router.add({"POST",
              "/echo",
              Permission::public_,
              answering([](const Request& request) { return text(request.body); }),
              {.body_bytes_max = 1000}});
  router.add({"GET", "/throws", Permission::public_, [](std::shared_ptr<const Request>, Reply) {
                throw std::runtime_error("secret-17");
              }});
  router.add(
      {"GET", "/forgets", Permission::public_, [](std::shared_ptr<const Request>, Reply) {}});
  return router;
}

TEST(Server, AnswersAndKeepsTheConnection) {
  TestServer test(echo_routes());
  RawClient client(test.server->port());
  for (int i = 0; i < 3; ++i) {
    client.send(get(i == 1 ? "/quick" : "/hello"));
    const auto answer = client.answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, i == 1 ? "quick" : "hello");
    EXPECT_EQ(answer.headers.at("connection"), "keep-alive");
  }
}

TEST(Server, CarriesHeadersThatKeepBrowsersAndCachesFromGuessing) {
  TestServer test(echo_routes());
  const auto answer = ask(test.server->port(), get("/hello"));
  EXPECT_EQ(answer.headers.at("x-content-type-options"), "nosniff");
  EXPECT_EQ(answer.headers.at("referrer-policy"), "no-referrer");
  EXPECT_EQ(answer.headers.at("cache-control"), "no-store");
  EXPECT_EQ(answer.headers.at("content-security-policy"),
            "default-src 'none'; frame-ancestors 'none'");
  EXPECT_EQ(answer.headers.count("strict-transport-security"), 0u);
  EXPECT_FALSE(answer.headers.at("date").empty());
}

TEST(Server, AnswersPipelinedRequestsInTheirOrder) {
  TestServer test(echo_routes());
  RawClient client(test.server->port());
  std::string all;
  for (int i = 0; i < 50; ++i) {
    const std::string body = std::to_string(i);
    all += "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }
  client.send(all);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client.answer().body, std::to_string(i));
}

TEST(Server, TakesARequestByteByByte) {
  TestServer test(echo_routes());
  RawClient client(test.server->port());
  for (const char c : std::string("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n"
                                  "\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")) {
    client.send(std::string_view(&c, 1));
  }
  EXPECT_EQ(client.answer().body, "abcde");
}

TEST(Server, TellsAHandlersExceptionAsAProblemAndGoesOn) {
  TestServer test(echo_routes());
  RawClient client(test.server->port());
  client.send(get("/throws"));
  const auto answer = client.answer();
  EXPECT_EQ(answer.status, 500);
  EXPECT_NE(answer.body.find("\"code\":\"internal\""), std::string::npos);
  EXPECT_EQ(answer.body.find("secret-17"), std::string::npos) << "what broke is for the log only";
  client.send(get("/hello"));
  EXPECT_EQ(client.answer().status, 200);
}

TEST(Server, AnswersForAHandlerThatForgetsTo) {
  TestServer test(echo_routes());
  EXPECT_EQ(ask(test.server->port(), get("/forgets")).status, 500);
}

TEST(Server, TakesAReplyFromAnotherThreadLater) {
  Router router;
  std::mutex mutex;
  std::condition_variable asked;
  std::optional<Reply> kept;
  router.add(
      {"GET", "/later", Permission::public_, [&](std::shared_ptr<const Request>, Reply reply) {
         const std::lock_guard lock(mutex);
         kept = std::move(reply);
         asked.notify_all();
       }});
  TestServer test(std::move(router));
  RawClient client(test.server->port());
  client.send(get("/later"));
  {
    std::unique_lock lock(mutex);
    asked.wait(lock, [&] { return kept.has_value(); });
    (*kept)(text("late"));
    (*kept)(text("twice"));  // Only the first counts.
    kept.reset();
  }
  EXPECT_EQ(client.answer().body, "late");
}

TEST(Server, AnswersHeadWithoutABody) {
  TestServer test(echo_routes());
  RawClient client(test.server->port());
  client.send("HEAD /hello HTTP/1.1\r\nHost: t\r\n\r\n");
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_NE(head.find("Content-Length: 5\r\n"), std::string::npos);
  client.send(get("/quick"));
  EXPECT_TRUE(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
}

TEST(Server, AnswersOptionsWithTheMethodsOfThePath) {
  TestServer test(echo_routes());
  const auto answer = ask(test.server->port(), "OPTIONS /hello HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.headers.at("allow"), "OPTIONS, GET, HEAD");
}

TEST(Server, SaysContinueOnlyForABodyItWants) {
  TestServer test(echo_routes());
  RawClient client(test.server->port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  EXPECT_EQ(client.answer().body, "ok");
  client.send(
      "POST /nowhere HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.answer().status, 404);
}

TEST(Server, EchoesARequestIdThatIsOneAndMakesOneOtherwise) {
  TestServer test(echo_routes());
  const auto port = test.server->port();
  EXPECT_EQ(ask(port, get("/hello", "X-Request-Id: abc-1\r\n")).headers.at("x-request-id"),
            "abc-1");
  const auto made = ask(port, get("/hello", "X-Request-Id: a b\r\n")).headers.at("x-request-id");
  EXPECT_EQ(made.size(), 16u);
  const std::string parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  EXPECT_EQ(ask(port, get("/hello", "traceparent: " + parent + "\r\n")).headers.at("traceparent"),
            parent);
  EXPECT_EQ(ask(port, get("/hello", "traceparent: 00-xyz\r\n")).headers.count("traceparent"), 0u);
}

}  // namespace
}  // namespace api::testing
