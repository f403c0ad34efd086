// ledger-bench: what the ledger does in a second, beside what the machine could. It measures real
// parts on a real disk, and the real ledgerd.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "tools/bench/benches.h"
#include "tools/process.h"

namespace {

using bench::Bench;
using bench::Settings;
namespace fs = std::filesystem;

struct Named {
  const char* name;
  ledger::Result<void> (*measure)(Bench&);
};

// In the order they run: the last one takes the fleet away from the others.
constexpr Named all_benches[] = {
    {"append_1", bench::append_1},
    {"append_64", bench::append_64},
    {"http_append", bench::http_append},
    {"http_get", bench::http_get},
    {"fleet_beats", bench::fleet_beats},
    {"fleet_site", bench::fleet_site},
    {"tuf_client", bench::tuf_client},
    {"verify", bench::verify},
    {"rebuild", bench::rebuild},
    {"projector", bench::projector},
    {"what_if", bench::what_if},
    {"bytes_per_event", bench::bytes_per_event},
    {"as_of", bench::as_of},
    {"overview", bench::overview},
    {"lists", bench::lists},
    {"bisect", bench::bisect},
    {"blame", bench::blame},
    {"diff", bench::diff},
    {"proof", bench::proof},
    {"evidence", bench::evidence},
    {"reports", bench::reports},
    {"sealed", bench::sealed},
    {"patterns", bench::patterns},
    {"memory", bench::memory},
    {"restart", bench::restart},
};

std::string known_names() {
  std::string names;
  for (const auto& each : all_benches) names += std::string(each.name) + " ";
  return names + "or all";
}

struct Asked {
  Settings settings;
  std::vector<std::string> names;
  std::string output = "table";
  std::string parent = fs::temp_directory_path();
  std::string ledgerd = fs::read_symlink("/proc/self/exe").parent_path() / "ledgerd";
  bool small = false;

  bool is_asked(const std::string& name) const {
    return std::any_of(names.begin(), names.end(),
                       [&](const auto& each) { return each == name || each == "all"; });
  }
};

void add_options(CLI::App& app, Asked& asked) {
  app.add_option("names", asked.names, known_names())->required();
  app.add_option("-o,--output", asked.output, "table or json")
      ->capture_default_str()
      ->check(CLI::IsMember({"table", "json"}));
  app.add_option("--events", asked.settings.events, "Events of the smaller ledger")
      ->capture_default_str();
  app.add_option("--computers", asked.settings.computers, "Computers of the smaller ledger")
      ->capture_default_str();
  app.add_option("--fleet-events", asked.settings.fleet_events, "Events of the large fleet")
      ->capture_default_str();
  app.add_option("--fleet", asked.settings.fleet, "Computers of the large fleet")
      ->capture_default_str();
  app.add_option("--requests", asked.settings.requests, "Requests over HTTP of each kind")
      ->capture_default_str();
  app.add_option("--site", asked.settings.site, "Computers of the site that beats in its time")
      ->capture_default_str();
  app.add_option("--polling", asked.settings.polling_seconds, "Seconds between its heartbeats")
      ->capture_default_str();
  app.add_option("--beats", asked.settings.beats, "Heartbeats as fast as they can")
      ->capture_default_str();
  app.add_option("--directory", asked.parent, "Where ledgers are made, and removed afterwards")
      ->capture_default_str();
  app.add_option("--ledgerd", asked.ledgerd, "The program that is asked over HTTP")
      ->capture_default_str();
  app.add_flag("--small", asked.small, "So little that it only shows that all of it runs");
}

void make_small(Settings& settings) {
  settings.computers = 200;
  settings.events = 2'000;
  settings.fleet = 1'000;
  settings.fleet_events = 4'000;
  settings.requests = 1'000;
  settings.idle_connections = 100;
  settings.synced_writes = 50;
  settings.questions = 500;
  settings.beating = 20;
  settings.beats = 100;
  settings.site = 100;
  settings.polling_seconds = 1;
  settings.idle_interval_seconds = 1;
  settings.idle_seconds = 1;
  settings.target_bytes = 1'000'000;
}

int run(const Asked& asked) {
  const auto form = asked.output == "json" ? bench::Form::json : bench::Form::table;
  Bench bench(asked.settings,
              [&](const bench::Figure& figure) { bench::print(std::cout, figure, form); });
  int status = EXIT_SUCCESS;
  for (const auto& [name, measure] : all_benches) {
    if (!asked.is_asked(name)) continue;
    const auto measured = measure(bench);
    if (measured) continue;
    std::cerr << "ledger-bench: " << name << ": " << measured.error().detail << '\n';
    status = EXIT_FAILURE;
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"What the ledger does in a second, beside what the machine could.", "ledger-bench"};
  Asked asked;
  add_options(app, asked);
  CLI11_PARSE(app, argc, argv);
  for (const auto& name : asked.names) {
    const bool known =
        name == "all" || std::any_of(std::begin(all_benches), std::end(all_benches),
                                     [&](const Named& each) { return each.name == name; });
    if (known) continue;
    std::cerr << "ledger-bench: there is no bench \"" << name << "\"; there are " << known_names()
              << ".\n";
    return 2;
  }
  if (asked.small) make_small(asked.settings);
  std::string folder = (fs::path(asked.parent) / "ledger-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) {
    std::cerr << "ledger-bench: cannot make a directory in " << asked.parent << ".\n";
    return EXIT_FAILURE;
  }
  asked.settings.directory = folder;
  asked.settings.ledgerd = asked.ledgerd;
  // Ten thousand connections are as many files.
  if (!process::raise_file_limit()) std::cerr << "ledger-bench: the limit on files stays.\n";
  std::signal(SIGPIPE, SIG_IGN);
  const int status = run(asked);
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  return status;
}
