#include "updates/agent/ways.h"

#include <algorithm>
#include <utility>

namespace ledger::updates::agent {

const Places::Source* Places::find(const domain::SourceId& wanted) const {
  const auto found = std::find_if(sources.begin(), sources.end(),
                                  [&](const Source& each) { return each.source == wanted; });
  return found == sources.end() ? nullptr : &*found;
}

Places places_of(const machine::Orders& orders) {
  Places places;
  for (const auto& each : orders.relays) places.relays.push_back({each.relay, each.url});
  for (const auto& each : orders.sources) {
    places.sources.push_back(
        {each.source, each.url, each.alternative_url, each.proxy, each.trust_root});
  }
  places.direct_when_no_relay = orders.direct_when_no_relay && !orders.is_relay;
  places.download_without_manager = orders.download_without_manager;
  return places;
}

std::vector<Way> ways_to(const Places& places, const Places::Source& source,
                         const domain::ComputerId& computer, const Random& random) {
  std::vector<std::pair<std::uint64_t, const Places::Relay*>> order;
  for (const auto& relay : places.relays) {
    order.emplace_back(random.value(computer.value, relay.relay.value, 0), &relay);
  }
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first, a.second->relay) < std::pair(b.first, b.second->relay);
  });
  std::size_t attempts = std::max(order.size(), attempts_before_source);
  if (places.direct_when_no_relay) attempts = attempts_before_source;
  if (order.empty()) attempts = 0;
  std::vector<Way> ways;
  for (std::size_t i = 0; i < attempts; ++i) {
    const auto& relay = *order[i % order.size()].second;
    std::string url = relay.url;
    while (url.ends_with('/')) url.pop_back();
    ways.push_back({true, relay.relay.value, url + "/repository/" + source.source.value, ""});
  }
  if (!places.direct_when_no_relay) return ways;
  for (const auto& url : {source.url, source.alternative_url}) {
    if (!url.empty()) ways.push_back({false, source.source.value, url, source.proxy});
  }
  return ways;
}

}  // namespace ledger::updates::agent
