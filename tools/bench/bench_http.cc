// The real ledgerd, asked over HTTP on this machine: clients and server share its processors.
#include <csignal>
#include <memory>
#include <string>
#include <utility>

#include "ledger/codec/json_out.h"
#include "ledger/random.h"
#include "tools/bench/benches.h"
#include "tools/bench/http_load.h"
#include "tools/bench/ledgerd_process.h"

namespace bench {

using ledger::fail;
using ledger::Result;

namespace {

constexpr std::size_t getting_connections = 16;

// A ledger of its own, with its computers, served by a ledgerd.
struct Served {
  std::unique_ptr<LedgerdProcess> process;
  std::size_t record_bytes = 0;
};

Result<Served> serve(Bench& bench, const std::string& name) {
  const auto& settings = bench.settings();
  const auto directory = settings.directory / name;
  Served served;
  {
    auto made = BenchLedger::make(directory, settings.computers);
    if (!made) return fail(made.error());
    const auto reported = (*made)->append_reports(1, 1);
    if (!reported) return fail(reported.error());
    const auto bytes = (*made)->record_bytes();
    if (!bytes) return fail(bytes.error());
    served.record_bytes = *bytes;
  }
  auto process = LedgerdProcess::start(settings.ledgerd, directory);
  if (!process) return fail(process.error());
  served.process = *std::move(process);
  return served;
}

Result<HttpAnswers> health(const Served& served, std::size_t connections, std::uint64_t requests) {
  HttpLoad load{served.process->port(), connections, requests, {}, "\"ok\""};
  load.request = [](std::size_t, std::uint64_t) { return get_request("/livez", ""); };
  return put_load(load);
}

void say(Bench& bench, const std::string& name, const HttpAnswers& answers, const std::string& unit,
         const HttpAnswers& raw, const std::string& raw_of, std::size_t connections,
         std::size_t idle = 0) {
  const auto with = [&](Figure figure) {
    figure = std::move(figure).with("connections", connections);
    if (idle > 0) figure = std::move(figure).with("idle_connections", idle);
    figure = std::move(figure).with("requests", answers.times.size());
    bench.say(std::move(figure).with("computers", bench.settings().computers));
  };
  with(Figure{name, answers.per_second, unit, raw.per_second, raw_of});
  for (const auto& [suffix, percent] : {std::pair{"_p50", 50.0}, std::pair{"_p99", 99.0}}) {
    with(Figure{name + suffix, at_percent(answers.times, percent), "us",
                at_percent(raw.times, percent), "the same of these"});
  }
}

// What the agent of a computer posts when it has installed something.
std::string report_request(std::uint64_t computer, std::uint64_t round) {
  const std::string body = "{\"sequence\":" + std::to_string(round) +
                           ",\"components\":" + ledger::codec::to_json(components(round)) +
                           ",\"ruleset\":null,\"rule_update\":null}";
  return post_request("/v1/computers/" + computer_id(computer).value + "/report",
                      agent_token(computer), body);
}

// Connection by connection, other computers; each reports again and again, always with news.
Result<void> append_over(Bench& bench, const Served& served, std::size_t connections,
                         std::uint64_t requests, std::uint64_t& round) {
  const auto next_round = round + 1;
  round += requests;
  HttpLoad load{served.process->port(), connections, requests, {}, "\"news\":true"};
  load.request = [&](std::size_t connection, std::uint64_t n) {
    return report_request(connection, next_round + n);
  };
  const auto answers = put_load(load);
  if (!answers) return fail(answers.error());
  const std::string name = "http_append_" + std::to_string(connections);
  if (connections == 1) {
    const auto& settings = bench.settings();
    const auto synced =
        synced_writes(settings.directory, served.record_bytes, settings.synced_writes);
    if (!synced) return fail(synced.error());
    say(bench, name, *answers, "events/s", {synced->per_second, synced->times},
        "synced writes/s of as many bytes", connections);
    return {};
  }
  const auto raw = health(served, connections, requests);
  if (!raw) return fail(raw.error());
  say(bench, name, *answers, "events/s", *raw, "GET /livez a second, as many connections",
      connections);
  return {};
}

}  // namespace

Result<void> http_append(Bench& bench) {
  const auto served = serve(bench, "http-append");
  if (!served) return fail(served.error());
  std::uint64_t round = 2;
  const auto requests = bench.settings().requests;
  for (const auto& [connections, count] :
       {std::pair{1, requests / 20}, std::pair{64, requests}, std::pair{128, requests}}) {
    const auto appended =
        append_over(bench, *served, static_cast<std::size_t>(connections), count, round);
    if (!appended) return appended;
  }
  served->process->process().end(SIGTERM);
  return {};
}

Result<void> http_get(Bench& bench) {
  const auto served = serve(bench, "http-get");
  if (!served) return fail(served.error());
  const auto token = served->process->admin_token();
  if (!token) return fail(token.error());
  const auto& settings = bench.settings();
  const ledger::Random random(1);
  HttpLoad load{served->process->port(), getting_connections, settings.requests, {}, "\"name\""};
  load.request = [&](std::size_t connection, std::uint64_t n) {
    const auto which = random.value("bench", "http_get", n * getting_connections + connection);
    return get_request("/v1/computers/" + computer_id(which % settings.computers).value, *token);
  };
  for (const std::size_t idle : {std::uint64_t{0}, settings.idle_connections}) {
    const auto raw = health(*served, getting_connections, settings.requests);
    if (!raw) return fail(raw.error());
    const IdleConnections others(served->process->port(), idle);
    const auto answers = put_load(load);
    if (!answers) return fail(answers.error());
    say(bench, idle == 0 ? "http_get_16" : "http_get_16_beside_idle", *answers, "requests/s", *raw,
        "GET /livez a second, as many connections", getting_connections, others.open());
  }
  served->process->process().end(SIGTERM);
  return {};
}

}  // namespace bench
