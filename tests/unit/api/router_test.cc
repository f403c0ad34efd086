#include "api/router.h"

#include <gtest/gtest.h>

namespace api {
namespace {

Route route(std::string method, std::string pattern) {
  return {std::move(method), std::move(pattern), Permission::read,
          answering([](const Request&) { return Response{}; })};
}

Router updates() {
  Router router;
  router.add(route("GET", "/v1/rule-updates"));
  router.add(route("POST", "/v1/rule-updates:import"));
  router.add(route("GET", "/v1/rule-updates/{update}"));
  router.add(route("DELETE", "/v1/rule-updates/{id}"));
  router.add(route("POST", "/v1/rule-updates/{update}:planRollback"));
  router.add(route("GET", "/v1/rule-updates/{update}/rules/{rule}"));
  router.add(route("GET", "/v1/rule-updates/newest"));
  router.add(route("GET", "/v1/log/tile/{level}/{path...}"));
  return router;
}

std::string pattern_of(const Router::Match& match) {
  return match.route == nullptr ? "" : match.route->pattern;
}

TEST(Router, FindsAPathByItsLiteralSegments) {
  const auto router = updates();
  EXPECT_EQ(pattern_of(router.match("GET", "/v1/rule-updates")), "/v1/rule-updates");
}

TEST(Router, TakesNamesFromThePathDecoded) {
  const auto router = updates();
  const auto match = router.match("GET", "/v1/rule-updates/a%2Fb%3Ac/rules/7");
  EXPECT_EQ(match.parameters.at("update"), "a/b:c");
  EXPECT_EQ(match.parameters.at("rule"), "7");
}

TEST(Router, UsesTheNamesOfTheMethodsOwnPattern) {
  const auto router = updates();
  EXPECT_EQ(router.match("DELETE", "/v1/rule-updates/x").parameters.at("id"), "x");
  EXPECT_EQ(router.match("GET", "/v1/rule-updates/x").parameters.at("update"), "x");
}

TEST(Router, PrefersALiteralToAName) {
  const auto router = updates();
  EXPECT_EQ(pattern_of(router.match("GET", "/v1/rule-updates/newest")), "/v1/rule-updates/newest");
  EXPECT_EQ(pattern_of(router.match("GET", "/v1/rule-updates/newest/rules/1")),
            "/v1/rule-updates/{update}/rules/{rule}");
}

TEST(Router, TellsVerbsApart) {
  const auto router = updates();
  const auto match = router.match("POST", "/v1/rule-updates/25-031:planRollback");
  EXPECT_EQ(pattern_of(match), "/v1/rule-updates/{update}:planRollback");
  EXPECT_EQ(match.parameters.at("update"), "25-031");
  EXPECT_EQ(pattern_of(router.match("POST", "/v1/rule-updates:import")), "/v1/rule-updates:import");
  EXPECT_EQ(router.match("POST", "/v1/rule-updates/25-031:planNothing").route, nullptr);
  EXPECT_EQ(router.match("GET", "/v1/rule-updates/25-031:").route, nullptr);
}

TEST(Router, GivesTheRestOfAPathWhereThePatternTakesIt) {
  const auto router = updates();
  const auto match = router.match("GET", "/v1/log/tile/0/x001/067.p/3");
  EXPECT_EQ(match.parameters.at("level"), "0");
  EXPECT_EQ(match.parameters.at("path"), "x001/067.p/3");
  EXPECT_EQ(router.match("GET", "/v1/log/tile/0").route, nullptr);
  EXPECT_EQ(router.match("GET", "/v1/log/tile/0/").route, nullptr);
}

TEST(Router, KnowsNoOtherPaths) {
  const auto router = updates();
  for (const std::string_view path :
       {"/", "", "v1", "/v1", "/v1/", "/v1/rule-updates/", "/v1//rule-updates", "/v1/rule-updatesX",
        "/v1/rule-updates/a/b", "/V1/rule-updates", "/v1/rule-updates/%zz", "/v1/rule-updates/%00",
        "/v1/rule-updates/a:b:planRollback"}) {
    const auto match = router.match("GET", path);
    EXPECT_EQ(match.route, nullptr) << path;
    EXPECT_TRUE(match.allowed.empty()) << path;
  }
}

TEST(Router, SaysWhichMethodsAPathHas) {
  const auto router = updates();
  const auto match = router.match("PATCH", "/v1/rule-updates/x");
  EXPECT_EQ(match.route, nullptr);
  EXPECT_EQ(match.allowed, (std::vector<std::string>{"DELETE", "GET"}));
}

TEST(Router, AnswersHeadWithTheRouteOfGet) {
  const auto router = updates();
  EXPECT_EQ(pattern_of(router.match("HEAD", "/v1/rule-updates")), "/v1/rule-updates");
}

TEST(Router, ListsItsRoutes) { EXPECT_EQ(updates().routes().size(), 8u); }

TEST(RouterDeath, RefusesAPatternThatIsGivenTwice) {
  Router router;
  router.add(route("GET", "/a/{b}"));
  EXPECT_DEATH(router.add(route("GET", "/a/{c}")), "a pattern is given once");
}

}  // namespace
}  // namespace api
