// ledger-relay: a relay. It pulls what its group distributes, verifies it, and serves it to agents
// and to the relays below.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <iterator>

#include "tools/ledger-relay/daemon.h"
#include "tools/process.h"
#include "updates/local_file.h"

namespace {

constexpr std::size_t token_bytes_max = 4'096;

struct Settings {
  ledger_relay::Options daemon;
  std::string state;
  std::string listen = "0.0.0.0:8472";
  std::string token_file;
  std::string authority;
  std::string log_level = "info";
  int interval_seconds = 60;
  bool once = false;

  std::string bundle;
  std::string source;
  std::string trust_root;
  std::string since;
};

void add_options(CLI::App& app, Settings& settings) {
  auto& daemon = settings.daemon;
  app.add_option("--state", settings.state, "The directory of its state; made if it is missing")
      ->required();
  app.add_option("--manager", daemon.manager, "The manager's machine listener: https://host:port");
  app.add_option("--listen", settings.listen, "Address and port to serve at")
      ->capture_default_str();
  app.add_option("--url", daemon.url, "Where others reach it: https://host:port");
  app.add_option("--enrolment-token-file", settings.token_file,
                 "A file with the enrolment token; - is the standard input");
  app.add_option("--manager-ca", settings.authority,
                 "The certificate of the manager's authority, as a PEM file");
  app.add_option("--manager-fingerprint", daemon.fingerprint,
                 "Or its SHA-256, to trust the manager at first");
  app.add_option("--name", daemon.name, "The computer's name in the fleet");
  app.add_option("--platform", daemon.platform, "What it runs on")->capture_default_str();
  app.add_option("--interval", settings.interval_seconds, "Seconds between rounds")
      ->capture_default_str()
      ->check(CLI::Range(1, 86'400));
  app.add_flag("--plain-http", daemon.plain_http, "Serve without TLS: behind a proxy only");
  app.add_flag("--once", settings.once, "One round, then the end; 0 if all went well");
  app.add_option("--log-level", settings.log_level, "debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str();
}

CLI::App* add_import(CLI::App& app, Settings& settings) {
  auto* import = app.add_subcommand("import", "Feed a bundle to the relay of this state.");
  import->add_option("bundle", settings.bundle, "The bundle")->required();
  import->add_option("--source", settings.source, "The source that it is of")->required();
  import->add_option("--trust-root", settings.trust_root,
                     "SHA-256 of the source's root metadata, where no manager has said it");
  return import;
}

CLI::App* add_export(CLI::App& app, Settings& settings) {
  auto* made = app.add_subcommand("export", "Make a bundle of what the relay of this state has.");
  made->add_option("bundle", settings.bundle, "The file to write")->required();
  made->add_option("--source", settings.source, "The source that it is of")->required();
  made->add_option("--since", settings.since, "The bundle before: what it has is left out");
  return made;
}

bool take_address(Settings& settings) {
  const auto colon = settings.listen.rfind(':');
  if (colon == std::string::npos) return false;
  std::string address = settings.listen.substr(0, colon);
  if (address.size() > 1 && address.front() == '[' && address.back() == ']') {
    address = address.substr(1, address.size() - 2);
  }
  const std::string port = settings.listen.substr(colon + 1);
  if (address.empty() || port.empty() || port.size() > 5 ||
      port.find_first_not_of("0123456789") != std::string::npos || std::stoi(port) > 65'535) {
    return false;
  }
  settings.daemon.address = address;
  settings.daemon.port = static_cast<std::uint16_t>(std::stoi(port));
  return true;
}

bool take_token(Settings& settings) {
  if (settings.token_file.empty()) return true;
  std::string text;
  if (settings.token_file == "-") {
    std::getline(std::cin, text);
  } else {
    auto read = ledger::updates::read_local_file(settings.token_file, token_bytes_max);
    if (!read) {
      std::cerr << "ledger-relay: " << read.error().detail << '\n';
      return false;
    }
    text = std::move(*read);
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  settings.daemon.token = text;
  return true;
}

int tell(const ledger::Error& error) {
  std::cerr << "ledger-relay: " << error.detail << " (" << error.reason << ")\n";
  return EXIT_FAILURE;
}

int work_on_bundle(const Settings& settings, bool makes) {
  ledger_relay::BundleOptions options{makes, settings.state, settings.bundle, {settings.source},
                                      {},    settings.since};
  if (!settings.trust_root.empty()) {
    options.trust_root = ledger::domain::digest_from_hex(settings.trust_root);
    if (!options.trust_root) {
      std::cerr << "ledger-relay: --trust-root takes the 64 digits of a SHA-256.\n";
      return 2;
    }
  }
  const auto done = ledger_relay::work_on_bundle(options);
  if (!done) return tell(done.error());
  std::cout << *done << '\n';
  return EXIT_SUCCESS;
}

int run(const Settings& settings) {
  if (!process::raise_file_limit()) spdlog::warn("the limit on files stays as it is");
  const process::StopSignals signals;
  const process::StopBySignal stop(signals);
  const auto daemon = ledger_relay::Daemon::start(settings.daemon, stop.token());
  if (!daemon) return tell(daemon.error());
  if (settings.once) {
    const bool well = (*daemon)->run_once();
    (*daemon)->stop();
    return well ? EXIT_SUCCESS : EXIT_FAILURE;
  }
  std::cout << "serving at " << (*daemon)->url() << std::endl;
  (*daemon)->run();
  (*daemon)->stop();
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app{"A relay of Update Ledger: pulls, verifies and serves updates.", "ledger-relay"};
  app.set_version_flag("--version", LEDGER_VERSION);
  Settings settings;
  add_options(app, settings);
  const auto* importing = add_import(app, settings);
  const auto* exporting = add_export(app, settings);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::cerr << "ledger-relay: " << error.what() << "\nSee ledger-relay --help.\n";
    return 2;
  }
  spdlog::set_default_logger(spdlog::stderr_color_mt("ledger-relay"));
  spdlog::set_level(spdlog::level::from_str(settings.log_level));
  settings.daemon.state = settings.state;
  if (importing->parsed() || exporting->parsed()) {
    return work_on_bundle(settings, exporting->parsed());
  }
  if (!take_address(settings)) {
    std::cerr << "ledger-relay: --listen takes an address and a port, such as 0.0.0.0:8472.\n";
    return 2;
  }
  if (!take_token(settings)) return 2;
  settings.daemon.authority = settings.authority;
  settings.daemon.interval = std::chrono::seconds(settings.interval_seconds);
  return run(settings);
}
