// fleet-sim: simulated computers that speak the real HTTP API, for ./run and for trying things out.
#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "tools/fleet-sim/computer.h"
#include "tools/process.h"

namespace {

using fleet_sim::Computer;

struct Asked {
  fleet_sim::Settings settings;
  std::string token_file;
  std::string computers = "web:10,mail:8,database:7";
  double interval = 10;
  std::uint64_t seed = 1;
  std::size_t threads = 4;
};

// "web:10,mail:8": names web-01 to web-10, mail-01 to mail-08. Empty: not of this form.
std::vector<std::string> names_of(const std::string& computers) {
  std::vector<std::string> names;
  std::stringstream kinds(computers);
  for (std::string kind; std::getline(kinds, kind, ',');) {
    const auto colon = kind.find(':');
    if (colon == std::string::npos || colon == 0) return {};
    const int count = std::atoi(kind.c_str() + colon + 1);
    if (count < 1 || count > 100'000) return {};
    for (int i = 1; i <= count; ++i) {
      std::string number = std::to_string(i);
      if (number.size() < 2) number.insert(0, "0");
      names.push_back(kind.substr(0, colon) + "-" + number);
    }
  }
  return names;
}

// Beats all computers of one thread again and again; says what goes wrong when it is something new.
void run(std::vector<std::unique_ptr<Computer>>& computers, double interval,
         const std::stop_token& stop, std::mutex& saying) {
  std::map<std::string, std::string> said;
  std::mutex mutex;
  std::condition_variable_any waiting;
  while (!stop.stop_requested()) {
    for (auto& computer : computers) {
      if (stop.stop_requested()) return;
      const auto beaten = computer->beat();
      const std::string now = beaten ? "" : beaten.error().detail;
      if (said[computer->name()] == now) continue;
      said[computer->name()] = now;
      const std::lock_guard lock(saying);
      std::cerr << computer->name() << ": " << (now.empty() ? "all is well again." : now) << '\n';
    }
    std::unique_lock lock(mutex);
    waiting.wait_for(lock, stop, std::chrono::duration<double>(interval), [] { return false; });
  }
}

int simulate(const Asked& asked, const std::vector<std::string>& names) {
  std::filesystem::create_directories(asked.settings.state);
  const process::StopSignals signals;
  const ledger::Random random(asked.seed);
  std::vector<std::vector<std::unique_ptr<Computer>>> shares(asked.threads);
  for (std::size_t i = 0; i < names.size(); ++i) {
    shares[i % asked.threads].push_back(
        std::make_unique<Computer>(names[i], asked.settings, random));
  }
  std::cout << names.size() << " computers report to " << asked.settings.server << " every "
            << asked.interval << " seconds" << std::endl;
  std::mutex saying;
  std::vector<std::jthread> threads;
  for (auto& share : shares) {
    threads.emplace_back([&share, &asked, &saying](const std::stop_token& stop) {
      run(share, asked.interval, stop, saying);
    });
  }
  signals.wait();
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Simulated computers that speak the real HTTP API.", "fleet-sim"};
  Asked asked;
  std::string state = "fleet-sim-state";
  app.add_option("--server", asked.settings.server, "Where ledgerd is")->required();
  app.add_option("--enrolment-token-file", asked.token_file, "A file with an enrolment token")
      ->required();
  app.add_option("--ca-file", asked.settings.ca_file, "The certificate authority to trust");
  app.add_option("--computers", asked.computers, "Kinds and how many: web:10,mail:8")
      ->capture_default_str();
  app.add_option("--interval", asked.interval, "Seconds between heartbeats")->capture_default_str();
  app.add_option("--state", state, "A directory for what the computers remember")
      ->capture_default_str();
  app.add_option("--failures", asked.settings.failures, "Of 1: how many installations fail")
      ->capture_default_str();
  app.add_option("--seed", asked.seed, "Of what looks random")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  asked.settings.state = state;
  std::ifstream(asked.token_file) >> asked.settings.enrolment_token;
  if (asked.settings.enrolment_token.empty()) {
    std::cerr << "fleet-sim: there is no token in " << asked.token_file << ".\n";
    return 2;
  }
  const auto names = names_of(asked.computers);
  if (names.empty()) {
    std::cerr << "fleet-sim: --computers takes kinds and numbers, such as web:10,mail:8.\n";
    return 2;
  }
  return simulate(asked, names);
}
