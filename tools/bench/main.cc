// ledger-bench: what the ledger does in a second, beside what the machine could. It measures real
// parts on a real disk.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "ledger/random.h"
#include "projections/overview_query.h"
#include "projections/view_store.h"
#include "replay/rebuild.h"
#include "replay/verify.h"
#include "tools/bench/bench_ledger.h"
#include "tools/bench/figure.h"
#include "tools/bench/raw.h"

namespace {

using bench::BenchLedger;
using bench::Figure;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t record_bytes = 448;  // Of a report such as these.

struct Bench {
  fs::path directory;
  std::uint64_t events = 200'000;
  std::uint64_t computers = 10'000;
  bench::Form form = bench::Form::table;
  std::unique_ptr<BenchLedger> ledger;

  void say(Figure figure) const {
    figure.parameters.emplace_back("computers", std::to_string(computers));
    bench::print(std::cout, figure, form);
  }
};

double at_percent(const std::vector<double>& sorted, double percent) {
  if (sorted.empty()) return 0;
  const auto index = static_cast<std::size_t>(static_cast<double>(sorted.size()) * percent / 100);
  return sorted[std::min(index, sorted.size() - 1)];
}

bool append(Bench& bench, const std::string& name, std::uint64_t count, std::size_t outstanding) {
  const double raw = bench::synced_writes_per_second(bench.directory, record_bytes, 2'000);
  const auto appended = bench.ledger->append(count, outstanding);
  if (!appended) {
    std::cerr << "ledger-bench: " << appended.error().detail << '\n';
    return false;
  }
  bench.say({name,
             {{"events", std::to_string(count)}},
             appended->events_per_second,
             "events/s",
             raw,
             "synced writes/s of as many bytes"});
  bench.say({name + "_p50", {}, at_percent(appended->microseconds, 50), "us", 0, ""});
  bench.say({name + "_p99", {}, at_percent(appended->microseconds, 99), "us", 0, ""});
  return true;
}

bool append_1(Bench& bench) {
  return append(bench, "append_1", std::min<std::uint64_t>(bench.events / 20, 10'000), 1);
}
bool append_64(Bench& bench) { return append(bench, "append_64", bench.events, 64); }

bool verify(Bench& bench) {
  const auto& log = bench.ledger->log();
  const double raw = bench::records_read_per_second(log);
  const auto report = replay::verify(log, {});
  bench.say({"verify",
             {{"events", std::to_string(report.size.value)}},
             static_cast<double>(report.size.value) / report.seconds,
             "events/s",
             raw,
             "records/s of the cursor alone"});
  replay::VerifyOptions record_only;
  record_only.views = false;
  record_only.receipts = false;
  const auto quick = replay::verify(log, record_only);
  bench.say({"verify_record_only",
             {{"events", std::to_string(quick.size.value)}},
             static_cast<double>(quick.size.value) / quick.seconds,
             "events/s",
             raw,
             "records/s of the cursor alone"});
  return report.is_sound();
}

bool rebuild(Bench& bench) {
  const double raw = bench::records_read_per_second(bench.ledger->log());
  const auto report = replay::rebuild(bench.ledger->log(), {bench.directory / "views", {}});
  if (!report) {
    std::cerr << "ledger-bench: " << report.error().detail << '\n';
    return false;
  }
  bench.say({"rebuild",
             {{"events", std::to_string(report->size.value)}},
             static_cast<double>(report->size.value) / (report->seconds + report->order_seconds),
             "events/s",
             raw,
             "records/s of the cursor alone"});
  return true;
}

// Microseconds of each of `count` calls, sorted.
std::vector<double> timed(std::uint64_t count, const std::function<void(std::uint64_t)>& call) {
  std::vector<double> microseconds;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto began = Clock::now();
    call(i);
    microseconds.push_back(std::chrono::duration<double, std::micro>(Clock::now() - began).count());
  }
  std::sort(microseconds.begin(), microseconds.end());
  return microseconds;
}

bool as_of(Bench& bench) {
  if (!fs::exists(bench.directory / "views") && !rebuild(bench)) return false;
  projections::ViewStore::Options options;
  options.directory = bench.directory / "views";
  const auto views = projections::ViewStore::open(options);
  if (!views) {
    std::cerr << "ledger-bench: " << views.error().detail << '\n';
    return false;
  }
  const ledger::Random random(1);
  const std::uint64_t size = (*views)->size().value;
  for (const auto& [name, share] : {std::pair{"near", 1.0}, std::pair{"far", 0.6}}) {
    const ledger::domain::Position at{
        static_cast<std::uint64_t>(static_cast<double>(size - 1) * share)};
    const auto snapshot = (*views)->as_of(at);
    const auto points = timed(20'000, [&](std::uint64_t i) {
      const auto which = random.value("bench", "as_of", i) % bench.computers;
      static_cast<void>(
          snapshot->get(projections::View::computers, "computer-" + std::to_string(which))
              .has_value());
    });
    bench.say(
        {std::string("as_of_point_") + name + "_p99", {}, at_percent(points, 99), "us", 0, ""});
    const auto overviews = timed(200, [&](std::uint64_t) {
      static_cast<void>(projections::overview_at(*snapshot).has_value());
    });
    bench.say(
        {std::string("overview_") + name + "_p99", {}, at_percent(overviews, 99), "us", 0, ""});
  }
  return true;
}

bool bytes_per_event(Bench& bench) {
  const auto size = bench.ledger->log().head().size.value;
  bench.say(
      {"bytes_per_event",
       {{"events", std::to_string(size)}},
       static_cast<double>(bench::bytes_below(bench.directory / "log")) / static_cast<double>(size),
       "bytes",
       static_cast<double>(record_bytes),
       "bytes of a record as encoded"});
  return true;
}

const std::vector<std::pair<std::string, bool (*)(Bench&)>> all_benches = {
    {"append_1", append_1}, {"append_64", append_64}, {"verify", verify},
    {"rebuild", rebuild},   {"as_of", as_of},         {"bytes_per_event", bytes_per_event}};

int run(Bench& bench, const std::vector<std::string>& names) {
  auto made = BenchLedger::make(bench.directory, bench.computers);
  if (!made) {
    std::cerr << "ledger-bench: " << made.error().detail << '\n';
    return EXIT_FAILURE;
  }
  bench.ledger = std::move(*made);
  bool good = true;
  for (const auto& [name, measure] : all_benches) {
    const bool asked = std::find(names.begin(), names.end(), name) != names.end();
    if (asked || names.front() == "all") good = measure(bench) && good;
  }
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"What the ledger does in a second, beside what the machine could.", "ledger-bench"};
  Bench bench;
  std::vector<std::string> names;
  std::string output = "table";
  std::string parent = fs::temp_directory_path();
  bool small = false;
  app.add_option("names", names, "append_1 append_64 verify rebuild as_of bytes_per_event, or all")
      ->required();
  app.add_option("-o,--output", output, "table or json")->capture_default_str();
  app.add_option("--events", bench.events, "Events to append")->capture_default_str();
  app.add_option("--computers", bench.computers, "Computers that report")->capture_default_str();
  app.add_option("--directory", parent, "Where the ledger is made, and removed afterwards")
      ->capture_default_str();
  app.add_flag("--small", small, "So little that it only shows that all of it runs");
  CLI11_PARSE(app, argc, argv);
  for (const auto& name : names) {
    const bool known = name == "all" || std::any_of(all_benches.begin(), all_benches.end(),
                                                    [&](const auto& b) { return b.first == name; });
    if (known) continue;
    std::cerr << "ledger-bench: there is no bench \"" << name << "\"; see ledger-bench --help.\n";
    return 2;
  }
  if (small) {
    bench.events = 2'000;
    bench.computers = 100;
  }
  bench.form = output == "json" ? bench::Form::json : bench::Form::table;
  std::string folder = (fs::path(parent) / "ledger-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) {
    std::cerr << "ledger-bench: cannot make a directory in " << parent << ".\n";
    return EXIT_FAILURE;
  }
  bench.directory = folder;
  const int status = run(bench, names);
  bench.ledger.reset();
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  return status;
}
