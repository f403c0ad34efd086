#include "api/plans.h"

#include <algorithm>

#include "ledger/codec/json_out.h"
#include "ledger/domain/match.h"
#include "ledger/domain/world.h"
#include "ledger/limits.h"

namespace api {
namespace {

using domain::CommandPayload;

constexpr std::int64_t micros_per_minute = 60'000'000;

// What the one who confirms types.
std::string subject_of(const CommandPayload& payload) {
  if (const auto* apply = domain::get_if<domain::ApplyRuleUpdate>(&payload)) {
    return text(apply->update);
  }
  if (const auto* reapply = domain::get_if<domain::ReapplyRuleUpdate>(&payload)) {
    return text(reapply->update);
  }
  if (const auto* back = domain::get_if<domain::RollBackRuleUpdate>(&payload)) {
    return text(back->to);
  }
  if (const auto* gone = domain::get_if<domain::DeleteRuleUpdate>(&payload)) {
    return text(gone->update);
  }
  if (const auto* release = domain::get_if<domain::ReleaseHold>(&payload)) {
    return release->hold.value;
  }
  if (const auto* setting = domain::get_if<domain::ChangeSetting>(&payload)) {
    return std::string(domain::name_of(setting->name));
  }
  if (const auto* instruct = domain::get_if<domain::Instruct>(&payload)) {
    return std::string(domain::name_of(instruct->action));
  }
  if (const auto* assign = domain::get_if<domain::AssignRules>(&payload)) {
    return assign->policy.value;
  }
  if (const auto* unassign = domain::get_if<domain::UnassignRules>(&payload)) {
    return unassign->policy.value;
  }
  return std::string(command_name(payload));
}

std::string who(const domain::Actor& actor) {
  std::string name(domain::name_of(actor.kind));
  if (!actor.id.empty()) name += ":" + actor.id;
  return name;
}

template <class T>
void write_member(std::string& out, std::string_view name, const T& value) {
  out += ",\"";
  out += name;
  out += "\":";
  ledger::codec::write_json(out, value);
}

}  // namespace

std::string plan_json(const Plan& plan) {
  std::string out = "{\"plan\":\"" + plan.name + "\"";
  write_member(out, "action", plan.action);
  write_member(out, "confirm", plan.confirm);
  write_member(out, "made_by", plan.made_by);
  write_member(out, "made_at", plan.made_at);
  write_member(out, "expires_at", plan.expires_at);
  write_member(out, "reason", plan.command.reason);
  write_member(out, "ticket", plan.command.ticket);
  out += ',';
  ledger::codec::write_json_members(out, plan.preview);
  return out + '}';
}

std::shared_ptr<const Plan> Plans::add(Plan plan) {
  const std::lock_guard lock(mutex_);
  plan.name = "plan-" + std::to_string(++made_);
  if (plans_.size() >= ledger::limits::plans_max) plans_.pop_front();
  plans_.push_back(std::make_shared<const Plan>(std::move(plan)));
  return plans_.back();
}

Answered<std::shared_ptr<const Plan>> Plans::find(std::string_view name) const {
  const auto now = clock_.now();
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(plans_.begin(), plans_.end(),
                                  [&](const auto& plan) { return plan->name == name; });
  if (found == plans_.end()) {
    return refused("plan-unknown", "There is no such plan; it may have been applied. Make it anew.",
                   404);
  }
  if ((*found)->expires_at <= now) {
    return refused("plan-expired", "The plan is too old to be applied; make it anew.", 410);
  }
  return *found;
}

std::vector<std::shared_ptr<const Plan>> Plans::all() const {
  const auto now = clock_.now();
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<const Plan>> open;
  std::copy_if(plans_.rbegin(), plans_.rend(), std::back_inserter(open),
               [&](const auto& plan) { return now < plan->expires_at; });
  return open;
}

void Plans::remove(std::string_view name) {
  const std::lock_guard lock(mutex_);
  std::erase_if(plans_, [&](const auto& plan) { return plan->name == name; });
}

Answered<std::shared_ptr<const Plan>> keep_plan(const Services& services, const PlanKind& kind,
                                                domain::Command command) {
  std::optional<ledger::Result<domain::Preview>> seen;
  const auto looked =
      services.writer.inspect([&](const domain::World& world, const domain::Moment& moment) {
        seen.emplace(preview(world, command, moment));
      });
  if (!looked) return refused(looked.error());
  if (!*seen) return refused(seen->error());
  Plan plan;
  plan.action = kind.action;
  plan.permission = kind.permission;
  plan.confirm = subject_of(command.payload);
  plan.made_by = who(command.actor);
  plan.made_at = services.clock.now();
  plan.expires_at =
      plan.made_at + domain::Duration{ledger::limits::plan_life.count() * micros_per_minute};
  plan.command = std::move(command);
  plan.preview = std::move(**seen);
  return services.plans.add(std::move(plan));
}

Answered<Response> make_plan(const Services& services, const PlanKind& kind,
                             domain::Command command) {
  const auto kept = keep_plan(services, kind, std::move(command));
  if (!kept) return refused(kept.error());
  Response response;
  response.status = 201;
  response.headers.emplace_back("Location", "/v1/plans/" + (*kept)->name);
  response.headers.emplace_back("ETag", "\"" + hex((*kept)->preview.digest) + "\"");
  response.body = plan_json(**kept);
  return response;
}

}  // namespace api
