#include "tools/ledgerctl/debug_walk.h"

#include <nlohmann/json.hpp>

#include "ledger/codec/json_out.h"
#include "replay/predicate.h"
#include "tools/ledgerctl/offline.h"
#include "tools/ledgerctl/offline_history.h"

namespace ledgerctl {

using ledger::Result;
using nlohmann::json;

namespace {

// -- Of a server ----------------------------------------------------------------------------------

class ServerWalk final : public Walk {
 public:
  ServerWalk(const Session& session, const json& begun)
      : client_(session.server),
        name_(begun["replay"]),
        first_(begun["first"]),
        last_(begun["last"]) {}
  ~ServerWalk() override { (void)client_.ask({"DELETE", path(""), "", "", {}}).has_value(); }

  static Result<json, Failure> post(const Client& client, const std::string& path,
                                    const json& body) {
    const auto reply = client.ask({"POST", path, body.dump(), "application/json", {}});
    if (!reply) return tl::unexpected(reply.error());
    return json::parse(reply->body, nullptr, false);
  }

  std::uint64_t first() const override { return first_; }
  std::uint64_t last() const override { return last_; }

  Answer show() override {
    const auto reply = client_.ask({"GET", path(""), "", "", {}});
    if (!reply) return tl::unexpected(reply.error());
    return json::parse(reply->body, nullptr, false).value("step", json::object());
  }
  Answer step(std::uint64_t count, bool over, replay::Way way) override {
    return step_of(post(client_, path(way == replay::Way::forward ? ":step" : ":back"),
                        {{"count", count}, {"over", over}}));
  }
  Answer go_on(const std::vector<replay::Stop>& stops, std::optional<std::uint64_t> until,
               replay::Way way) override {
    json body = {{"back", way == replay::Way::back}, {"stops", json::array()}};
    for (const auto& each : stops) {
      body["stops"].push_back({{"type", each.type}, {"where", each.where}, {"watch", each.watch}});
    }
    if (until) body["until"] = *until;
    return step_of(post(client_, path(":continue"), body));
  }
  Answer event(std::uint64_t at) override {
    const auto reply = client_.ask({"GET", "/v1/events/" + std::to_string(at), "", "", {}});
    if (!reply) return tl::unexpected(reply.error());
    return json::parse(reply->body, nullptr, false);
  }
  Answer ask(const std::string& predicate, std::uint64_t at) override {
    const std::string moment = std::to_string(at);
    auto told = post(client_, "/v1/replays:bisect",
                     {{"from", moment}, {"to", moment}, {"where", predicate}});
    if (!told) return told;
    return json{{"count", (*told)["count_at_from"]}, {"holds", (*told)["holds_at_from"]}};
  }
  void let_go() override {}

 private:
  std::string path(const std::string& verb) const { return "/v1/replays/" + name_ + verb; }
  static Answer step_of(Answer answer) {
    if (!answer) return answer;
    return answer->value("step", json::object());
  }

  const Client client_;
  std::string name_;
  std::uint64_t first_;
  std::uint64_t last_;
};

// -- Of a data directory --------------------------------------------------------------------------

class DirectoryWalk final : public Walk {
 public:
  explicit DirectoryWalk(WalkRange range) : asked_(std::move(range)) {}

  Result<void, Failure> open() {
    if (opened_) return {};
    auto opened =
        open_range({asked_.data, asked_.from.empty() ? std::string("0") : asked_.from, asked_.to});
    if (!opened) return tl::unexpected(failure_of(opened.error()));
    if (opened->to < opened->from) {
      return tl::unexpected(Failure{Exit::usage, "The range ends before it begins.", ""});
    }
    opened_ = std::make_unique<OpenRange>(*std::move(opened));
    if (at_) return {};
    range_ = {opened_->from, opened_->to};
    at_ = range_.first;
    return {};
  }

  std::uint64_t first() const override { return range_.first.value; }
  std::uint64_t last() const override { return range_.last.value; }

  Answer show() override {
    return told([&](const replay::Stepper& stepper) {
      return stepper.show(*at_, {"step", {}, 0, 0}, 0);
    });
  }
  Answer step(std::uint64_t count, bool over, replay::Way way) override {
    return told([&](const replay::Stepper& stepper) {
      return over ? stepper.next(*at_, way) : stepper.step(*at_, count, way);
    });
  }
  Answer go_on(const std::vector<replay::Stop>& stops, std::optional<std::uint64_t> until,
               replay::Way way) override {
    return told([&](const replay::Stepper& stepper) {
      const auto to = until ? std::optional(replay::domain::Position{*until}) : std::nullopt;
      return stepper.go_on(*at_, stops, to, way);
    });
  }
  Answer event(std::uint64_t at) override {
    if (const auto ready = open(); !ready) return tl::unexpected(ready.error());
    const replay::Stepper stepper(*opened_->views, *opened_->log, range_);
    const auto view = stepper.show({at}, {"step", {}, 0, 0}, 0);
    if (!view) return tl::unexpected(failure_of(view.error()));
    return json::parse(ledger::codec::to_json(view->event));
  }
  Answer ask(const std::string& text, std::uint64_t at) override {
    if (const auto ready = open(); !ready) return tl::unexpected(ready.error());
    const auto predicate = replay::Predicate::parse(text);
    if (!predicate) return tl::unexpected(failure_of(predicate.error()));
    const auto answer = predicate->ask(*opened_->views->as_of({at}));
    if (!answer) return tl::unexpected(failure_of(answer.error()));
    return json{{"count", answer->count}, {"holds", answer->holds}};
  }
  void let_go() override { opened_.reset(); }

 private:
  template <class Ask>
  Answer told(Ask ask) {
    if (const auto ready = open(); !ready) return tl::unexpected(ready.error());
    const auto view = ask(replay::Stepper(*opened_->views, *opened_->log, range_));
    if (!view) return tl::unexpected(failure_of(view.error()));
    at_ = view->position;
    return json::parse(ledger::codec::to_json(*view));
  }

  WalkRange asked_;
  std::unique_ptr<OpenRange> opened_;
  replay::StepRange range_{};
  std::optional<replay::domain::Position> at_;
};

}  // namespace

Result<std::unique_ptr<Walk>, Failure> begin_walk(const Session& session, const WalkRange& range) {
  if (!range.data.empty()) {
    auto walk = std::make_unique<DirectoryWalk>(range);
    if (const auto opened = walk->open(); !opened) return tl::unexpected(opened.error());
    return std::unique_ptr<Walk>(std::move(walk));
  }
  const auto begun = ServerWalk::post(Client(session.server), "/v1/replays",
                                      {{"from", range.from}, {"to", range.to}});
  if (!begun) return tl::unexpected(begun.error());
  return std::unique_ptr<Walk>(std::make_unique<ServerWalk>(session, *begun));
}

}  // namespace ledgerctl
