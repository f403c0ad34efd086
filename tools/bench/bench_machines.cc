// What machines cost the real ledgerd: simulated computers that speak to it over real sockets.
#include <csignal>
#include <memory>
#include <string>
#include <utility>

#include "ledger/codec/json_out.h"
#include "projections/overview_query.h"
#include "tools/bench/benches.h"
#include "tools/bench/fleet_process.h"
#include "tools/bench/http_load.h"
#include "tools/bench/ledgerd_process.h"
#include "updates/machine/wire_reader.h"

namespace bench {

using fleet_sim::Summary;
using ledger::fail;
using ledger::Result;
using Machines = LedgerdProcess::Machines;

namespace {

constexpr std::size_t beating_connections = 16;

// A ledgerd that expects patterns of every computer, and has one computer itself.
Result<std::unique_ptr<LedgerdProcess>> manager_of(Bench& bench, const std::string& name,
                                                   Machines machines) {
  const auto directory = bench.settings().directory / name;
  {
    const auto made = BenchLedger::make(directory, 1);
    if (!made) return fail(made.error());
  }
  return LedgerdProcess::start(bench.settings().ledgerd, directory, machines);
}

// What ledgerd answers in a second and what an answer costs it, in microseconds of processors.
struct Rate {
  double per_second = 0;
  double processor_us = 0;
};

Result<Rate> health(LedgerdProcess& manager, std::uint64_t requests) {
  HttpLoad load{manager.port(), beating_connections, requests, {}, "\"ok\""};
  load.request = [](std::size_t, std::uint64_t) { return get_request("/livez", ""); };
  const double before = manager.process().processor_seconds();
  const auto answers = put_load(load);
  if (!answers) return fail(answers.error());
  const double taken = manager.process().processor_seconds() - before;
  return Rate{answers->per_second, taken * 1e6 / static_cast<double>(requests)};
}

// Beats without news, as fast as they come: from when all run what they should until so many more.
Result<Rate> beats(Bench& bench, LedgerdProcess& manager, Machines machines,
                   std::vector<std::string> options) {
  const auto& settings = bench.settings();
  const auto computers = settings.beating;
  options.insert(options.end(),
                 {"--interval", "0", "--connections", std::to_string(beating_connections)});
  const auto fleet =
      FleetProcess::start(settings.ledgerd, manager, machines, computers, std::move(options));
  if (!fleet) return fail(fleet.error());
  // The first beat after the news asks for orders once more.
  const auto settled = (*fleet)->until([&](const Summary& now) {
    return now.up_to_date == computers && now.answered >= 3 * computers;
  });
  if (!settled) return fail(settled.error());
  const double before = manager.process().processor_seconds();
  const auto began = Clock::now();
  const auto done = (*fleet)->until(
      [&](const Summary& now) { return now.answered >= settled->answered + settings.beats; });
  if (!done) return fail(done.error());
  const double seconds = seconds_since(began);
  const double processor = manager.process().processor_seconds() - before;
  const auto counted = static_cast<double>(done->answered - settled->answered);
  return Rate{counted / seconds, processor * 1e6 / counted};
}

struct Way {
  const char* name;
  Machines machines;
  std::vector<std::string> options;
};

}  // namespace

Result<void> fleet_beats(Bench& bench) {
  const std::vector<Way> ways = {
      {"by_token_kept", Machines::by_token, {}},
      {"by_token", Machines::by_token, {"--close"}},
      {"by_certificate", Machines::by_certificate, {}},
  };
  for (const auto& way : ways) {
    const auto manager = manager_of(bench, std::string("fleet-beats-") + way.name, way.machines);
    if (!manager) return fail(manager.error());
    const auto raw = health(**manager, bench.settings().beats);
    if (!raw) return fail(raw.error());
    const auto rate = beats(bench, **manager, way.machines, way.options);
    if (!rate) return fail(rate.error());
    const auto say = [&](const std::string& name, double value, const std::string& unit,
                         double beside, const std::string& raw_of) {
      bench.say(Figure{name + way.name, value, unit, beside, raw_of}
                    .with("computers", bench.settings().beating)
                    .with("connections", beating_connections));
    };
    say("fleet_beats_", rate->per_second, "beats/s", raw->per_second,
        "GET /livez a second, as many kept connections");
    say("fleet_beat_processor_", rate->processor_us, "us", raw->processor_us,
        "the same of one GET /livez");
    (*manager)->process().end(SIGTERM);
  }
  return {};
}

// -- A site from its first computer on -----------------------------------------------------------

namespace {

struct Overview {
  projections::OverviewComputers computers;
  ledger::domain::Position position;

  template <class = void>
  static constexpr auto fields() {
    using ledger::domain::field;
    return ledger::domain::field_list(field("computers", &Overview::computers),
                                      field("position", &Overview::position));
  }
};

class Site {
 public:
  static Result<std::unique_ptr<Site>> start(Bench& bench) {
    std::unique_ptr<Site> site(new Site(bench));
    auto manager = manager_of(bench, "fleet-site", Machines::by_token);
    if (!manager) return fail(manager.error());
    site->manager_ = *std::move(manager);
    const auto token = site->manager_->admin_token();
    if (!token) return fail(token.error());
    site->token_ = *token;
    return site;
  }

  Result<void> measure();

 private:
  explicit Site(Bench& bench) : bench_(bench), settings_(bench.settings()) {}

