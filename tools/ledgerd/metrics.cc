#include "tools/ledgerd/metrics.h"

#include <string_view>

namespace ledgerd {
namespace {

void add(std::string& text, std::string_view name, std::string_view kind, std::string_view help,
         std::uint64_t value) {
  text += "# HELP " + std::string(name) + ' ' + std::string(help) + "\n# TYPE " +
          std::string(name) + ' ' + std::string(kind) + '\n' + std::string(name) + ' ' +
          std::to_string(value) + '\n';
}

}  // namespace

std::string metrics_text(const api::Server& server, const api::Front& front) {
  const auto counts = server.counts();
  std::string text;
  add(text, "ledger_http_connections", "gauge", "Open connections.", counts.connections);
  add(text, "ledger_sse_streams", "gauge", "Open streams.", counts.streams);
  add(text, "ledger_http_pool_queue", "gauge", "Requests that wait for a handler.", counts.queued);
  add(text, "ledger_http_overloaded_total", "counter",
      "Requests answered 503, the queue being full.", counts.overloaded);
  add(text, "ledger_http_connections_refused_total", "counter", "Connections closed at once.",
      counts.connections_refused);
  text +=
      "# HELP ledger_http_requests_total Answers by route and class of status.\n"
      "# TYPE ledger_http_requests_total counter\n";
  for (const auto& each : front.counts()) {
    const std::string route =
        each.route == nullptr ? "none" : each.route->method + " " + each.route->pattern;
    for (std::size_t digit = 1; digit < each.answers.size(); ++digit) {
      if (each.answers[digit] == 0) continue;
      text += "ledger_http_requests_total{route=\"" + route + "\",code=\"" + std::to_string(digit) +
              "xx\"} " + std::to_string(each.answers[digit]) + '\n';
    }
  }
  return text;
}

}  // namespace ledgerd
