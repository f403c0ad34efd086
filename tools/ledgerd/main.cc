// ledgerd: the manager. It owns one data directory, decides, records, and answers over HTTP.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

#include "ledger/merkle/checkpoint.h"
#include "tools/ledgerd/daemon.h"
#include "tools/process.h"

namespace {

constexpr int exit_fatal = 70;  // The disk failed: start again, and look at it.

struct Settings {
  ledgerd::Options daemon;
  std::string data;
  std::string listen = "127.0.0.1:8470";
  std::string machines;
  std::string log_level = "info";
  int tick_milliseconds = 1000;
  bool no_rate_limit = false;
};

void add_options(CLI::App& app, Settings& settings) {
  app.add_option("--data", settings.data, "The data directory; made if it is missing")
      ->required()
      ->check([](const std::string& path) {
        return path.empty() ? std::string("give the path of a directory") : std::string();
      });
  app.add_option("--listen", settings.listen,
                 "Address and port; TLS everywhere but on this machine's own addresses")
      ->capture_default_str();
  app.add_option("--machines", settings.machines,
                 "Address and port where agents and relays are answered, over TLS by certificate");
  app.add_option("--name", settings.daemon.name, "The log's name in its signed heads")
      ->check([](const std::string& name) {
        return ledger::merkle::is_origin(name)
                   ? std::string()
                   : std::string("give a name without spaces, line breaks or '+'");
      })
      ->capture_default_str();
  app.add_option("--host-name", settings.daemon.host_names,
                 "A name by which others reach this machine, for its certificate; several");
  app.add_option("--timestamp-authority", settings.daemon.timestamp_authority,
                 "URL of an RFC 3161 authority, for evidence that is to have its time")
      ->check([](const std::string& url) {
        const bool is_url = url.starts_with("http://") || url.starts_with("https://");
        return is_url ? std::string() : "give an http:// or https:// address";
      });
  app.add_option("--witnesses", settings.daemon.witnesses,
                 "File that names who is to cosign the log's heads: lines witness NAME KEY URL, "
                 "group NAME any|all|N MEMBER..., quorum NAME");
  app.add_flag("--plain-http", settings.daemon.plain_http,
               "No TLS, though others than this machine can ask: behind a proxy only");
  app.add_flag("--no-rate-limit", settings.no_rate_limit, "Answer one caller as fast as it asks");
  app.add_option("--tick", settings.tick_milliseconds, "Milliseconds between looks at the clock")
      ->check(CLI::Range(1, 60'000))
      ->capture_default_str();
  app.add_option("--download-rate", settings.daemon.download_bytes_per_second,
                 "Bytes a second that downloads from sources may take, together; 0: no bound")
      ->check([](const std::string& rate) {
        constexpr std::uint64_t least = 65'536;  // Slower ones would be given up as too slow.
        const bool fits =
            rate == "0" || (rate.size() < 16 && std::strtoull(rate.c_str(), nullptr, 10) >= least);
        return fits ? std::string() : "give 0, or at least 65536";
      })
      ->capture_default_str();
  app.add_option("--log-level", settings.log_level, "debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str();
}

// "[::1]:8470" or "127.0.0.1:8470".
bool take_address(const std::string& text, std::string& into, std::uint16_t& into_port) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return false;
  std::string address = text.substr(0, colon);
  if (address.size() > 1 && address.front() == '[' && address.back() == ']') {
    address = address.substr(1, address.size() - 2);
  }
  const std::string port = text.substr(colon + 1);
  if (address.empty() || port.empty() || port.size() > 5 ||
      port.find_first_not_of("0123456789") != std::string::npos || std::stoi(port) > 65'535) {
    return false;
  }
  into = address;
  into_port = static_cast<std::uint16_t>(std::stoi(port));
  return true;
}

void tell(const ledgerd::Daemon& daemon, const Settings& settings) {
  std::cout << "listening on " << daemon.url() << std::endl;
  if (!daemon.machines_url().empty()) {
    std::cout << "machines are answered on " << daemon.machines_url() << std::endl;
  }
  if (daemon.made_admin_token()) {
    std::cout << "the first administrator's token is in " << settings.data << "/admin-token"
              << std::endl;
  }
  if (!daemon.certificate_fingerprint().empty()) {
    std::cout << "certificate authority " << settings.data << "/tls/ca.crt, fingerprint "
              << daemon.certificate_fingerprint() << std::endl;
  }
}

int run(const Settings& settings) {
  // Ten thousand connections need as many files.
  if (!process::raise_file_limit()) spdlog::warn("the limit on files stays as it is");
  const process::StopSignals signals;
  const auto daemon = ledgerd::Daemon::start(settings.daemon, [](const std::string& why) {
    spdlog::critical("{}", why);
    spdlog::shutdown();
    _exit(exit_fatal);
  });
  if (!daemon) {
    std::cerr << "ledgerd: " << daemon.error().detail << " (" << daemon.error().reason << ")\n";
    return EXIT_FAILURE;
  }
  tell(**daemon, settings);
  (*daemon)->stop(signals.wait() == SIGTERM ? "SIGTERM" : "SIGINT");
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Update Ledger's manager: decides, records, and answers over HTTP.", "ledgerd"};
  app.set_version_flag("--version", LEDGER_VERSION);
  Settings settings;
  add_options(app, settings);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::cerr << "ledgerd: " << error.what() << "\nSee ledgerd --help.\n";
    return 2;
  }
  auto& options = settings.daemon;
  const bool good =
      take_address(settings.listen, options.address, options.port) &&
      (settings.machines.empty() ||
       take_address(settings.machines, options.machines_address, options.machines_port));
  if (!good) {
    std::cerr << "ledgerd: --listen and --machines take an address and a port, such as "
                 "127.0.0.1:8470.\n";
    return 2;
  }
  settings.daemon.data = settings.data;
  settings.daemon.rate_limited = !settings.no_rate_limit;
  settings.daemon.tick = std::chrono::milliseconds(settings.tick_milliseconds);
  spdlog::set_default_logger(spdlog::stderr_color_mt("ledgerd"));
  spdlog::set_level(spdlog::level::from_str(settings.log_level));
  return run(settings);
}
