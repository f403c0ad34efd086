// Bodies that routes take as files.
#include "api/uploads.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "tests/support/scratch_directory.h"
#include "tests/unit/api/test_server.h"

namespace api::testing {
namespace {

namespace fs = std::filesystem;

// A server that answers with what it was sent.
struct FileServer {
  static Router routes() {
    Router router;
    RouteOptions options;
    options.body_bytes_max = 10'000'000;
    options.body = RouteOptions::Body::in_file;
    router.add({"POST", "/file", Permission::public_, answering([](const Request& request) {
                  Response response;
                  if (request.upload == nullptr) return response;
                  std::ifstream file(request.upload->file(), std::ios::binary);
                  response.body.assign(std::istreambuf_iterator<char>(file), {});
                  return response;
                }),
                options});
    return router;
  }
  static Server::Options options(const fs::path& directory, std::size_t at_once) {
    Server::Options options;
    options.uploads = directory;
    options.limits.uploads_max = at_once;
    return options;
  }

  explicit FileServer(std::size_t at_once = 4) : server(routes(), options(directory, at_once)) {}

  tests::ScratchDirectory scratch;
  fs::path directory = scratch.path() / "incoming";
  TestServer server;

  std::size_t files() const {
    std::error_code none;
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(directory, none), fs::directory_iterator()));
  }
  void wait_until_empty() const {
    while (files() > 0) std::this_thread::yield();
  }
};

std::string post(const std::string& headers) {
  return "POST /file HTTP/1.1\r\nHost: test\r\n" + headers + "\r\n";
}

TEST(Uploads, AreWholeHoweverTheyCome) {
  FileServer at;
  std::string bytes;
  for (int i = 0; i < 300'000; ++i) bytes += static_cast<char>(i * 7);
  RawClient client(at.server.server->port());
  client.send(post("Content-Length: 300000\r\n") + bytes.substr(0, 100'001));
  client.send(bytes.substr(100'001));
  EXPECT_EQ(client.answer().body, bytes);
  client.send(post("Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
  EXPECT_EQ(client.answer().body, "abcdefg");
  client.send(post("Content-Length: 0\r\n"));
  EXPECT_EQ(client.answer().body, "");
  at.wait_until_empty();
}

TEST(Uploads, TakeNoMemoryAndNoSpaceForWhatIsOnlySaid) {
  FileServer at;
  RawClient client(at.server.server->port());
  client.send(post("Content-Length: 10000001\r\n"));
  EXPECT_EQ(client.answer().status, 413);
  EXPECT_EQ(at.files(), 0U);
}

TEST(Uploads, AreGoneWhenThePeerGoes) {
  FileServer at;
  {
    RawClient client(at.server.server->port());
    client.send(post("Content-Length: 1000000\r\n") + std::string(100'000, 'x'));
    while (at.files() == 0) std::this_thread::yield();
  }
  at.wait_until_empty();
}

TEST(Uploads, AreFewAtOnce) {
  FileServer at(1);
  RawClient first(at.server.server->port());
  first.send(post("Content-Length: 4\r\n") + "ab");
  while (at.files() == 0) std::this_thread::yield();
  const auto refused = ask(at.server.server->port(), post("Content-Length: 1\r\n") + "x");
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.body.find("too-many-uploads"), std::string::npos) << refused.body;
  first.send("cd");
  EXPECT_EQ(first.answer().body, "abcd");
}

TEST(Uploads, OfAnEarlierProcessAreGone) {
  const tests::ScratchDirectory scratch;
  fs::create_directories(scratch.path() / "incoming");
  std::ofstream(scratch.path() / "incoming" / "body-left") << "x";
  const Uploads uploads(scratch.path() / "incoming", 1);
  EXPECT_FALSE(fs::exists(scratch.path() / "incoming" / "body-left"));
}

}  // namespace
}  // namespace api::testing
