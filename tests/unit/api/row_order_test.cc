// Lists beyond their own pages: order_by, skip and count.
#include "api/row_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ledger/limits.h"
#include "tests/unit/api/answering_ledger.h"

namespace tests {
namespace {

using nlohmann::json;
namespace domain = ledger::domain;
using Texts = std::vector<std::string>;

class OrderedLists : public testing::Test {
 protected:
  // Of the rows of a list, one member each; null is "".
  Texts column(const std::string& target, const std::string& name) {
    const auto answer = ledger.get(target);
    EXPECT_EQ(answer.status, 200) << answer.body;
    const auto page = json::parse(answer.body);
    Texts found;
    for (const auto& row : page["items"]) {
      found.push_back(row[name].is_null() ? "" : row[name].get<std::string>());
    }
    return found;
  }
  // The list of groups as it is now, for ever.
  std::string pinned_groups() {
    const auto now = json::parse(ledger.get("/v1/groups").body)["position"];
    return "/v1/groups?as_of=" + now.dump();
  }
  std::string code(const std::string& target) { return ledger.get(target).field("code"); }

  AnsweringLedger ledger;
};

TEST_F(OrderedLists, GoUpAndDownByAnyFieldAndRowsWithoutAValueComeLast) {
  for (const char* name : {"a", "b", "c", "d"}) {
    ledger.post("/v1/groups", R"({"group":")" + std::string(name) + R"("})");
  }
  ledger.put("/v1/groups/a", R"({"parent":"b"})");
  ledger.put("/v1/groups/d", R"({"parent":"c"})");
  EXPECT_EQ(column("/v1/groups?order_by=group%20desc", "group"), (Texts{"d", "c", "b", "a"}));
  EXPECT_EQ(column("/v1/groups?order_by=-group", "group"), (Texts{"d", "c", "b", "a"}));
  EXPECT_EQ(column("/v1/groups?order_by=parent", "group"), (Texts{"a", "d", "b", "c"}));
  EXPECT_EQ(column("/v1/groups?order_by=parent%20desc,%20group%20desc", "group"),
            (Texts{"d", "a", "c", "b"}));
  // Numbers are no texts: changes were at positions of one digit, and one of two.
  for (const char* name : {"p1", "p2", "p3", "p4"}) {
    ledger.post("/v1/policies", R"({"policy":")" + std::string(name) + R"("})");
  }
  ledger.put("/v1/groups/b", R"({"parent":"c"})");
  EXPECT_EQ(column("/v1/groups?order_by=-changed.position", "group"), (Texts{"b", "d", "a", "c"}));
}

TEST_F(OrderedLists, RankWordsThatAreOneOfAFew) {
  const auto severities = column("/v1/alert-types?order_by=severity%20desc,type", "severity");
  ASSERT_FALSE(severities.empty());
  const Texts rank = {"critical", "warning", "info"};
  const auto place = [&](const auto& word) { return std::find(rank.begin(), rank.end(), word); };
  EXPECT_TRUE(std::is_sorted(severities.begin(), severities.end(),
                             [&](const auto& a, const auto& b) { return place(a) < place(b); }));
  // Such as types of alerts, which are no alphabet.
  const auto types = column("/v1/alert-types?order_by=type&page_size=3", "type");
  EXPECT_EQ(types, column("/v1/alert-types?page_size=3", "type"));
}

TEST_F(OrderedLists, KeepTheirOrderFromPageToPageWhateverIsAddedMeanwhile) {
  for (const char* name : {"b", "d", "a", "c"}) {
    ledger.post("/v1/groups", R"({"group":")" + std::string(name) + R"("})");
  }
  const std::string first = "/v1/groups?order_by=-group&page_size=2&count=exact";
  const auto page = json::parse(ledger.get(first).body);
  EXPECT_EQ(page["total_size"], 4);
  ledger.post("/v1/groups", R"({"group":"e"})");
  const std::string token = page["next_page_token"];
  EXPECT_EQ(column(first + "&page_token=" + token, "group"), (Texts{"b", "a"}));
  EXPECT_EQ(code("/v1/groups?order_by=group&page_size=2&page_token=" + token),
            "page-token-mismatch");
  EXPECT_EQ(code("/v1/groups?page_size=2&page_token=" + token), "page-token-mismatch");
}

TEST_F(OrderedLists, RefuseWhatIsNoOrderOrNoFieldOfTheirs) {
  const auto unknown = ledger.get("/v1/groups?order_by=grup");
  EXPECT_EQ(unknown.field("code"), "order-field-unknown") << unknown.body;
  EXPECT_NE(unknown.body.find("group, parent, changed.position"), std::string::npos)
      << unknown.body;
  EXPECT_EQ(code("/v1/computers?order_by=modules"), "order-field-unknown");
  for (const char* order : {"", ",", "group,", "group%20down", "group%20desc%20desc", "-",
                            "group,group%20desc", "a,b,c,d,e,f,g,h,i"}) {
    EXPECT_EQ(code("/v1/groups?order_by=" + std::string(order)), "order-invalid") << order;
  }
}

struct Numbered {
  std::uint64_t number = 0;

