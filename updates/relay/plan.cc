#include "updates/relay/plan.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "ledger/codec/json_in.h"
#include "ledger/codec/json_out.h"

namespace ledger::updates::relay {
namespace {

constexpr std::string_view patterns_folder = "patterns/";
constexpr std::string_view any_platform = "all";

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

std::string repository_at(const std::string& base, const domain::SourceId& source) {
  return without_slash(base) + "/repository/" + source.value;
}

// "patterns/<component>/<platform>/...".
std::string_view platform_in(std::string_view path) {
  path.remove_prefix(patterns_folder.size());
  const auto component_end = path.find('/');
  if (component_end == std::string_view::npos) return {};
  path.remove_prefix(component_end + 1);
  return path.substr(0, path.find('/'));
}

}  // namespace

Plan plan_of(const machine::Orders& orders, const domain::ComputerId& self) {
  Plan plan;
  plan.is_relay = orders.is_relay;
  plan.air_gapped = orders.air_gapped;
  for (const auto& parent : orders.parents) {
    if (parent.relay != self) plan.parents.push_back(parent.url);
  }
  plan.all_platforms = orders.all_platforms;
  plan.platforms = orders.platforms;
  std::sort(plan.platforms.begin(), plan.platforms.end());
  for (const auto& each : orders.sources) {
    plan.sources.push_back(
        {each.source, each.url, each.alternative_url, each.proxy, each.trust_root});
  }
  return plan;
}

std::string plan_text(const Plan& plan) { return codec::to_json(plan) + "\n"; }

Result<Plan> plan_from(const std::string& text) {
  auto parsed = codec::parse_json<Plan>(text);
  if (!parsed.ok()) {
    return fail(ErrorKind::corrupt, "relay-plan-damaged",
                "The orders kept by the relay cannot be read: " + parsed.errors.front().detail);
  }
  return std::move(parsed.value);
}

std::vector<Upstream> upstreams_of(const Plan& plan, const PlannedSource& source,
                                   const Random& random, const domain::ComputerId& self,
                                   std::uint64_t round) {
  std::vector<Upstream> found;
  if (plan.air_gapped) return found;
  if (plan.parents.empty()) {
    for (const auto& url : {source.url, source.alternative_url}) {
      if (url.empty()) continue;
      found.push_back({Upstream::Kind::source, source.source, without_slash(url), source.proxy});
    }
    found.push_back({Upstream::Kind::manager, source.source, {}, {}});
    return found;
  }
  std::vector<std::pair<std::uint64_t, std::string>> order;
  for (const auto& parent : plan.parents) {
    order.emplace_back(random.value(self.value, parent, round), parent);
  }
  std::sort(order.begin(), order.end());
  for (const auto& [place, parent] : order) {
    const auto url = repository_at(parent, source.source);
    found.push_back({Upstream::Kind::parent, source.source, url, {}});
  }
  return found;
}

bool wants(const Plan& plan, const MirrorTarget& target) {
  if (plan.all_platforms || !target.path.starts_with(patterns_folder)) return true;
  const auto platform = platform_in(target.path);
  return platform == any_platform ||
         std::any_of(plan.platforms.begin(), plan.platforms.end(),
                     [&](const domain::Platform& each) { return each.value == platform; });
}

}  // namespace ledger::updates::relay
