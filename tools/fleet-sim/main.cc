// fleet-sim: simulated computers, up to a hundred thousand, that speak the real protocol to a real
// ledgerd over real sockets: for ./run, for ledger-bench, and for trying things out.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "ledger/store/durable_file.h"
#include "tools/fleet-sim/fleet.h"
#include "tools/process.h"

namespace {

constexpr std::size_t computers_max = 100'000;

struct Asked {
  fleet_sim::FleetOptions fleet;
  fleet_sim::Nature nature;
  std::string server;
  std::string token_file;
  std::string computers = "web:10,mail:8,database:7";
  std::string state;
  double interval = -1;
  double summary = 0;
  double installing_time = 0;
  std::uint64_t seed = 1;
};

// "web:10,mail:8": names web-01 to web-10, mail-01 to mail-08. Empty: not of this form.
std::vector<std::string> names_of(const std::string& computers) {
  std::vector<std::string> names;
  std::stringstream kinds(computers);
  for (std::string kind; std::getline(kinds, kind, ',');) {
    const auto colon = kind.find(':');
    if (colon == std::string::npos || colon == 0) return {};
    const int count = std::atoi(kind.c_str() + colon + 1);
    if (count < 1 || names.size() + static_cast<std::size_t>(count) > computers_max) return {};
    for (int i = 1; i <= count; ++i) {
      std::string number = std::to_string(i);
      if (number.size() < 2) number.insert(0, "0");
      names.push_back(kind.substr(0, colon) + "-" + number);
    }
  }
  return names;
}

ledger::domain::Duration duration_of(double seconds) {
  return {static_cast<std::int64_t>(seconds * 1e6)};
}

void add_options(CLI::App& app, Asked& asked) {
  const auto share = CLI::Range(0.0, 1.0);
  const auto seconds = CLI::Range(0.0, 86'400.0);
  app.add_option("--server", asked.server,
                 "Where ledgerd is; with --certificates, where it answers machines")
      ->required();
  app.add_option("--enrolment-token-file", asked.token_file, "A file with an enrolment token")
      ->required();
  app.add_option("--ca-file", asked.fleet.ca_file, "The certificate authority to trust");
  app.add_flag("--certificates", asked.nature.by_certificate,
               "Computers get certificates of their own instead of tokens");
  app.add_option("--computers", asked.computers, "Kinds and how many: web:10,mail:8")
      ->capture_default_str();
  app.add_option("--connections", asked.fleet.connections, "How many are open at most at a time")
      ->check(CLI::Range(1, 16'384))
      ->capture_default_str();
  app.add_flag("--close", asked.fleet.closes,
               "A connection for each beat, as agents have; with certificates it is always so");
  app.add_option(
         "--interval", asked.interval,
         "Seconds between heartbeats; 0: as fast as they can; otherwise as the manager says")
      ->check(seconds);
  app.add_option("--install-time", asked.installing_time, "Seconds that an installation takes")
      ->check(seconds)
      ->capture_default_str();
  app.add_option("--state", asked.state,
                 "A directory for what the computers remember; otherwise they join at each start");
  app.add_option("--failures", asked.nature.failures, "Of 1: how many installations fail")
      ->check(share)
      ->capture_default_str();
  app.add_option("--lost", asked.fleet.lost, "Of 1: how many heartbeats are not sent")
      ->check(share)
      ->capture_default_str();
  app.add_option("--silent", asked.fleet.silent, "Of 1: how many computers are heard once only")
      ->check(share)
      ->capture_default_str();
  app.add_option("--beats", asked.fleet.beats_max, "How many answered ones are enough; 0: go on")
      ->capture_default_str();
  app.add_option("--summary", asked.summary,
                 "Seconds between lines of what was done; 0: at the end")
      ->check(seconds)
      ->capture_default_str();
  app.add_option("--seed", asked.seed, "Of what looks random")->capture_default_str();
}

int refuse(const std::string& why) {
  std::cerr << "fleet-sim: " << why << '\n';
  return 2;
}

int run(Asked& asked) {
  auto manager = fleet_sim::manager_of(asked.server);
  if (!manager) return refuse(manager.error().detail);
  asked.fleet.manager = *std::move(manager);
  if (asked.nature.by_certificate && !asked.fleet.manager.tls) {
    return refuse("certificates are shown over https:// only.");
  }
  std::ifstream(asked.token_file) >> asked.nature.enrolment_token;
  if (asked.nature.enrolment_token.empty()) {
    return refuse("there is no token in " + asked.token_file + ".");
  }
  const auto names = names_of(asked.computers);
  if (names.empty()) {
    return refuse("--computers takes kinds and numbers, such as web:10,mail:8, and at most " +
                  std::to_string(computers_max) + " of all.");
  }
  asked.nature.random = ledger::Random(asked.seed);
  asked.nature.installing_time = duration_of(asked.installing_time);
  asked.nature.agent_version = LEDGER_VERSION;
  asked.nature.state = asked.state;
  if (asked.interval >= 0) asked.fleet.interval = duration_of(asked.interval);
  asked.fleet.summary_interval = duration_of(asked.summary);
  if (!asked.state.empty()) {
    const auto made = ledger::store::make_directory(asked.state);
    if (!made) return refuse(made.error().detail);
  }
  if (!process::raise_file_limit()) std::cerr << "fleet-sim: the limit on files stays.\n";
  std::cerr << "fleet-sim: " << names.size() << " computers report to " << asked.server
            << std::endl;
  const auto ran = fleet_sim::run(asked.fleet, asked.nature, names, std::cout, std::cerr);
  return ran ? EXIT_SUCCESS : refuse(ran.error().detail);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Simulated computers that speak the real protocol to a real ledgerd.", "fleet-sim"};
  Asked asked;
  add_options(app, asked);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EXIT_SUCCESS : 2;
  }
  return run(asked);
}
