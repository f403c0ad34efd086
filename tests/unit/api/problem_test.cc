#include "api/problem.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace api {
namespace {

using ledger::Error;
using ledger::ErrorKind;

Request a_request() {
  Request request;
  request.path = "/v1/policies/web";
  request.target = "/v1/policies/web?filter=secret";
  request.request_id = "r-1";
  return request;
}

TEST(Problems, TellEverythingAProgramAndAPersonNeed) {
  const auto response = problem(a_request(), {409,
                                              "plan-stale",
                                              "The effect would be \"another\".",
                                              {{"/a/b", "json-type", "Expected a whole number."}},
                                              {{"Retry-After", "1"}},
                                              {{"plan", "{\"id\":7}"}}});
  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.headers.at(0), (std::pair<std::string, std::string>{"Retry-After", "1"}));
  EXPECT_EQ(response.body,
            "{\"type\":\"/problems/plan-stale\","
            "\"title\":\"The effect would be another than the plan showed\","
            "\"status\":409,\"detail\":\"The effect would be \\\"another\\\".\","
            "\"instance\":\"/v1/policies/web\",\"code\":\"plan-stale\",\"request_id\":\"r-1\","
            "\"errors\":[{\"pointer\":\"/a/b\",\"code\":\"json-type\","
            "\"detail\":\"Expected a whole number.\"}],\"plan\":{\"id\":7}}\n");
}

TEST(Problems, OfABodyNameTheFirstErrorAndHowManyMore) {
  const auto response = body_problem(
      a_request(), {{"/a", "json-missing", "This field is required."}, {"/b", "json-type", "x"}});
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(response.body.find("/a: This field is required. (and 1 more in \\\"errors\\\")"),
            std::string::npos);
}

TEST(Problems, HaveTheStatusOfTheirKindUnlessHttpHasABetterOne) {
  const auto status = [](ErrorKind kind, std::string reason) {
    return status_of(Error{kind, std::move(reason), "detail"});
  };
  EXPECT_EQ(status(ErrorKind::invalid, "x"), 400);
  EXPECT_EQ(status(ErrorKind::not_found, "x"), 404);
  EXPECT_EQ(status(ErrorKind::refused, "x"), 409);
  EXPECT_EQ(status(ErrorKind::conflict, "x"), 409);
  EXPECT_EQ(status(ErrorKind::overloaded, "x"), 503);
  EXPECT_EQ(status(ErrorKind::unavailable, "x"), 503);
  EXPECT_EQ(status(ErrorKind::corrupt, "x"), 500);
  EXPECT_EQ(status(ErrorKind::io, "x"), 500);
  EXPECT_EQ(status(ErrorKind::conflict, "version-stale"), 412);
  EXPECT_EQ(status(ErrorKind::conflict, "idempotency-key-reused"), 422);
}

TEST(Problems, ThatMayPassSayWhenToComeBack) {
  const auto response =
      problem(a_request(), Error{ErrorKind::unavailable, "disk-full", "The disk is full."});
  EXPECT_EQ(response.headers.at(0).first, "Retry-After");
}

TEST(ProblemPages, SayWhatToDoInHtmlAndInText) {
  auto request = a_request();
  request.parameters["code"] = "token-in-url";
  const auto plain = show_problem_page(request);
  EXPECT_EQ(plain.status, 200);
  EXPECT_TRUE(plain.body.starts_with("A token does not belong into a URL\ntoken-in-url\n\n"));
  request.headers["accept"] = "text/html,*/*";
  const auto page = show_problem_page(request);
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_NE(page.body.find("<code>token-in-url</code>"), std::string::npos);
  EXPECT_NE(list_problem_pages(request).body.find("/problems/token-in-url"), std::string::npos);
}

TEST(ProblemPages, AnUnknownCodeIsAProblemItself) {
  auto request = a_request();
  request.parameters["code"] = "<script>";
  const auto response = show_problem_page(request);
  EXPECT_EQ(response.status, 404);
  EXPECT_NE(problem_page("problem-unknown"), nullptr);
}

TEST(ProblemPages, StandInOrderEachOnceAndReadLikeSentences) {
  std::string_view before;
  for (const auto& page : problem_pages()) {
    EXPECT_LT(before, page.code);
    before = page.code;
    EXPECT_FALSE(page.title.ends_with('.')) << page.code;
    EXPECT_TRUE(page.advice.ends_with('.')) << page.code;
  }
}

// Every code in the source, found where an Error or a Problem is made.
std::map<std::string, std::string> codes_in_source() {
  const std::regex comment("//[^\n]*");
  const std::regex code(
      "(?:ErrorKind::[a-z_]+\\s*,|\\b[1-5][0-9][0-9]\\s*,|"
      "\\b(?:refuse|refused|invalid|unknown|wrong|invalid_filter)\\()\\s*"
      "\"([a-z0-9]+(?:-[a-z0-9]+)+|internal|overloaded)\"");
  std::map<std::string, std::string> codes;
  for (const char* folder :
       {"ledger", "projections", "updates", "replay", "api", "tools/ledgerd"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".cc" && extension != ".h") continue;
      std::ifstream file(entry.path());
      std::stringstream text;
      text << file.rdbuf();
      const std::string source = std::regex_replace(text.str(), comment, "");
      for (std::sregex_iterator found(source.begin(), source.end(), code), end; found != end;
           ++found) {
        codes.emplace((*found)[1], entry.path().string());
      }
    }
  }
  return codes;
}

TEST(ProblemPages, ThereIsOneForEveryCodeOfTheSource) {
  const auto codes = codes_in_source();
  ASSERT_GT(codes.size(), 250u) << "the test runs in the root of the project";
  EXPECT_TRUE(codes.contains("route-not-found") && codes.contains("writer-queue-full") &&
              codes.contains("policy-exists"));
  for (const auto& [code, file] : codes) {
    EXPECT_NE(problem_page(code), nullptr) << code << " of " << file << " has no page";
  }
}

}  // namespace
}  // namespace api
