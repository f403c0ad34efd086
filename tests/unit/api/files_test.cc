// Answers that are files.
#include <gtest/gtest.h>

#include <fstream>

#include "api/file_answer.h"
#include "api/repository_answer.h"
#include "tests/support/scratch_directory.h"
#include "tests/unit/api/test_server.h"
#include "updates/served_file.h"

namespace api::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view the_end = "THE END";

std::string many_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + (i * i / 7) % 26);
  if (size > the_end.size()) bytes.replace(size - the_end.size(), the_end.size(), the_end);
  return bytes;
}

struct Files {
  explicit Files(std::string bytes, HttpLimits limits = {}) : content(std::move(bytes)) {
    path = scratch.path() / "file";
    put(content);
    Router router;
    router.add({"GET", "/file", Permission::public_, answering([this](const Request& request) {
                  return file_answer(request, path, traits);
                })});
    Server::Options options;
    options.limits = limits;
    server = std::make_unique<TestServer>(std::move(router), options);
  }

  void put(const std::string& bytes) const {
    std::ofstream(path.string() + ".new", std::ios::binary) << bytes;
    std::filesystem::rename(path.string() + ".new", path);
  }
  Answer get_it(const std::string& headers = "") const {
    return ask(server->server->port(), get("/file", headers));
  }

  tests::ScratchDirectory scratch;
  std::filesystem::path path;
  std::string content;
  FileTraits traits{.immutable = true, .content_type = "application/json", .entity_tag = ""};
  std::unique_ptr<TestServer> server;
};

TEST(Files, AreSentWholeWithWhatCachesNeed) {
  const Files files(many_bytes(1'000'000));
  const auto answer = files.get_it();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, files.content);
  EXPECT_EQ(answer.headers.at("content-type"), "application/json");
  EXPECT_EQ(answer.headers.at("accept-ranges"), "bytes");
  EXPECT_EQ(answer.headers.at("cache-control"), "private, max-age=31536000, immutable");
  EXPECT_EQ(answer.headers.at("connection"), "keep-alive");
}