  template <class = void>
  static constexpr auto fields() {
    return domain::field_list(domain::field("number", &Numbered::number));
  }
};

// 0, 1, 2, ...: one more than are put in another order.
api::Answered<api::Listed> long_list(const api::Reading&, const projections::ListQuery& query) {
  constexpr std::uint64_t rows = ledger::limits::list_rows_ordered_max + 1;
  std::vector<Numbered> page;
  for (auto next = api::number_from(query.after).value_or(0); next < rows; ++next) {
    if (page.size() == query.max) return api::listed(page, std::to_string(next));
    page.push_back({next});
  }
  return api::listed(page);
}

TEST_F(OrderedLists, GiveTheirOwnOrderOnlyWhenTheyAreTooLong) {
  api::Routes routes(ledger.router, ledger.services());
  routes.list("/test/numbers", api::Permission::read, {}, long_list, {.own_orders = {"number"}});
  const auto refused = ledger.get("/test/numbers?order_by=number%20desc");
  EXPECT_EQ(refused.field("code"), "too-many-to-order");
  EXPECT_NE(refused.body.find("own order only (number)"), std::string::npos) << refused.body;
  EXPECT_EQ(ledger.get("/test/numbers?order_by=number%20asc&page_size=1").field("number"), "0");
  EXPECT_EQ(ledger.get("/v1/events?order_by=position%20desc").status, 200);
}

TEST_F(OrderedLists, SkipRowsOfAPositionThatStays) {
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    ledger.post("/v1/groups", R"({"group":")" + std::string(name) + R"("})");
  }
  const std::string pinned = pinned_groups();
  ledger.post("/v1/groups", R"({"group":"aa"})");
  EXPECT_EQ(column(pinned + "&skip=3", "group"), (Texts{"d", "e"}));
  EXPECT_EQ(column(pinned + "&skip=0&page_size=1", "group"), Texts{"a"});
  EXPECT_EQ(column(pinned + "&skip=3&order_by=-group", "group"), (Texts{"b", "a"}));
  for (const char* beyond : {"5", "6", "18446744073709551615"}) {
    EXPECT_EQ(column(pinned + "&skip=" + beyond, "group"), Texts{}) << beyond;
    EXPECT_EQ(column(pinned + "&order_by=-group&skip=" + beyond, "group"), Texts{}) << beyond;
  }
  EXPECT_EQ(json::parse(ledger.get(pinned + "&skip=4&count=exact").body)["total_size"], 5);
  EXPECT_EQ(code("/v1/groups?skip=1"), "skip-not-pinned");
  EXPECT_EQ(code("/v1/groups?skip=1&as_of=-PT0S"), "skip-not-pinned");
  EXPECT_EQ(code(pinned + "&skip=-1"), "parameter-invalid");
}

TEST_F(OrderedLists, GoOnFromWhereRowsWereSkipped) {
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    ledger.post("/v1/groups", R"({"group":")" + std::string(name) + R"("})");
  }
  const std::string pinned = pinned_groups();
  for (const std::string order : {"", "&order_by=group%20asc,parent"}) {
    const auto page = ledger.get(pinned + order + "&skip=1&page_size=2");
    const std::string token = json::parse(page.body)["next_page_token"];
    const auto next = pinned + order + "&page_token=" + token;
    EXPECT_EQ(column(next, "group"), (Texts{"d", "e"})) << order;
    EXPECT_EQ(column(next + "&skip=1", "group"), Texts{"e"}) << order;
    EXPECT_EQ(column(next + "&skip=18446744073709551615", "group"), Texts{}) << order;
    const auto lines = ledger.ask(
        {"GET", pinned + "&skip=1&page_size=2" + order, "", {{"accept", "application/x-ndjson"}}});
    EXPECT_EQ(lines.headers.at("link"),
              "<" + pinned + "&page_size=2" + order + "&page_token=" + token + ">; rel=\"next\"");
  }
}

// 0, 1, 2, ... for ever.
api::Answered<api::Listed> endless_list(const api::Reading&, const projections::ListQuery& query) {
  std::vector<Numbered> page;
  const auto first = api::number_from(query.after).value_or(0);
  while (page.size() < query.max) page.push_back({first + page.size()});
  return api::listed(page, std::to_string(first + page.size()));
}

TEST_F(OrderedLists, TellHowLongTheyAreAsNearlyAsTheyCan) {
  api::Routes routes(ledger.router, ledger.services());
  routes.list("/test/numbers", api::Permission::read, {}, long_list);
  routes.list("/test/endless", api::Permission::read, {}, endless_list);
  const auto total = [&](const std::string& target) {
    return json::parse(ledger.get(target).body)["total_size"];
  };
  constexpr auto rows = ledger::limits::list_rows_ordered_max + 1;
  constexpr auto told = ledger::limits::list_pages_estimated * ledger::limits::page_rows_max;
  EXPECT_EQ(total("/test/numbers?count=exact"), rows);
  EXPECT_EQ(total("/test/numbers?count=estimate"), told);
  EXPECT_EQ(code("/test/endless?count=exact"), "too-many-to-count");
  EXPECT_EQ(total("/test/endless?count=estimate"), told);
  EXPECT_EQ(code("/test/endless?count=roughly"), "parameter-invalid");
  const auto events = ledger.get("/v1/events?count=exact&page_size=1");
  EXPECT_EQ(json::parse(events.body)["total_size"],
            json::parse(events.body)["position"].get<int>() + 1);
  EXPECT_EQ(ledger.get("/test/endless?as_of=0&skip=100000&page_size=1").field("number"), "100000");
  EXPECT_EQ(code("/test/endless?as_of=0&skip=100001"), "too-many-to-skip");
}

}  // namespace
}  // namespace tests
