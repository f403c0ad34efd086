// ledger-witness: cosigns the heads of logs, each of which continues the one before.
#include <httplib.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <thread>

#include "tools/ledger-witness/witness.h"
#include "tools/process.h"

namespace {

constexpr std::size_t request_bytes_max = 131'072;
constexpr std::size_t threads = 4;
constexpr int read_seconds = 5;

struct Settings {
  std::string data;
  std::string listen = "127.0.0.1";
  int port = 8471;
  std::string name;
  std::vector<std::string> logs;
};

std::uint64_t now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(since).count());
}

int complain(const std::string& why) {
  std::cerr << "ledger-witness: " << why << '\n';
  return EXIT_FAILURE;
}

void serve(httplib::Server& server, ledger_witness::Witness& witness) {
  server.new_task_queue = [] { return new httplib::ThreadPool(threads); };
  server.set_payload_max_length(request_bytes_max);
  server.set_read_timeout(read_seconds, 0);
  server.Post("/add-checkpoint", [&](const httplib::Request& request, httplib::Response& reply) {
    auto answer = witness.add_checkpoint(request.body);
    reply.status = answer.status;
    reply.set_content(std::move(answer.body), answer.content_type.c_str());
  });
}

int run(const Settings& settings) {
  ledger_witness::Witness::Options options{settings.data, settings.name, {}, now};
  for (const auto& text : settings.logs) {
    auto key = ledger::merkle::verifier_key_from(text);
    if (!key) return complain(key.error().detail);
    options.logs.push_back(*std::move(key));
  }
  auto witness = ledger_witness::Witness::open(std::move(options));
  if (!witness) return complain(witness.error().detail);
  const process::StopSignals signals;
  httplib::Server server;
  serve(server, *witness);
  const int port = settings.port == 0 ? server.bind_to_any_port(settings.listen.c_str())
                   : server.bind_to_port(settings.listen.c_str(), settings.port) ? settings.port
                                                                                 : -1;
  if (port < 0) return complain("it cannot listen on " + settings.listen + ".");
  std::cout << "listening on http://" << settings.listen << ":" << port << std::endl;
  std::cout << "key " << text(witness->key()) << std::endl;
  std::thread answering([&] { server.listen_after_bind(); });
  signals.wait();
  server.stop();
  answering.join();
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Cosigns the heads of logs that only ever grow.", "ledger-witness"};
  app.set_version_flag("--version", LEDGER_VERSION);
  Settings settings;
  app.add_option("--data", settings.data, "Where its key and the heads are kept")->required();
  app.add_option("--name", settings.name, "Its name in cosignatures")->required();
  app.add_option("--log", settings.logs, "The key of a log, name+id+key; several")->required();
  app.add_option("--listen", settings.listen, "The address")->capture_default_str();
  app.add_option("--port", settings.port, "The port; 0: any")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return run(settings);
}
