// ledger-agent: keeps the patterns and rules of a computer as they were decided.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <iostream>

#include "ledger/domain/fields.h"
#include "tools/ledger-agent/daemon.h"
#include "tools/process.h"

namespace {

namespace domain = ledger::domain;

struct Texts {
  std::string computer;
  std::string platform = "linux";
  std::vector<std::string> modules;
  std::vector<std::string> components;
  std::string hook;
  int hook_seconds = 60;
  int retry_seconds = 30;
  std::string log_level = "info";
};

// This machine's own name, as far as it may be the name of a computer.
std::string own_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  std::string text(name.data());
  text = text.substr(0, text.find('.'));
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

void add_options(CLI::App& app, ledger_agent::Options& options, Texts& texts) {
  const auto named = [](const std::string& path) {
    return path.empty() ? std::string("give the path of a directory") : std::string();
  };
  app.add_option("--manager", options.manager, "https://host:port of the manager's machine port")
      ->required();
  app.add_option("--state", options.state, "What only the agent reads; made if it is missing")
      ->required()
      ->check(named);
  app.add_option("--install", options.install,
                 "Where <install>/patterns/current and <install>/rules/current go")
      ->required()
      ->check(named);
  app.add_option("--enrolment-token-file", options.enrolment_token_file,
                 "A token to join the fleet by; - is the standard input");
  app.add_option("--manager-ca", options.manager_ca, "PEM file of the manager's authority");
  app.add_option("--manager-fingerprint", options.manager_fingerprint,
                 "SHA-256 of the manager's authority, instead");
  app.add_option("--computer", texts.computer, "The computer's id (default: the host's name)");
  app.add_option("--name", options.name, "What people call it (default: its id)");
  app.add_option("--platform", texts.platform, "The computer's platform")->capture_default_str();
  app.add_option("--module", texts.modules, "A module that it has; several (default: all)");
  app.add_option("--label", options.labels, "A label; several");
  app.add_option("--component", texts.components,
                 "A component that it takes; several (default: all that is expected)");
  app.add_option("--keep", options.keep, "Versions before the one in effect that stay")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000));
  app.add_option("--hook", texts.hook,
                 "A command to run after a change, without a shell: 'clamdscan --reload'");
  app.add_option("--hook-timeout", texts.hook_seconds, "Seconds that it may take")
      ->capture_default_str()
      ->check(CLI::Range(1, 86'400));
  app.add_option("--retry", texts.retry_seconds,
                 "Seconds between tries, at most, while the manager does not answer")
      ->capture_default_str()
      ->check(CLI::Range(1, 86'400));
  app.add_flag("--once", options.once, "One round, then exit: 0 if the manager was heard");
  app.add_option("--log-level", texts.log_level, "debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str();
}

// Why the texts do not say what they should; empty: they do.
std::string take(const Texts& texts, ledger_agent::Options& options) {
  options.computer.value = texts.computer.empty() ? own_name() : texts.computer;
  if (!domain::is_name(options.computer.value)) {
    return "--computer takes 1 to 63 of a-z, 0-9, '.', '_' and '-'";
  }
  options.platform.value = texts.platform;
  if (!domain::is_name(texts.platform)) return "--platform takes a name such as linux";
  for (const auto& each : texts.modules) {
    const auto module = domain::enum_from<domain::Module>(each);
    if (!module)
      return "--module takes anti_malware, firewall, intrusion_prevention, "
             "integrity_monitoring or log_inspection";
    options.modules.push_back(*module);
  }
  if (texts.modules.empty()) {
    for (const auto name : enum_names(domain::Module{})) {
      options.modules.push_back(*domain::enum_from<domain::Module>(name));
    }
  }
  for (const auto& each : texts.components) options.components.push_back({each});
  options.hook = ledger::updates::agent::command_words(texts.hook);
  options.hook_timeout = std::chrono::seconds(texts.hook_seconds);
  options.retry = std::chrono::seconds(texts.retry_seconds);
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Update Ledger's agent: keeps the patterns and rules of a computer as decided.",
               "ledger-agent"};
  app.set_version_flag("--version", LEDGER_VERSION);
  ledger_agent::Options options;
  Texts texts;
  add_options(app, options, texts);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::cerr << "ledger-agent: " << error.what() << "\nSee ledger-agent --help.\n";
    return 2;
  }
  if (const auto problem = take(texts, options); !problem.empty()) {
    std::cerr << "ledger-agent: " << problem << ".\n";
    return 2;
  }
  const process::StopSignals signals;
  const process::StopBySignal stop(signals);
  spdlog::set_default_logger(spdlog::stderr_color_mt("ledger-agent"));
  spdlog::set_level(spdlog::level::from_str(texts.log_level));
  return ledger_agent::run(options, stop);
}
