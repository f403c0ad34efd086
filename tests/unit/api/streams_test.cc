// Answers in pieces, and the end of the server.
#include <gtest/gtest.h>

#include <deque>

#include "tests/unit/api/test_server.h"

namespace api::testing {
namespace {

using namespace std::chrono_literals;

// What a stream says next, as the test puts it in.
struct Feed {
  std::mutex mutex;
  std::deque<std::string> pieces;
  bool ended = false;
  std::atomic<bool> broken{false};
  std::atomic<int> sources{0};

  void put(std::string piece) {
    const std::lock_guard lock(mutex);
    pieces.push_back(std::move(piece));
  }
  void end() {
    const std::lock_guard lock(mutex);
    ended = true;
  }
};

class FeedSource final : public Source {
 public:
  explicit FeedSource(Feed& feed) : feed_(feed) { ++feed_.sources; }
  ~FeedSource() override { --feed_.sources; }
  std::optional<std::string> next() override {
    const std::lock_guard lock(feed_.mutex);
    if (feed_.broken) throw std::runtime_error("the disk is gone");
    if (feed_.pieces.empty()) return feed_.ended ? std::nullopt : std::optional<std::string>("");
    std::string piece = std::move(feed_.pieces.front());
    feed_.pieces.pop_front();
    return piece;
  }

