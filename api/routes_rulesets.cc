// The rules of a computer's policy with their bodies, as its agent installs them.
#include <deque>
#include <map>
#include <memory>
#include <mutex>

#include "api/routes.h"
#include "projections/computer_list.h"
#include "projections/policy_ruleset.h"
#include "projections/rule_update_query.h"
#include "updates/machine/ruleset_json.h"
#include "updates/rule_update_reader.h"

namespace api {
namespace {

namespace machine = ledger::updates::machine;

// A policy's computers all ask for the same document, and it takes a while to make.
class KeptRulesets {
 public:
  using Text = std::shared_ptr<const std::string>;

  Text find(const domain::Digest& ruleset) {
    const std::lock_guard lock(mutex_);
    for (const auto& [digest, text] : kept_) {
      if (digest == ruleset) return text;
    }
    return nullptr;
  }

  void keep(const domain::Digest& ruleset, Text text) {
    if (text->size() > bytes_max) return;
    const std::lock_guard lock(mutex_);
    for (const auto& each : kept_) {
      if (each.first == ruleset) return;
    }
    bytes_ += text->size();
    kept_.emplace_back(ruleset, std::move(text));
    while (bytes_ > bytes_max || kept_.size() > rulesets_max) {
      bytes_ -= kept_.front().second->size();
      kept_.pop_front();
    }
  }

 private:
  static constexpr std::size_t rulesets_max = 16;
  static constexpr std::size_t bytes_max = 67'108'864;

  std::mutex mutex_;
  std::deque<std::pair<domain::Digest, Text>> kept_;  // Oldest first.
  std::size_t bytes_ = 0;
};

Answered<std::map<domain::RuleId, std::string>> bodies_in_force(const Reading& reading) {
  const auto in_force = projections::rule_update_in_force(*reading.snapshot);
  if (!in_force) return refused(in_force.error());
  if (!*in_force) return std::map<domain::RuleId, std::string>();
  const auto row = projections::find_rule_update(*reading.snapshot, **in_force);
  if (!row) return refused(row.error());
  const auto document = reading.services.content.get(row->digest);
  if (!document) return refused(document.error());
  auto bodies = ledger::updates::rule_bodies(*document);
  if (!bodies) return refused(bodies.error());
  return std::move(*bodies);
}

Answered<std::string> rendered(const Reading& reading, const domain::ExpectedRuleset& expected) {
  machine::OrderedRuleset ruleset{expected.ruleset, expected.update, {}};
  auto bodies = bodies_in_force(reading);
  if (!bodies) return refused(bodies.error());
  projections::ListQuery query;
  query.max = ledger::limits::http_page_rows_max;
  do {
    auto page = projections::policy_ruleset(*reading.snapshot, expected.policy, query);
    if (!page) return refused(page.error());
    for (auto& rule : page->items) {
      ruleset.rules.push_back({rule.id, rule.module, std::move(rule.name),
                               std::to_string(rule.version), rule.body,
                               std::move((*bodies)[rule.id])});
    }
    query.after = page->next;
  } while (!query.after.empty());
  // Whatever is wrong with the document in the content store is better told here, once, than by
  // every computer of the policy.
  if (const auto checked = machine::check_ruleset(ruleset); !checked) {
    return refused(ledger::Error{checked.error().kind, "content-damaged", checked.error().detail});
  }
  return machine::ruleset_json(ruleset);
}

Answered<Response> answer(const Reading& reading, KeptRulesets& kept) {
  const auto computer = own_computer(reading.request);
  if (!computer) return refused(computer.error());
  const auto detail = projections::find_computer(*reading.snapshot, *computer);
  if (!detail) return refused(detail.error());
  const auto digest =
      detail->expected_ruleset ? detail->expected_ruleset->ruleset : domain::ruleset_of_no_rules();
  Response response;
  const std::string tag = "\"" + hex(digest) + "\"";
  const auto known = reading.request.header("if-none-match");
  if (known && *known == tag) {
    response.status = 304;
  } else if (!detail->expected_ruleset) {
    response.body = machine::ruleset_json({digest, std::nullopt, {}});
  } else {
    auto text = kept.find(digest);
    if (text == nullptr) {
      auto made = rendered(reading, *detail->expected_ruleset);
      if (!made) return refused(made.error());
      text = std::make_shared<const std::string>(std::move(*made));
      kept.keep(digest, text);
    }
    response.body = *text;
  }
  response.headers.emplace_back("ETag", tag);
  response.headers.emplace_back("Cache-Control", "private, no-cache");
  response.headers.emplace_back("Ledger-Position", std::to_string(reading.at.value));
  return response;
}

}  // namespace

void add_ruleset_routes(Routes& routes) {
  const auto kept = std::make_shared<KeptRulesets>();
  routes.read("/v1/computers/{computer}/ruleset", Permission::agent, {},
              [kept](const Reading& reading) { return answer(reading, *kept); });
}

}  // namespace api
