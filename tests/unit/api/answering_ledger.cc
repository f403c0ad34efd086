#include "tests/unit/api/answering_ledger.h"

#include <algorithm>
#include <cctype>
#include <future>

#include "api/request_reader.h"
#include "ledger/domain/commands_service.h"
#include "ledger/merkle/signing_key.h"

namespace tests {

namespace domain = ledger::domain;

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// A key of this process; what it signs is checked elsewhere.
const ledger::merkle::SigningKey& signing_key() {
  static const auto key = ledger::merkle::SigningKey::generate();
  CHECK(key.has_value(), "this machine makes keys");
  return *key;
}

Answer answer_of(api::Response response) {
  Answer answer;
  answer.status = response.status;
  answer.body = std::move(response.body);
  answer.content_type = std::move(response.content_type);
  answer.source = std::move(response.source);
  for (auto& [name, value] : response.headers) answer.headers[lower(name)] = std::move(value);
  return answer;
}

}  // namespace

std::string Answer::field(std::string_view name) const {
  const std::string key = "\"" + std::string(name) + "\":";
  const auto at = body.find(key);
  if (at == std::string::npos) return {};
  const auto begin = at + key.size();
  if (body[begin] == '"') return body.substr(begin + 1, body.find('"', begin + 1) - begin - 1);
  return body.substr(begin, body.find_first_of(",}]", begin) - begin);
}

// Nothing on disk to copy; a verification that ends when it is told to.
class AnsweringLedger::NoChores final : public api::Chores {
 public:
  ledger::Result<api::BackupMade> back_up(const domain::Command&, const std::string&) override {
    return ledger::fail(ledger::ErrorKind::unavailable, "backup-failed", "There is no disk.");
  }
  ledger::Result<std::string> verify(const domain::Command&,
                                     const std::function<bool(api::Progress)>& go_on) override {
    while (go_on({1, 2})) std::this_thread::yield();
    return ledger::fail(ledger::ErrorKind::unavailable, "verification-ended",
                        "It was told to end.");
  }
  ledger::Result<std::string> change_key(const domain::Command&) override {
    return ledger::fail(ledger::ErrorKind::unavailable, "not-sealed-yet", "There is no disk.");
  }
  ledger::Result<std::string> last_head_of(const std::string&) override {
    return ledger::fail(ledger::ErrorKind::not_found, "signing-key-unknown", "None was retired.");
  }
};

AnsweringLedger::AnsweringLedger(domain::Time start) : chores_(std::make_unique<NoChores>()) {
  clock.set(start);
  writer_ = std::make_unique<ledger::Writer>(domain::World{}, log, clock, utc_only(),
                                             ledger::Writer::Options{});
  domain::Command started;
  started.payload = domain::RecordServiceStarted{"test", 1, {}, 0};
  CHECK(writer_->call(std::move(started)).has_value(), "a ledger in memory takes its first event");
  auto projector = projections::Projector::start(log, views, {});
  CHECK(projector.has_value(), "views in memory take every event");
  projector_ = std::move(*projector);
  plans_ = std::make_unique<api::Plans>(clock);
  operations_ = std::make_unique<api::Operations>(clock);
  const auto sealed = [this](domain::Position, std::chrono::milliseconds at_most) {
    if (at_most < sealing) return api::SealedHead{};
    const auto head = log.head();
    const auto note =
        ledger::merkle::signed_note({"test", head.size.value, head.root}, signing_key());
    return api::SealedHead{head.size, head.root, note.value_or("")};
  };
  services_.reset(
      new api::Services{*writer_, log, views, *projector_, contacts, content, clock, entropy_,
                        *plans_, *operations_, *chores_, sealed,
                        [] {
                          return ledger::merkle::VerifierKey{"test", signing_key().public_key()};
                        },
                        domain::Digest{{7}}, "test", clock.now(), [] { return std::string(); },
                        [] { return std::string(); }, "test"});
  api::add_routes(router, *services_);
  caller.actor = {domain::ActorKind::token, "tester", "", domain::Authentication::token};
  caller.role = domain::Role::admin;
}

AnsweringLedger::~AnsweringLedger() {
  operations_.reset();
  projector_->stop();
  writer_->stop();
}

Answer AnsweringLedger::ask(const Asked& asked) {
  auto request = std::make_shared<api::Request>();
  request->method = asked.method;
  request->target = asked.target;
  const auto question = asked.target.find('?');
  request->path = asked.target.substr(0, question);
  if (question != std::string::npos) {
    auto query = api::query_from(std::string_view(asked.target).substr(question + 1));
    CHECK(query.has_value(), "the test's query is well-formed");
    request->query = std::move(*query);
  }
  for (const auto& [name, value] : asked.headers) request->headers[name] = value;
  request->body = asked.body;
  request->address = "127.0.0.1";
  request->request_id = "test";
  request->caller = caller;
  auto match = router.match(asked.method, request->path);
  if (match.route == nullptr) return Answer{404, "no route", {}, "", nullptr};
  request->parameters = std::move(match.parameters);
  // Shared, because the one who answers may still hold it when the answer is there.
  const auto answered = std::make_shared<std::promise<Answer>>();
  match.route->handler(request, [answered](api::Response response) {
    answered->set_value(answer_of(std::move(response)));
  });
  return answered->get_future().get();
}

Answer AnsweringLedger::put(const std::string& target, const std::string& body) {
  const auto now = get(target);
  return ask({"PUT", target, body, {{"if-match", now.headers.at("etag")}}});
}

void AnsweringLedger::import_update(const std::string& name, int rules, int version) {
  std::string document = R"({"format":"update-ledger/rule-update/1","id":")" + name +
                         R"(","title":"Test","released_at":"2026-01-01T00:00:00Z","rules":[)";
  for (int i = 0; i < rules; ++i) {
    if (i > 0) document += ',';
    document +=
        R"({"id":)" + std::to_string(1'000'001 + i) + R"(,"module":"firewall","name":"Rule )" +
        std::to_string(i) + R"(","version":)" + std::to_string(version) +
        R"(,"severity":"high","application_type":"web","cves":["CVE-2026-000)" + std::to_string(i) +
        R"("],"auto_assignable":false,"body":"allow )" + std::to_string(version) + R"("})";
  }
  const auto imported = post("/v1/rule-updates:import", document + "]}");
  CHECK(imported.status == 201, imported.body.c_str());
}

Answer AnsweringLedger::apply(const std::string& plan_target) {
  const auto plan = post(plan_target, R"({"reason":"test"})");
  if (plan.status != 201) return {plan.status, plan.body, {}, "", nullptr};
  return post("/v1/plans/" + plan.field("plan") + ":apply",
              R"({"reason":"test","digest":")" + plan.field("digest") + "\"}");
}

}  // namespace tests
