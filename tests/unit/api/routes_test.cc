// What every route has in common: positions, pages, versions, keys, and the document that describes
// them.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "api/openapi.h"
#include "api/problem.h"
#include "tests/unit/api/answering_ledger.h"

namespace tests {
namespace {

using nlohmann::json;
namespace domain = ledger::domain;

class ApiRoutes : public testing::Test {
 protected:
  AnsweringLedger ledger;
};

std::string code_of(const Answer& answer) { return answer.field("code"); }

// "{tile...}" is written "{tile}" in the document.
std::string documented(std::string pattern) {
  const auto dots = pattern.find("...}");
  if (dots != std::string::npos) pattern.erase(dots, 3);
  return pattern;
}

std::string lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// -- The document --------------------------------------------------------------------------------

TEST_F(ApiRoutes, AreAllInTheDocumentWithTheirPermissions) {
  const json document = json::parse(api::openapi_json());
  for (const auto& route : ledger.router.routes()) {
    const std::string path = documented(route->pattern);
    ASSERT_TRUE(document["paths"].contains(path)) << path;
    const json& operations = document["paths"][path];
    ASSERT_TRUE(operations.contains(lower_case(route->method))) << route->method << ' ' << path;
    EXPECT_EQ(operations[lower_case(route->method)]["x-permission"], name_of(route->permission))
        << route->method << ' ' << path;
  }
}

TEST_F(ApiRoutes, AreAllThatTheDocumentDescribes) {
  std::set<std::string> there;
  for (const auto& route : ledger.router.routes()) {
    there.insert(lower_case(route->method) + ' ' + documented(route->pattern));
  }
  const json document = json::parse(api::openapi_json());
  for (const auto& [path, operations] : document["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      if (method == "parameters") continue;
      EXPECT_TRUE(there.contains(method + ' ' + path)) << method << ' ' << path;
    }
  }
}

// -- Positions -----------------------------------------------------------------------------------

TEST_F(ApiRoutes, NameThePositionThatTheyShow) {
  const auto answer = ledger.get("/v1/overview");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("ledger-position"), "0");
  EXPECT_EQ(answer.headers.at("ledger-head"), "0");
  EXPECT_EQ(answer.headers.at("ledger-as-of-time"), "2027-01-15T08:00:00.000Z");
  EXPECT_EQ(answer.headers.at("ledger-root"), hex(ledger.log.head().root));
}

TEST_F(ApiRoutes, ShowWhatWasJustWritten) {
  ASSERT_EQ(ledger.post("/v1/groups", R"({"group":"berlin"})").status, 201);
  EXPECT_EQ(ledger.get("/v1/groups/berlin").status, 200);
}

TEST_F(ApiRoutes, ShowThePastAsItWas) {
  ASSERT_EQ(ledger.post("/v1/groups", R"({"group":"berlin"})").status, 201);
  EXPECT_EQ(ledger.get("/v1/groups/berlin?as_of=0").status, 404);
  EXPECT_EQ(ledger.get("/v1/groups/berlin?as_of=1").status, 200);
  EXPECT_EQ(code_of(ledger.get("/v1/groups?as_of=99")), "as-of-in-future");
}

TEST_F(ApiRoutes, GiveWhatIsPinnedToBeKeptForEver) {
  const auto first = ledger.get("/v1/settings?as_of=0");
  EXPECT_EQ(first.headers.at("cache-control"), "private, max-age=31536000, immutable");
  const auto tag = first.headers.at("etag");
  EXPECT_TRUE(tag.starts_with("\"p0-")) << tag;
  const auto again = ledger.ask({"GET", "/v1/settings?as_of=0", "", {{"if-none-match", tag}}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
}

TEST_F(ApiRoutes, SayHowFarAWriteGot) {
  const auto written = [&](const std::string& name, const std::string& level) {
    return ledger.ask({"PUT",
                       "/v1/bookmarks/" + name,
                       R"({"position":0})",
                       {{"ledger-acknowledge", level}, {"content-type", "application/json"}}});
  };
  EXPECT_EQ(written("a", "sealed").headers["ledger-acknowledged"], "sealed");
  EXPECT_EQ(written("b", "durable").headers["ledger-acknowledged"], "durable");
  EXPECT_EQ(code_of(written("c", "certain")), "acknowledgement-unknown");
  EXPECT_EQ(code_of(written("c", "witnessed")), "witnesses-missing");
  EXPECT_EQ(code_of(ledger.get("/v1/log/checkpoint?witnessed=true")), "witnesses-missing");
  EXPECT_EQ(ledger.get("/v1/bookmarks/c").status, 404) << "nothing was written";
}

TEST_F(ApiRoutes, LetOnlySoManyWritesWaitToBeSealed) {
  const auto written = [&](const std::string& name) {
    return ledger.ask({"PUT",
                       "/v1/bookmarks/" + name,
                       R"({"position":0})",
                       {{"ledger-acknowledge", "sealed"}, {"content-type", "application/json"}}});
  };
  ledger.sealing = std::chrono::milliseconds(1);
  ledger.let_wait(ledger::limits::http_acknowledge_waiters_max - 1);
  EXPECT_EQ(written("a").headers["ledger-acknowledged"], "sealed");
  ledger.let_wait(ledger::limits::http_acknowledge_waiters_max);
  const auto not_waited = written("b");
  EXPECT_EQ(not_waited.status, 200) << not_waited.body;
  EXPECT_EQ(not_waited.headers.at("ledger-acknowledged"), "durable") << "the write stands";
}

TEST_F(ApiRoutes, RefuseToWriteIntoThePast) {
  const auto answer = ledger.post("/v1/groups?as_of=0", R"({"group":"berlin"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(code_of(answer), "as-of-on-write");
}

TEST_F(ApiRoutes, SayWhenAPositionIsNotThereInTime) {
  const auto answer = ledger.get("/v1/overview?min_position=5");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(code_of(answer), "views-behind");
  EXPECT_TRUE(answer.headers.contains("retry-after"));
}

TEST_F(ApiRoutes, RefuseParametersThatTheyDoNotKnow) {
  const auto answer = ledger.get("/v1/groups?fliter=x");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(code_of(answer), "parameter-unknown");
  EXPECT_NE(answer.body.find("Did you mean \\\"filter\\\"?"), std::string::npos) << answer.body;
  EXPECT_EQ(code_of(ledger.get("/v1/groups?as_of=0&as_of=0")), "parameter-repeated");
}

// -- Pages ---------------------------------------------------------------------------------------

TEST_F(ApiRoutes, GiveEveryRowOfAListOnceInPagesOfOnePosition) {
  for (int i = 0; i < 5; ++i) {
    ledger.post("/v1/groups", R"({"group":"g)" + std::to_string(i) + R"("})");
  }
  std::vector<std::string> seen;
  std::string token;
  do {
    const auto page = json::parse(ledger.get("/v1/groups?page_size=2&page_token=" + token).body);
    EXPECT_EQ(page["position"], 5);
    for (const auto& row : page["items"]) seen.push_back(row["group"]);
    token = page["next_page_token"];
    ledger.post("/v1/groups", R"({"group":"late)" + std::to_string(seen.size()) + R"("})");
  } while (!token.empty());
  EXPECT_EQ(seen, (std::vector<std::string>{"g0", "g1", "g2", "g3", "g4"}));
}

TEST_F(ApiRoutes, RefuseAPageTokenOfAnotherQuestion) {
  for (const char* name : {"a", "b"}) {
    ledger.post("/v1/groups", R"({"group":")" + std::string(name) + R"("})");
  }
  const auto token = ledger.get("/v1/groups?page_size=1").field("next_page_token");
  ASSERT_NE(token, "");
  EXPECT_EQ(code_of(ledger.get("/v1/groups?filter=group%3Da&page_token=" + token)),
            "page-token-mismatch");
  EXPECT_EQ(code_of(ledger.get("/v1/searches?page_token=" + token)), "page-token-mismatch");
  EXPECT_EQ(code_of(ledger.get("/v1/groups?page_token=nonsense")), "page-token-invalid");
}

TEST_F(ApiRoutes, GiveListsAsTablesThatSpreadsheetsDoNotRun) {
  ledger.post("/v1/policies", R"({"policy":"web","description":"=cmd|' /C calc'!A0, \"x\""})");
  const auto answer = ledger.ask({"GET", "/v1/policies", "", {{"accept", "text/csv"}}});
  EXPECT_TRUE(answer.content_type.starts_with("text/csv")) << answer.content_type;
  EXPECT_TRUE(answer.body.starts_with("policy,parent,description,")) << answer.body;
  EXPECT_NE(answer.body.find(R"(web,,"'=cmd|' /C calc'!A0, ""x""",)"), std::string::npos)
      << answer.body;
}

TEST_F(ApiRoutes, GiveOfEachRowTheFieldsThatAreAskedFor) {
  ledger.post("/v1/groups", R"({"group":"a"})");
  ledger.post("/v1/groups", R"({"group":"b","parent":"a"})");
  const auto answer = ledger.get("/v1/groups?fields=parent,group");
  EXPECT_NE(answer.body.find(R"("items":[{"group":"a","parent":null},{"group":"b","parent":"a"}])"),
            std::string::npos)
      << answer.body;
  const auto table =
      ledger.ask({"GET", "/v1/groups?fields=parent,group", "", {{"accept", "text/csv"}}});
  EXPECT_EQ(table.body, "parent,group\r\n,a\r\na,b\r\n");
  const auto nested = ledger.get("/v1/events?fields=actor.kind,type&page_size=1");
  EXPECT_NE(nested.body.find(R"("actor":{"kind":"token"})"), std::string::npos) << nested.body;
  const auto unknown = ledger.get("/v1/groups?fields=parnt");
  EXPECT_EQ(unknown.field("code"), "field-unknown") << unknown.body;
}

TEST_F(ApiRoutes, CountTheRowsOfAllPages) {
  for (const char* name : {"a", "b", "c"}) {
    ledger.post("/v1/groups", R"({"group":")" + std::string(name) + R"("})");
  }
  const auto answer = ledger.get("/v1/groups?count=exact&page_size=1");
  EXPECT_NE(answer.body.find(R"("total_size":3)"), std::string::npos) << answer.body;
  const auto fleet = ledger.get("/v1/computers?count=exact&page_size=1");
  EXPECT_NE(fleet.body.find(R"("total_size":0)"), std::string::npos) << fleet.body;
  EXPECT_EQ(ledger.get("/v1/groups").body.find("total_size"), std::string::npos);
  EXPECT_EQ(ledger.get("/v1/groups?count=some").status, 400);
}

TEST_F(ApiRoutes, GiveListsAsLinesWithTheNextPageInAHeader) {
  for (const char* name : {"a", "b"}) {
    ledger.post("/v1/groups", R"({"group":")" + std::string(name) + R"("})");
  }
  const auto answer =
      ledger.ask({"GET", "/v1/groups?page_size=1", "", {{"accept", "application/x-ndjson"}}});
  EXPECT_EQ(json::parse(answer.body)["group"], "a");
  const auto link = answer.headers.at("link");
  const auto next = ledger.ask(
      {"GET", link.substr(1, link.find('>') - 1), "", {{"accept", "application/x-ndjson"}}});
  EXPECT_EQ(json::parse(next.body)["group"], "b");
  EXPECT_EQ(ledger.ask({"GET", "/v1/groups", "", {{"accept", "image/png"}}}).status, 406);
}

// -- Writes --------------------------------------------------------------------------------------

TEST_F(ApiRoutes, AnswerARepeatedRequestWithItsFirstAnswer) {
  const Asked asked{"POST", "/v1/groups", R"({"group":"a"})", {{"idempotency-key", "my-key"}}};
  const auto first = ledger.ask(asked);
  const auto again = ledger.ask(asked);
  EXPECT_EQ(first.body, again.body);
  EXPECT_FALSE(first.headers.contains("idempotency-replayed"));
  EXPECT_EQ(again.headers.at("idempotency-replayed"), "true");
  const auto other =
      ledger.ask({"POST", "/v1/groups", R"({"group":"b"})", {{"idempotency-key", "my-key"}}});
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(code_of(other), "idempotency-key-reused");
}

TEST_F(ApiRoutes, TellASecretAgainToWhoeverRepeatsTheRequest) {
  const Asked asked{"POST",
                    "/v1/tokens",
                    R"({"role":"viewer","expires_in":"P1D"})",
                    {{"idempotency-key", "0123456789abcdef0123456789abcdef"}}};
  const auto first = ledger.ask(asked);
  ASSERT_EQ(first.status, 201) << first.body;
  ledger.clock.advance(domain::minutes(5));
  const auto again = ledger.ask(asked);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(first.field("secret"), again.field("secret"));
  const auto size = ledger.log.head().size;
  for (std::uint64_t at = 0; at < size.value; ++at) {
    EXPECT_EQ(ledger.log.record({at})->find(first.field("secret")), std::string::npos);
  }
}

TEST_F(ApiRoutes, ChangeOnlyWhatTheCallerHasSeen) {
  const std::string path = "/v1/settings/heartbeats_missed_until_silent";
  EXPECT_EQ(ledger.ask({"PUT", path, R"({"value":"5"})"}).status, 428);
  const auto tag = ledger.get(path).headers.at("etag");
  EXPECT_EQ(ledger.ask({"PUT", path, R"({"value":"5"})", {{"if-match", tag}}}).status, 200);
  const auto late = ledger.ask({"PUT", path, R"({"value":"6"})", {{"if-match", tag}}});
  EXPECT_EQ(late.status, 412);
  EXPECT_EQ(code_of(late), "version-stale");
  EXPECT_EQ(ledger.get(path).field("value"), "5");
}

TEST_F(ApiRoutes, AnswerAWriteWithTheVersionThatItMade) {
  const std::string path = "/v1/settings/heartbeats_missed_until_silent";
  const auto changed = ledger.put(path, R"({"value":"5"})");
  EXPECT_EQ(changed.headers.at("etag"), ledger.get(path).headers.at("etag"));
}

TEST_F(ApiRoutes, ShowTheDefaultRelayGroupThatNobodyMade) {
  const std::string path = "/v1/relay-groups/default";
  const auto untouched = ledger.get(path);
  ASSERT_EQ(untouched.status, 200) << untouched.body;
  EXPECT_TRUE(json::parse(untouched.body)["changed"].is_null());
  ledger.post("/v1/relay-groups", R"({"relay_group":"attic","parent":"default"})");
  ledger.post("/v1/relay-groups", R"({"relay_group":"east","air_gapped":true})");
  const auto names = [&](const std::string& query) {
    std::vector<std::string> found;
    const auto answer = ledger.get("/v1/relay-groups" + query);
    const auto page = json::parse(answer.body);
    for (const auto& item : page["items"]) found.push_back(item["relay_group"]);
    return found;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names(""), (Names{"attic", "default", "east"}));
  EXPECT_EQ(names("?as_of=0"), (Names{"default"}));
  EXPECT_EQ(names("?filter=air_gapped%20%3D%20false"), (Names{"attic", "default"}));
  const auto first = ledger.get("/v1/relay-groups?page_size=2");
  EXPECT_EQ(names("?page_size=2&page_token=" + first.field("next_page_token")), (Names{"east"}));
  // It is changed as others are, and stays one.
  EXPECT_EQ(ledger.put(path, R"({"description":"new relays"})").status, 200);
  EXPECT_EQ(ledger.get(path).field("description"), "new relays");
  EXPECT_EQ(names(""), (Names{"attic", "default", "east"}));
  EXPECT_EQ(ledger.get("/v1/relay-groups/west").status, 404);
}

TEST_F(ApiRoutes, FilterListsThatNobodyMade) {
  const auto count = [&](const std::string& target) {
    return json::parse(ledger.get(target).body)["items"].size();
  };
  EXPECT_EQ(count("/v1/settings?filter=kind%20%3D%20duration"), 4U);
  EXPECT_EQ(count("/v1/settings?filter=name%20%3D%20primary_source"), 1U);
  EXPECT_EQ(count("/v1/alert-types?filter=dismissible%20%3D%20false%20AND%20"
                  "type%20%3D%20relay_unavailable"),
            1U);
  EXPECT_EQ(ledger.get("/v1/settings?filter=colour%20%3D%20red").status, 400);
  EXPECT_EQ(ledger.get("/v1/alert-types?filter=colour%20%3D%20red").status, 400);
}

TEST_F(ApiRoutes, AppendNothingWhenTheyOnlyValidate) {
  const auto size = ledger.log.head().size;
  const auto sound = ledger.post("/v1/groups?validate_only=true", R"({"group":"a"})");
  EXPECT_EQ(sound.status, 200);
  EXPECT_EQ(sound.field("validated"), "true");
  EXPECT_EQ(sound.field("type"), "group.created");
  const auto unsound =
      ledger.post("/v1/groups?validate_only=true", R"({"group":"a","parent":"b"})");
  EXPECT_EQ(unsound.status, 404) << unsound.body;
  EXPECT_EQ(ledger.log.head().size, size);
}

TEST_F(ApiRoutes, TellEveryErrorOfABodyWithItsPointer) {
  const auto answer =
      ledger.post("/v1/policies", R"({"policy":7,"parent":"UPPER","colour":"red"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(code_of(answer), "body-invalid");
  std::set<std::string> pointers;
  const auto told = json::parse(answer.body);
  for (const auto& error : told["errors"]) pointers.insert(error["pointer"]);
  EXPECT_EQ(pointers, (std::set<std::string>{"/policy", "/parent", "/colour"}));
  EXPECT_EQ(ledger.post("/v1/policies", "{").status, 400);
  EXPECT_EQ(ledger.ask({"POST", "/v1/policies", "a=1", {{"content-type", "text/plain"}}}).status,
            415);
}

TEST_F(ApiRoutes, RefuseABodyThatContradictsThePath) {
  ledger.post("/v1/policies", R"({"policy":"web"})");
  const auto answer = ledger.post("/v1/policies/web:assignRules", R"({"policy":"mail"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.field("pointer"), "/policy");
}

// -- The tail, the record, long work -------------------------------------------------------------

TEST_F(ApiRoutes, TellEventsAsTheyComeAndGoOnAfterTheLastOneSeen) {
  auto tail = ledger.ask({"GET", "/v1/events:stream?after=0&type=group.", "", {}});
  ASSERT_NE(tail.source, nullptr);
  EXPECT_EQ(tail.source->next(), "retry: 2000\n\n");
  EXPECT_EQ(tail.source->next(), "");
  ledger.post("/v1/groups", R"({"group":"a"})");
  ledger.post("/v1/searches", "");
  ledger.put("/v1/settings/heartbeats_missed_until_silent", R"({"value":"5"})");
  ledger.post("/v1/groups", R"({"group":"b"})");
  const auto piece = tail.source->next().value_or("");
  EXPECT_NE(piece.find("id: 1\ndata: {"), std::string::npos) << piece;
  EXPECT_EQ(piece.find("setting."), std::string::npos) << piece;
  EXPECT_NE(piece.find("id: 3\n"), std::string::npos) << piece;
  auto again = ledger.ask({"GET",
                           "/v1/events:stream",
                           "",
                           {{"last-event-id", "1"}, {"accept", "application/x-ndjson"}}});
  const auto lines = again.source->next().value_or("");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2) << lines;
  EXPECT_EQ(again.source->next(), std::nullopt);
}

TEST_F(ApiRoutes, ProveThatAnEventIsInTheRecord) {
  for (int i = 0; i < 6; ++i) {
    ledger.post("/v1/groups", R"({"group":"g)" + std::to_string(i) + R"("})");
  }
  const auto proof = json::parse(ledger.get("/v1/events/3/proof").body);
  ledger::merkle::Proof hashes;
  for (const auto& hash : proof["hashes"]) {
    hashes.push_back(*domain::digest_from_hex(hash.get<std::string>()));
  }
  const auto leaf = ledger::leaf_hash(*ledger.log.record({3}));
  EXPECT_EQ(proof["leaf_hash"], hex(leaf));
  EXPECT_TRUE(
      ledger::merkle::verify_inclusion(leaf, 3, proof["size"], ledger.log.head().root, hashes));
  EXPECT_TRUE(ledger.ask({"GET", "/v1/events/3/proof", "", {{"accept", "text/plain"}}})
                  .body.starts_with("c2sp.org/tlog-proof@v1"));
  EXPECT_EQ(ledger.get("/v1/events/99/proof").status, 404);
}

TEST_F(ApiRoutes, GiveTheTilesThatTheRecordHas) {
  ledger.post("/v1/groups", R"({"group":"a"})");
  const auto hashes = ledger.get("/v1/log/tile/0/000.p/2");
  EXPECT_EQ(hashes.body.size(), 64U);
  const auto entries = ledger.get("/v1/log/tile/entries/000.p/2").body;
  const auto first = ledger.log.record({0});
  ASSERT_GT(entries.size(), 2 + first->size());
  EXPECT_EQ(entries.substr(2, first->size()), *first);
  EXPECT_EQ(ledger.get("/v1/log/tile/0/000.p/3").status, 404);
  EXPECT_EQ(ledger.get("/v1/log/tile/0/000").status, 404);
  EXPECT_EQ(ledger.get("/v1/log/tile/0/0").status, 404);
}

TEST_F(ApiRoutes, EndLongWorkWhenAsked) {
  const auto started = ledger.post("/v1/log:verify", "");
  ASSERT_EQ(started.status, 202) << started.body;
  const std::string path = "/v1/operations/" + started.field("operation");
  EXPECT_EQ(ledger.post(path + ":cancel", "").status, 200);
  Answer seen = ledger.get(path);
  while (seen.field("done") != "true") seen = ledger.get(path);
  EXPECT_EQ(seen.field("state"), "cancelled");
  EXPECT_EQ(code_of(ledger.post(path + ":cancel", "")), "operation-ended");
}

TEST_F(ApiRoutes, StartLongWorkOnceForEachKey) {
  const Asked asked{"POST", "/v1/log:verify", "", {{"idempotency-key", "nightly"}}};
  const auto first = ledger.ask(asked);
  ASSERT_EQ(first.status, 202) << first.body;
  const auto again = ledger.ask(asked);
  EXPECT_EQ(again.status, 202) << again.body;
  EXPECT_EQ(again.field("operation"), first.field("operation"));
  EXPECT_EQ(again.headers.at("idempotency-replayed"), "true");
  const auto other =
      ledger.ask({"POST", "/v1/log:backup", R"({"name":"x"})", {{"idempotency-key", "nightly"}}});
  EXPECT_EQ(other.status, 422) << other.body;
  EXPECT_EQ(code_of(other), "idempotency-key-reused");
}

TEST_F(ApiRoutes, RefuseLongWorkWhoseReasonCouldNotBeRecorded) {
  const auto started =
      ledger.post("/v1/log:verify", R"({"reason":")" + std::string(3'000, 'x') + "\"}");
  EXPECT_EQ(code_of(started), "reason-too-long") << started.body;
}

}  // namespace
}  // namespace tests