 private:
  Feed& feed_;
};

Router routes(Feed& feed) {
  Router router;
  const auto add = [&](std::string path, std::string type) {
    router.add(
        {"GET", std::move(path), Permission::public_, answering([&feed, type](const Request&) {
           Response response;
           response.content_type = type;
           response.source = std::make_unique<FeedSource>(feed);
           return response;
         })});
  };
  add("/events", "text/event-stream");
  add("/lines", "application/x-ndjson");
  router.add(
      {"GET", "/quick", Permission::public_, answering([](const Request&) { return Response{}; })});
  return router;
}

Server::Options with_limits(HttpLimits limits) {
  Server::Options options;
  options.limits = limits;
  return options;
}

// The server ends a source after the peer has read its end; or the test hangs.
void wait_until_gone(const Feed& feed) {
  while (feed.sources > 0) std::this_thread::yield();
}

TEST(Streams, SendPiecesAsChunksUntilTheEnd) {
  Feed feed;
  feed.put("one\n");
  feed.put(std::string(300'000, 'x'));
  feed.end();
  TestServer test(routes(feed));
  RawClient client(test.server->port());
  client.send(get("/lines"));
  EXPECT_NE(client.read_until("\r\n\r\n").find("Transfer-Encoding: chunked"), std::string::npos);
  EXPECT_EQ(client.read_until("one\n\r\n"), "4\r\none\n\r\n");
  EXPECT_EQ(client.read_until("\r\n0\r\n\r\n"),
            "493e0\r\n" + std::string(300'000, 'x') + "\r\n0\r\n\r\n");
  EXPECT_TRUE(client.is_closed());
  wait_until_gone(feed);
}

TEST(Streams, AreAskedAgainWhenWoken) {
  Feed feed;
  TestServer test(routes(feed));
  RawClient client(test.server->port());
  client.send(get("/events"));
  ASSERT_FALSE(client.read_until("\r\n\r\n").empty());
  for (int i = 0; i < 200; ++i) {
    const std::string piece = "data: " + std::to_string(i) + "\n\n";
    feed.put(piece);
    test.server->wake();
    ASSERT_FALSE(client.read_until(piece).empty()) << i;
  }
}

TEST(Streams, SayThatTheyAreAliveWhenNothingHappens) {
  Feed feed;
  TestServer test(routes(feed), with_limits({.sse_interval = 50ms}));
  RawClient client(test.server->port());
  client.send(get("/events"));
  EXPECT_FALSE(client.read_until(": keep-alive\n\n").empty());
  EXPECT_FALSE(client.read_until(": keep-alive\n\n").empty());
}

TEST(Streams, ThatAreNoEventsAreAskedAgainAfterAWhile) {
  Feed feed;
  TestServer test(routes(feed), with_limits({.sse_interval = 50ms}));
  RawClient client(test.server->port());
  client.send(get("/lines"));
  ASSERT_FALSE(client.read_until("\r\n\r\n").empty());
  feed.put("late\n");  // Nobody wakes it.
  EXPECT_EQ(client.read_until("late\n\r\n"), "5\r\nlate\n\r\n");
}

TEST(Streams, EndTheirSourceWhenThePeerGoes) {
  Feed feed;
  TestServer test(routes(feed));
  {
    RawClient client(test.server->port());
    client.send(get("/events"));
    ASSERT_FALSE(client.read_until("\r\n\r\n").empty());
    EXPECT_EQ(feed.sources, 1);
  }
  wait_until_gone(feed);
  while (test.server->counts().streams > 0) std::this_thread::yield();
}

TEST(Streams, ThatBreakAreCutOffRatherThanEnded) {
  Feed feed;
  feed.put("half");
  TestServer test(routes(feed));
  RawClient client(test.server->port());
  client.send(get("/lines"));
  ASSERT_FALSE(client.read_until("half\r\n").empty());
  feed.broken = true;
  test.server->wake();
  EXPECT_TRUE(client.is_closed()) << "without the chunk that would say that it is whole";
}

TEST(Streams, BeyondTheLimitAre503) {
  Feed feed;
  TestServer test(routes(feed), with_limits({.streams_max = 1}));
  RawClient first(test.server->port());
  first.send(get("/events"));
  ASSERT_FALSE(first.read_until("\r\n\r\n").empty());
  const auto refused = ask(test.server->port(), get("/events"));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.at("retry-after"), "5");
  EXPECT_EQ(ask(test.server->port(), get("/quick")).status, 200);
}

TEST(Streams, AnswerHeadWithoutAPiece) {
  Feed feed;
  TestServer test(routes(feed));
  RawClient client(test.server->port());
  client.send("HEAD /events HTTP/1.1\r\nHost: t\r\n\r\n" + get("/quick"));
  EXPECT_NE(client.read_until("\r\n\r\n").find("Transfer-Encoding: chunked"), std::string::npos);
  EXPECT_EQ(client.answer().status, 200);
  wait_until_gone(feed);
}

TEST(Streams, GoToPeersOfHttp10WithoutChunks) {
  Feed feed;
  feed.put("plain\n");
  feed.end();
  TestServer test(routes(feed));
  RawClient client(test.server->port());
  client.send("GET /lines HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n").find("Transfer-Encoding"), std::string::npos);
  EXPECT_EQ(client.read_until("plain\n"), "plain\n");
  EXPECT_TRUE(client.is_closed());
}

TEST(Stopping, EndsEventStreamsWithGoodbye) {
  Feed feed;
  TestServer test(routes(feed));
  RawClient client(test.server->port());
  client.send(get("/events"));
  ASSERT_FALSE(client.read_until("\r\n\r\n").empty());
  test.server->stop();
  EXPECT_NE(client.read_until("0\r\n\r\n").find("event: bye\nretry: 1000\ndata: {}\n\n"),
            std::string::npos);
  EXPECT_TRUE(client.is_closed());
}

TEST(Stopping, AnswersWhatWasAskedAndClosesWhatIsIdle) {
  Router router;
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Reply> kept;
  router.add(
      {"GET", "/later", Permission::public_, [&](std::shared_ptr<const Request>, Reply reply) {
         const std::lock_guard lock(mutex);
         kept = std::move(reply);
         changed.notify_all();
       }});
  TestServer test(std::move(router));
  RawClient idle(test.server->port());
  RawClient busy(test.server->port());
  busy.send(get("/later"));
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return kept.has_value(); });
  }
  std::thread stopper([&] { test.server->stop(); });
  EXPECT_TRUE(idle.is_closed()) << "so the server is stopping";
  (*kept)(Response{});
  kept.reset();
  const auto answer = busy.answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("connection"), "close");
  stopper.join();
}

TEST(Stopping, CutsOffWhatIsNotAnsweredByTheDeadline) {
  Router router;
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Reply> kept;
  router.add(
      {"GET", "/never", Permission::public_, [&](std::shared_ptr<const Request>, Reply reply) {
         const std::lock_guard lock(mutex);
         kept = std::move(reply);
         changed.notify_all();
       }});
  TestServer test(std::move(router), with_limits({.stop_deadline = 100ms}));
  RawClient client(test.server->port());
  client.send(get("/never"));
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return kept.has_value(); });
  }
  test.server->stop();
  EXPECT_TRUE(client.is_closed());
  (*kept)(Response{});  // Too late, and harmless.
}

}  // namespace
}  // namespace api::testing