TEST(Files, LeaveTheConnectionForTheNextRequest) {
  const Files files(many_bytes(200'000));
  RawClient client(files.server->server->port());
  client.send(get("/file") + get("/file", "Range: bytes=5-9\r\n") + get("/file"));
  EXPECT_EQ(client.answer().body, files.content);
  EXPECT_EQ(client.answer().body, files.content.substr(5, 5));
  EXPECT_EQ(client.answer().body, files.content);
}

struct RangeCase {
  std::string header;
  int status;
  std::size_t first, bytes;
};

TEST(Files, AnswerOneRange) {
  const Files files(many_bytes(100'000));
  const std::vector<RangeCase> cases = {
      {"bytes=0-0", 206, 0, 1},
      {"bytes=99999-", 206, 99'999, 1},
      {"bytes=70000-99999", 206, 70'000, 30'000},
      {"bytes=70000-9999999", 206, 70'000, 30'000},
      {"bytes=-10", 206, 99'990, 10},
      {"bytes=-9999999", 206, 0, 100'000},
      {"bytes=100000-", 416, 0, 0},
      {"bytes=-0", 416, 0, 0},
      {"bytes=5-2", 200, 0, 100'000},
      {"bytes=0-1,5-6", 200, 0, 100'000},
      {"bytes=a-b", 200, 0, 100'000},
      {"bytes=-", 200, 0, 100'000},
      {"bytes=99999999999999999999-", 200, 0, 100'000},
      {"lines=1-2", 200, 0, 100'000},
  };
  for (const auto& each : cases) {
    const auto answer = files.get_it("Range: " + each.header + "\r\n");
    EXPECT_EQ(answer.status, each.status) << each.header;
    if (each.status == 416) {
      EXPECT_EQ(answer.headers.at("content-range"), "bytes */100000") << each.header;
      continue;
    }
    EXPECT_EQ(answer.body, files.content.substr(each.first, each.bytes)) << each.header;
    if (each.status == 206) {
      EXPECT_EQ(answer.headers.at("content-range"),
                "bytes " + std::to_string(each.first) + "-" +
                    std::to_string(each.first + each.bytes - 1) + "/100000");
    }
  }
}

TEST(Files, OfNoBytesAreAnsweredToo) {
  const Files files("");
  EXPECT_EQ(files.get_it().status, 200);
  EXPECT_EQ(files.get_it("Range: bytes=0-\r\n").status, 416);
}

TEST(Files, GoOnWithARangeOnlyOfTheSameFile) {
  const Files files(many_bytes(1'000));
  const auto tag = files.get_it().headers.at("etag");
  EXPECT_EQ(files.get_it("Range: bytes=1-\r\nIf-Range: " + tag + "\r\n").status, 206);
  EXPECT_EQ(files.get_it("If-None-Match: \"x\", " + tag + "\r\n").status, 304);
  files.put(many_bytes(1'001));
  EXPECT_NE(files.get_it().headers.at("etag"), tag);
  const auto anew = files.get_it("Range: bytes=1-\r\nIf-Range: " + tag + "\r\n");
  EXPECT_EQ(anew.status, 200);
  EXPECT_EQ(anew.body.size(), 1'001U);
  EXPECT_EQ(files.get_it("If-None-Match: " + tag + "\r\n").status, 200);
}

TEST(Files, ToldByTheirHeadHaveTheirLength) {
  const Files files(many_bytes(1'000));
  RawClient client(files.server->server->port());
  client.send("HEAD /file HTTP/1.1\r\nHost: test\r\n\r\n");
  const auto head = client.read_until("\r\n\r\n");
  EXPECT_NE(head.find("Content-Length: 1000\r\n"), std::string::npos) << head;
  client.send(get("/file"));
  EXPECT_EQ(client.answer().body, files.content);
}

TEST(Files, ThatAreNotThereOrNoFilesAre404) {
  const Files files("x");
  std::filesystem::remove(files.path);
  EXPECT_EQ(files.get_it().status, 404);
  std::filesystem::create_directory(files.path);
  EXPECT_EQ(files.get_it().status, 404);
  std::filesystem::remove(files.path);
  std::filesystem::create_symlink("/etc/passwd", files.path);
  EXPECT_EQ(files.get_it().status, 404);
}

TEST(Files, ThatBecomeShorterAreCutOff) {
  const Files files(many_bytes(30'000'000));
  RawClient client(files.server->server->port());
  client.send(get("/file"));
  EXPECT_FALSE(client.read_until("\r\n\r\n").empty());
  std::filesystem::resize_file(files.path, 100);
  EXPECT_TRUE(client.read_until(the_end).empty());
}

TEST(Files, AreWholeThoughRemovedMeanwhile) {
  const Files files(many_bytes(30'000'000));
  RawClient client(files.server->server->port());
  client.send(get("/file"));
  EXPECT_FALSE(client.read_until("HTTP/1.1 200").empty());
  std::filesystem::remove(files.path);
  EXPECT_FALSE(client.read_until("\r\n\r\n").empty());
  EXPECT_EQ(client.read_until(the_end).size(), 30'000'000U);
}

TEST(Files, OfAPeerThatReadsNothingEndAtTheDeadline) {
  HttpLimits limits;
  limits.write_deadline = 100ms;
  const Files files(many_bytes(30'000'000), limits);
  RawClient client(files.server->server->port());
  client.send(get("/file"));
  while (files.server->server->counts().requests == 0) std::this_thread::yield();
  while (files.server->server->counts().connections > 0) std::this_thread::yield();
  EXPECT_TRUE(client.read_until(the_end).empty());
}

TEST(Files, ThatAreBegunAreFinishedWhenTheServerStops) {
  const Files files(many_bytes(30'000'000));
  RawClient client(files.server->server->port());
  client.send(get("/file"));
  EXPECT_FALSE(client.read_until("\r\n\r\n").empty());
  std::jthread stopping([&] { files.server->server->stop(); });
  EXPECT_EQ(client.read_until(the_end).size(), 30'000'000U);
}

TEST(RepositoryFiles, AreFoundByThePathAsSentAndKnownByTheirDigest) {
  const tests::ScratchDirectory scratch;
  const std::string digest(64, 'a');
  std::ofstream(scratch / "one") << "{}";
  using ledger::updates::Belief;
  std::vector<std::string> asked;
  Router router;
  const auto find = [&](const domain::SourceId& source, const std::string& path,
                        Belief belief) -> ledger::Result<ledger::updates::ServedFile> {
    asked.push_back(source.value + (belief == Belief::doubted ? "|doubted|" : "|") + path);
    if (source.value != "vendor") {
      return ledger::fail(ledger::ErrorKind::not_found, "source-unknown", "Nobody knows it.");
    }
    return ledger::updates::ServedFile{scratch / "one", 2, path.ends_with(".hdb")};
  };
  router.add(
      {"GET", "/repository/{source}/{path...}", Permission::public_,
       answering([find](const Request& request) { return repository_answer(request, find); })});
  const TestServer server(std::move(router));
  const auto port = server.server->port();

  const std::string target = "targets/patterns/a%2Fb/" + digest + ".virus.hdb";
  const auto bytes = ask(port, get("/repository/vendor/" + target));
  EXPECT_EQ(asked.back(), "vendor|" + target);
  EXPECT_EQ(bytes.headers.at("etag"), "\"" + digest + "\"");
  EXPECT_EQ(bytes.headers.at("content-type"), "application/octet-stream");
  EXPECT_EQ(bytes.headers.at("cache-control"), "private, max-age=31536000, immutable");

  ask(port, get("/repository/vendor/" + target, "Cache-Control: no-cache\r\n"));
  EXPECT_EQ(asked.back(), "vendor|doubted|" + target);

  const auto timestamp = ask(port, get("/repository/vendor/metadata/timestamp.json"));
  EXPECT_EQ(timestamp.body, "{}");
  EXPECT_EQ(timestamp.headers.at("content-type"), "application/json");
  EXPECT_EQ(timestamp.headers.at("cache-control"), "no-cache");

  EXPECT_EQ(ask(port, get("/repository/nobody/metadata/timestamp.json")).status, 404);
  EXPECT_EQ(ask(port, get("/repository/vendor/../x")).body, "{}");
  EXPECT_EQ(asked.back(), "vendor|../x");
}

}  // namespace
}  // namespace api::testing
