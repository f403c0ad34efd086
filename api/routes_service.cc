// The service itself: whether it is well, which version it is, and its figures.
#include "api/routes.h"
#include "ledger/witness_keeper.h"
#include "projections/overview_query.h"

namespace api {
namespace {

constexpr double micros_per_second = 1e6;

Answered<Response> alive(const Request& request, const Services&) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  Response response;
  response.body = "{\"status\":\"ok\"}";
  return response;
}

Answered<Response> ready(const Request& request, const Services& services) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  std::string why = services.why_not_ready();
  if (why.empty() && services.writer.counts().disk_full) {
    why = "The disk is full: reads go on, writes wait for space.";
  }
  if (!why.empty()) {
    return refused(ledger::Error{ledger::ErrorKind::unavailable, "not-ready", std::move(why)});
  }
  return alive(request, services);
}

Answered<Response> version(const Request& request, const Services& services) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  Response response;
  response.body = "{\"version\":" + json_string(services.version) +
                  ",\"api\":\"v1\",\"started_at\":\"" + rfc3339(services.started_at) +
                  "\",\"environment\":" + json_string(services.environment) + "}";
  return response;
}

// -- Metrics -------------------------------------------------------------------------------------

class Metrics {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += "# HELP " + name_ + ' ' + std::string(help) + "\n# TYPE " + name_ + ' ' +
             std::string(type) + '\n';
  }
  void value(const std::string& labels, const std::string& number) {
    text_ += name_ + labels + ' ' + number + '\n';
  }
  void one(std::string_view name, std::string_view type, std::string_view help,
           std::uint64_t number) {
    family(name, type, help);
    value("", std::to_string(number));
  }
  std::string text() && { return std::move(text_); }

 private:
  std::string name_;
  std::string text_;
};

void write_writer(Metrics& metrics, const Services& services) {
  const auto counts = services.writer.counts();
  metrics.one("ledger_commands_total", "counter", "Commands decided.", counts.commands);
  metrics.one("ledger_commit_groups_total", "counter", "Groups made durable.", counts.groups);
  metrics.one("ledger_events_appended_total", "counter", "Events appended.", counts.events);
  metrics.one("ledger_writer_queue", "gauge", "Commands that wait.", counts.queued);
  metrics.one("ledger_disk_full", "gauge", "Whether writes wait for space.",
              counts.disk_full ? 1 : 0);
}

void write_fleet(Metrics& metrics, const projections::Overview& overview) {
  metrics.family("ledger_computers", "gauge", "Computers by status.");
  domain::for_each_field(overview.computers.by_status, [&](std::string_view name, const auto& n) {
    metrics.value("{status=\"" + std::string(name) + "\"}", std::to_string(n));
  });
  metrics.family("ledger_relays", "gauge", "Relays by whether they serve the latest update.");
  metrics.value("{in_sync=\"true\"}", std::to_string(overview.relays.in_sync));
  metrics.value("{in_sync=\"false\"}", std::to_string(overview.relays.out_of_sync));
  metrics.family("ledger_alerts_open", "gauge", "Open alerts by severity.");
  domain::for_each_field(overview.alerts, [&](std::string_view name, const auto& n) {
    metrics.value("{severity=\"" + std::string(name) + "\"}", std::to_string(n));
  });
}

void write_witnesses(Metrics& metrics, const Services& services) {
  if (services.witnesses == nullptr) return;
  metrics.one("ledger_witnessed_size", "gauge", "Records under a head that is witnessed.",
              services.witnesses->witnessed().head.size.value);
  const auto witnesses = services.witnesses->status();
  const auto label = [](const ledger::WitnessStatus& witness) {
    return "{witness=\"" + witness.witness + "\"}";
  };
  metrics.family("ledger_witness_lag_records", "gauge", "Records beyond what a witness cosigned.");
  for (const auto& each : witnesses) metrics.value(label(each), std::to_string(each.lag));
  metrics.family("ledger_witness_up", "gauge", "Whether a witness cosigns.");
  for (const auto& each : witnesses) {
    metrics.value(label(each), each.state == ledger::WitnessState::cosigning ? "1" : "0");
  }
}

Answered<Response> metrics(const Request& request, const Services& services) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  const auto reading = open_newest(request, services);
  if (!reading) return refused(reading.error());
  const auto overview = projections::overview_at(*reading->snapshot);
  if (!overview) return refused(overview.error());
  Metrics metrics;
  metrics.family("ledger_build_info", "gauge", "The version that runs.");
  metrics.value("{version=\"" + services.version + "\"}", "1");
  metrics.family("ledger_uptime_seconds", "gauge", "Since the service started.");
  const auto up = services.clock.now() - services.started_at;
  metrics.value("", std::to_string(static_cast<double>(up.micros) / micros_per_second));
  const auto head = services.log.head().size.value;
  const auto views = services.projector.size().value;
  metrics.one("ledger_head_size", "gauge", "Records in the log.", head);
  metrics.one("ledger_projection_lag_events", "gauge", "Events that views do not show yet.",
              head > views ? head - views : 0);
  write_writer(metrics, services);
  write_witnesses(metrics, services);
  write_fleet(metrics, *overview);
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = std::move(metrics).text() + services.server_metrics();
  return response;
}

}  // namespace

void add_service_routes(Routes& routes) {
  routes.other("GET", "/livez", Permission::public_, alive, {.at_once = always});
  routes.other("GET", "/healthz", Permission::public_, ready);
  routes.other("GET", "/readyz", Permission::public_, ready);
  routes.other("GET", "/v1/version", Permission::signed_in, version);
  routes.other("GET", "/metrics", Permission::read, metrics);
  routes.other("GET", "/problems", Permission::public_,
               [](const Request& request, const Services&) -> Answered<Response> {
                 return list_problem_pages(request);
               });
  routes.other("GET", "/problems/{code}", Permission::public_,
               [](const Request& request, const Services&) -> Answered<Response> {
                 return show_problem_page(request);
               });
}

}  // namespace api
