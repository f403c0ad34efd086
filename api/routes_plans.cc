// Plans that were made: looked at in full, applied, or given up.
#include "api/plans.h"
#include "api/routes.h"
#include "projections/row_filter.h"

namespace api {
namespace {

using PlanPtr = std::shared_ptr<const Plan>;

// A plan in a list: without its impact.
struct PlanItem {
  std::string plan;
  std::string action;
  std::string confirm;
  domain::Position base;
  domain::Digest digest;
  std::string made_by;
  domain::Time made_at;
  domain::Time expires_at;
  std::string reason;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("plan", &PlanItem::plan), field("action", &PlanItem::action),
                      field("confirm", &PlanItem::confirm), field("base", &PlanItem::base),
                      field("digest", &PlanItem::digest), field("made_by", &PlanItem::made_by),
                      field("made_at", &PlanItem::made_at),
                      field("expires_at", &PlanItem::expires_at),
                      field("reason", &PlanItem::reason));
  }
};

PlanItem plan_item_of(const Plan& plan) {
  return {plan.name,    plan.action,  plan.confirm,    plan.preview.base,  plan.preview.digest,
          plan.made_by, plan.made_at, plan.expires_at, plan.command.reason};
}

Answered<PlanPtr> plan_of(const Request& request, const Services& services) {
  return services.plans.find(request.parameters.at("plan"));
}

Answered<Listed> list_plans(const Reading& reading, const projections::ListQuery& query) {
  std::vector<PlanItem> items;
  for (const auto& plan : reading.services.plans.all()) items.push_back(plan_item_of(*plan));
  const auto wanted = projections::matching(std::move(items), query.filter);
  if (!wanted) return refused(wanted.error());
  return sliced(listed(*wanted), query.after, query.max);
}

Answered<Response> show_plan(const Request& request, const Services& services) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  const auto plan = plan_of(request, services);
  if (!plan) return refused(plan.error());
  Response response;
  response.headers.emplace_back("ETag", "\"" + hex((*plan)->preview.digest) + "\"");
  response.headers.emplace_back("Cache-Control", "no-cache");
  response.body = plan_json(**plan);
  return response;
}

// One list of the impact in pages, for plans that touch much.
Answered<Listed> impact(const Reading& reading, const projections::ListQuery& query) {
  const auto plan = plan_of(reading.request, reading.services);
  if (!plan) return refused(plan.error());
  const domain::Impact& impact = (*plan)->preview.impact;
  const auto kind = reading.request.query_value("kind").value_or("rules");
  if (kind == "rules") return sliced(listed(impact.rules), query.after, query.max);
  if (kind == "policies") return sliced(listed(impact.policies), query.after, query.max);
  if (kind == "modules") return sliced(listed(impact.modules), query.after, query.max);
  if (kind == "cves_reopened") return sliced(listed(impact.cves_reopened), query.after, query.max);
  if (kind == "cves_covered") return sliced(listed(impact.cves_covered), query.after, query.max);
  return refused("parameter-invalid",
                 "Parameter \"kind\" is rules, policies, modules, cves_reopened or cves_covered.");
}

// What the one who applies a plan says of it.
struct Confirmation {
  std::optional<domain::Digest> digest;
  std::optional<std::string> confirm;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("digest", &Confirmation::digest),
                      field("confirm", &Confirmation::confirm));
  }
};

// The digest in the body or in If-Match must be the plan's.
Answered<void> check_confirmation(const Request& request, const Plan& plan,
                                  const Confirmation& said) {
  const std::string digest = hex(plan.preview.digest);
  const auto tag = request.header("if-match");
  if (!tag && !said.digest) {
    return refused("plan-digest-missing",
                   "Say which plan you have seen: its digest, in the body or in If-Match.", 428);
  }
  const bool differs =
      (said.digest && *said.digest != plan.preview.digest) || (tag && *tag != "\"" + digest + "\"");
  if (differs) {
    return refused("plan-digest-differs", "The plan's digest is " + digest + "; look at it again.",
                   412);
  }
  if (said.confirm && *said.confirm != plan.confirm) {
    return refused("plan-confirmation-differs",
                   "This plan is confirmed by the name \"" + plan.confirm + "\".");
  }
  return {};
}

// The effect would be another by now: the plan as it would be made now goes with the answer.
Refusal stale(const Services& services, const Plan& plan, Refusal refusal) {
  if (refusal.problem.code != "plan-stale") return refusal;
  services.plans.remove(plan.name);
  const auto renewed = keep_plan(services, {plan.action, plan.permission}, plan.command);
  if (renewed) refusal.problem.members.emplace_back("plan", plan_json(**renewed));
  return refusal;
}

Answered<Response> apply_found(const Request& request, const Services& services, const Plan& plan,
                               domain::Command command, const Confirmation& said) {
  if (!allows(request.caller ? &*request.caller : nullptr, plan.permission)) {
    return refused("permission-missing",
                   "Applying this plan takes the permission \"" +
                       std::string(name_of(plan.permission)) + "\".",
                   403);
  }
  if (const auto checked = check_confirmation(request, plan, said); !checked) {
    return refused(checked.error());
  }
  if (command.reason.empty()) command.reason = plan.command.reason;
  if (command.ticket.empty()) command.ticket = plan.command.ticket;
  if (command.reason.empty()) {
    return refused("reason-missing", "Say why: a plan is applied with a \"reason\".");
  }
  command.payload = plan.command.payload;
  command.plan_digest = plan.preview.digest;
  const auto only = flag_parameter(request, "validate_only");
  if (!only) return refused(only.error());
  if (*only) return validated(request, services, command);
  const auto committed = call(services, std::move(command));
  if (!committed) return refused(stale(services, plan, committed.error()));
  services.plans.remove(plan.name);
  return committed_response(*committed);
}

// A plan that was applied is gone, but whoever repeats the request is told its outcome again.
Answered<Response> apply(const Request& request, const Services& services) {
  auto command = new_command(request, services, IfMatch::none);
  if (!command) return refused(command.error());
  auto body = Body::parse(request);
  if (!body) return refused(body.error());
  const auto said = body->read<Confirmation>();
  if (!said) return refused(said.error());
  command->reason = body->reason();
  command->ticket = body->ticket();
  const auto plan = plan_of(request, services);
  if (plan) return apply_found(request, services, **plan, std::move(*command), *said);
  const auto before = earlier(services, command->id);
  if (!before) return refused(before.error());
  const bool is_it = *before && said->digest && !(*before)->events.empty() &&
                     (*before)->events.front().plan_digest == said->digest;
  if (!is_it) return refused(plan.error());
  return committed_response(**before);
}

Answered<Response> give_up(const Request& request, const Services& services) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  const auto plan = plan_of(request, services);
  if (!plan) return refused(plan.error());
  services.plans.remove((*plan)->name);
  Response response;
  response.status = 204;
  return response;
}

}  // namespace

void add_plan_routes(Routes& routes) {
  routes.list_of_now("/v1/plans", Permission::read, {"filter"}, list_plans);
  routes.other("GET", "/v1/plans/{plan}", Permission::read, show_plan);
  routes.list("/v1/plans/{plan}/impact", Permission::read, {"kind"}, impact);
  routes.other("POST", "/v1/plans/{plan}:apply", Permission::operate, apply);
  routes.other("POST", "/v1/plans/{plan}:cancel", Permission::operate, give_up);
}

}  // namespace api