  Result<void> join();
  Result<void> release();
  Result<void> idle();
  Result<void> set_interval(std::uint64_t seconds);
  Result<Overview> overview(Times& times);
  void say(Figure figure) { bench_.say(std::move(figure).with("computers", settings_.site)); }

  Bench& bench_;
  const Settings& settings_;
  std::unique_ptr<LedgerdProcess> manager_;
  std::string token_;
  std::unique_ptr<FleetProcess> fleet_;
  Rate health_;
  double memory_before_ = 0;
};

Result<void> Site::set_interval(std::uint64_t seconds) {
  const auto set =
      ask_once(manager_->port(), put_request("/v1/settings/heartbeat_interval", token_,
                                             "{\"value\":\"PT" + std::to_string(seconds) + "S\"}"));
  if (!set) return fail(set.error());
  return {};
}

Result<Overview> Site::overview(Times& times) {
  const auto began = Clock::now();
  const auto answer = ask_once(manager_->port(), get_request("/v1/overview", token_));
  if (!answer) return fail(answer.error());
  times.push_back(microseconds_since(began));
  return ledger::updates::machine::read_answer<Overview>(*answer);
}

Result<void> Site::join() {
  const auto raw = health(*manager_, settings_.beats);
  if (!raw) return fail(raw.error());
  health_ = *raw;
  memory_before_ = static_cast<double>(manager_->process().memory("VmRSS"));
  if (const auto set = set_interval(settings_.polling_seconds); !set) return set;
  const auto began = Clock::now();
  auto fleet =
      FleetProcess::start(settings_.ledgerd, *manager_, Machines::by_token, settings_.site);
  if (!fleet) return fail(fleet.error());
  fleet_ = *std::move(fleet);
  const auto all =
      fleet_->until([&](const Summary& now) { return now.up_to_date == settings_.site; });
  if (!all) return fail(all.error());
  say(Figure{"fleet_join", static_cast<double>(settings_.site) / seconds_since(began),
             "computers/s", health_.per_second, "GET /livez a second"});
  return {};
}

// Until every computer runs the new pattern, by what the manager knows; it is asked all the while.
Result<void> Site::release() {
  Times times;
  const auto before = overview(times);
  if (!before) return fail(before.error());
  const auto quiet = overview(times);
  if (!quiet) return fail(quiet.error());
  const double alone = times.back();
  const auto pattern = bench::release(components(3).back(), "linux", ledger::SystemClock().now());
  const auto began = Clock::now();
  const auto released = ask_once(
      manager_->port(), post_request("/v1/patterns", token_, ledger::codec::to_json(pattern)));
  if (!released) return fail(released.error());
  times.clear();
  Result<Overview> now = before;
  const auto wanted = before->computers.by_status.up_to_date;
  const auto done = fleet_->until([&](const Summary&) {
    now = overview(times);
    return !now || now->computers.by_status.up_to_date >= wanted;
  });
  if (!done) return fail(done.error());
  if (!now) return fail(now.error());
  const double seconds = seconds_since(began);
  std::sort(times.begin(), times.end());
  say(Figure{"fleet_release", seconds, "s", static_cast<double>(settings_.polling_seconds),
             "the interval between heartbeats"});
  const auto events = static_cast<double>(now->position.value - before->position.value);
  say(Figure{"fleet_release_events", events / static_cast<double>(settings_.site),
             "events/computer", 1, "a report that it runs the release"});
  say(Figure{"fleet_release_overview_p99", at_percent(times, 99), "us", alone,
             "one before the release"}
          .with("requests", times.size()));
  return {};
}

// Heartbeats without news as seldom as agents send them by themselves.
Result<void> Site::idle() {
  if (const auto set = set_interval(settings_.idle_interval_seconds); !set) return set;
  // By then every computer was heard, and told the new interval.
  const auto told = Clock::now();
  const auto quiet = fleet_->until([&](const Summary&) {
    return seconds_since(told) > 1.1 * static_cast<double>(settings_.polling_seconds);
  });
  if (!quiet) return fail(quiet.error());
  const double before = manager_->process().processor_seconds();
  const auto began = Clock::now();
  const auto after = fleet_->until([&](const Summary&) {
    return seconds_since(began) > static_cast<double>(settings_.idle_seconds);
  });
  if (!after) return fail(after.error());
  const double seconds = seconds_since(began);
  const double share = (manager_->process().processor_seconds() - before) / seconds;
  const auto beat = static_cast<double>(after->answered - quiet->answered) / seconds;
  say(Figure{"fleet_idle_processor", 100 * share, "% of a processor",
             100 * beat * health_.processor_us / 1e6, "the same of as many GET /livez"}
          .with("interval_seconds", settings_.idle_interval_seconds)
          .with("beats_a_second", static_cast<std::uint64_t>(beat)));
  say(Figure{"fleet_memory", static_cast<double>(manager_->process().memory("VmRSS")) / megabyte,
             "MB", memory_before_ / megabyte, "before they joined"});
  return {};
}

Result<void> Site::measure() {
  if (const auto done = join(); !done) return done;
  if (const auto done = release(); !done) return done;
  if (const auto done = idle(); !done) return done;
  manager_->process().end(SIGTERM);
  return {};
}

}  // namespace

Result<void> fleet_site(Bench& bench) {
  const auto site = Site::start(bench);
  if (!site) return fail(site.error());
  return (*site)->measure();
}

}  // namespace bench
