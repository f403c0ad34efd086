// What peers send that is not a request. Each is answered with a 4xx or 5xx, or the connection is
// closed, and the next connection is served as if nothing had been.
#include <gtest/gtest.h>

#include "tests/unit/api/test_server.h"

namespace api::testing {
namespace {

using namespace std::string_literals;
using namespace std::chrono_literals;

struct Case {
  std::string_view what;
  std::string bytes;
  int status;
};

std::string post(std::string_view headers, std::string_view body) {
  return "POST /echo HTTP/1.1\r\nHost: t\r\n" + std::string(headers) + "\r\n" + std::string(body);
}

std::string many_headers(int count) {
  std::string request = "GET /hello HTTP/1.1\r\nHost: t\r\n";
  for (int i = 0; i < count; ++i) request += "a" + std::to_string(i) + ":\r\n";
  return request + "\r\n";
}

std::vector<Case> requests_lines() {
  return {
      {"no request at all", "hello\r\n\r\n", 400},
      {"a TLS hello to a plain port", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"s, 400},
      {"an empty method", " / HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"a method of no token", "G(T / HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"an unknown method", "BREW /hello HTTP/1.1\r\nHost: t\r\n\r\n", 501},
      {"a method in lower case", "get /hello HTTP/1.1\r\nHost: t\r\n\r\n", 501},
      {"CONNECT", "CONNECT t:443 HTTP/1.1\r\nHost: t\r\n\r\n", 501},
      {"TRACE", "TRACE /hello HTTP/1.1\r\nHost: t\r\n\r\n", 501},
      {"no target", "GET HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"two spaces before the version", "GET /hello  HTTP/1.1\r\nHost: t\r\n\r\n", 505},
      {"no version", "GET /hello\r\nHost: t\r\n\r\n", 400},
      {"HTTP/0.9", "GET /hello HTTP/0.9\r\n\r\n", 505},
      {"HTTP/2.0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"HTTP/1.2", "GET /hello HTTP/1.2\r\nHost: t\r\n\r\n", 505},
      {"a version of letters", "GET /hello HTTP/x.y\r\nHost: t\r\n\r\n", 505},
      {"a target without a slash", "GET hello HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"an asterisk", "GET * HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"another scheme", "GET ftp://t/hello HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"a fragment", "GET /hello#x HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"half an escape", "GET /hello%4 HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"an escape of no digits", "GET /hello%zz HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"an escaped NUL", "GET /hello%00 HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"a NUL in the target", "GET /he\0llo HTTP/1.1\r\nHost: t\r\n\r\n"s, 400},
      {"bytes beyond ASCII in the target", "GET /h\xc3\xa9llo HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"half an escape in the query", "GET /hello?a=%f HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"a path out of the tree", "GET /../../etc/passwd HTTP/1.1\r\nHost: t\r\n\r\n", 404},
      {"an escaped path out of the tree", "GET /%2e%2e%2fetc HTTP/1.1\r\nHost: t\r\n\r\n", 404},
  };
}

std::vector<Case> headers() {
  return {
      {"no Host", "GET /hello HTTP/1.1\r\n\r\n", 400},
      {"two Hosts", "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"two credentials",
       "GET /hello HTTP/1.1\r\nHost: t\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n", 400},
      {"a header without a colon", "GET /hello HTTP/1.1\r\nHost: t\r\nabc\r\n\r\n", 400},
      {"a header without a name", "GET /hello HTTP/1.1\r\nHost: t\r\n: x\r\n\r\n", 400},
      {"a space before the colon", "GET /hello HTTP/1.1\r\nHost : t\r\n\r\n", 400},
      {"a NUL in a value", "GET /hello HTTP/1.1\r\nHost: t\r\na: b\0c\r\n\r\n"s, 400},
      {"a lone CR in a value", "GET /hello HTTP/1.1\r\nHost: t\r\na: b\rc: d\r\n\r\n", 400},
      {"lines that end with LF only", "GET /hello HTTP/1.1\nHost: t\n\n\r\n\r\n", 505},
      {"a long header", get("/hello", "a: " + std::string(20'000, 'x') + "\r\n"), 431},
      {"a long target", get("/" + std::string(20'000, 'x')), 431},
      {"a long target and long headers, each within the limit",
       get("/" + std::string(12'000, 'x'), "a: " + std::string(12'000, 'x') + "\r\n"), 431},
      {"a line that never ends", std::string(40'000, 'A'), 431},
      {"20,000 headers", many_headers(20'000), 431},
      {"101 headers", many_headers(100), 431},
      {"an expectation that nobody knows", post("Expect: tea\r\nContent-Length: 1\r\n", "a"), 417},
  };
}

std::vector<Case> bodies() {
  return {
      {"a length and chunks",
       post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"chunks and a length",
       post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400},
      {"two lengths", post("Content-Length: 1\r\nContent-Length: 2\r\n", "ab"), 400},
      {"the same length twice", post("Content-Length: 1\r\nContent-Length: 1\r\n", "a"), 400},
      {"a list of lengths", post("Content-Length: 1, 1\r\n", "a"), 400},
      {"a negative length", post("Content-Length: -1\r\n", "a"), 400},
      {"a length with a sign", post("Content-Length: +1\r\n", "a"), 400},
      {"a length of letters", post("Content-Length: ten\r\n", "a"), 400},
      {"a length in hexadecimal", post("Content-Length: 0x1\r\n", "a"), 400},
      {"a length beyond 64 bits", post("Content-Length: 99999999999999999999\r\n", "a"), 400},
      {"a body that is announced too large", post("Content-Length: 1001\r\n", ""), 413},
      {"chunks that become too large",
       post("Transfer-Encoding: chunked\r\n", "3e9\r\n" + std::string(1001, 'x') + "\r\n0\r\n\r\n"),
       413},
      {"many chunks that become too large",
       [] {
         std::string body;
         for (int i = 0; i < 101; ++i) body += "a\r\n0123456789\r\n";
         return post("Transfer-Encoding: chunked\r\n", body + "0\r\n\r\n");
       }(),
       413},
      {"a negative chunk", post("Transfer-Encoding: chunked\r\n", "-2\r\nab\r\n0\r\n\r\n"), 400},
      {"a chunk of letters", post("Transfer-Encoding: chunked\r\n", "xyz\r\nab\r\n0\r\n\r\n"), 400},
      {"a chunk beyond 64 bits",
       post("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\nab\r\n0\r\n\r\n"), 400},
      {"a chunk longer than it says",
       post("Transfer-Encoding: chunked\r\n", "1\r\nabc\r\n0\r\n\r\n"), 400},
      {"an endless chunk extension",
       post("Transfer-Encoding: chunked\r\n", "1;" + std::string(40'000, 'x')), 400},
      {"another transfer encoding", post("Transfer-Encoding: gzip\r\n", "a"), 501},
      {"an encoding before the chunks", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
       501},
      {"chunks in HTTP/1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       501},
      {"GET with a body", "GET /hello HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc", 400},
      {"a second request hidden in the body of GET",
       "GET /hello HTTP/1.1\r\nHost: t\r\nContent-Length: 44\r\n\r\nGET /secret HTTP/1.1\r\nHost: "
       "t\r\n",
       400},
  };
}

std::vector<Case> all_cases() {
  std::vector<Case> all = requests_lines();
  for (const auto& part : {headers(), bodies()}) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Router routes() {
  Router router;
  const auto ok = answering([](const Request& request) {
    Response response;
    response.body = request.body;
    return response;
  });
  router.add({"GET", "/hello", Permission::public_, ok});
  router.add({"POST", "/echo", Permission::public_, ok, {.body_bytes_max = 1000}});
  return router;
}

TEST(MalformedRequests, AreRefusedAndTheNextRequestIsServed) {
  TestServer test(routes());
  const auto port = test.server->port();
  for (const Case& each : all_cases()) {
    SCOPED_TRACE(each.what);
    const auto answer = ask(port, each.bytes);
    EXPECT_EQ(answer.status, each.status);
    if (answer.status == 0) continue;
    EXPECT_EQ(answer.headers.at("content-type"), "application/problem+json");
    EXPECT_FALSE(answer.headers.at("x-request-id").empty());
    EXPECT_EQ(ask(port, get("/hello")).status, 200);
  }
}

TEST(MalformedRequests, EndTheirConnection) {
  TestServer test(routes());
  RawClient client(test.server->port());
  client.send("nonsense\r\n\r\n" + get("/hello"));
  EXPECT_EQ(client.answer().status, 400);
  EXPECT_TRUE(client.is_closed()) << "what follows nonsense cannot be trusted to be a request";
}

TEST(MalformedRequests, ThatAreNeverFinishedLeaveNoTrace) {
  TestServer test(routes());
  for (const std::string& part : {std::string("GET /he"), post("Content-Length: 10\r\n", "abc"),
                                  post("Transfer-Encoding: chunked\r\n", "5\r\nab")}) {
    RawClient client(test.server->port());
    client.send(part);
    client.end_sending();
    EXPECT_TRUE(client.is_closed()) << part;
  }
  EXPECT_EQ(ask(test.server->port(), get("/hello")).status, 200);
}

TEST(MalformedRequests, MayBeginWithEmptyLines) {
  TestServer test(routes());
  EXPECT_EQ(ask(test.server->port(), "\r\n\r\n" + get("/hello")).status, 200);
}

TEST(MalformedRequests, TheAbsoluteFormIsNoneOfThem) {
  TestServer test(routes());
  EXPECT_EQ(ask(test.server->port(), "GET http://t/hello HTTP/1.1\r\nHost: t\r\n\r\n").status, 200);
}

}  // namespace
}  // namespace api::testing
