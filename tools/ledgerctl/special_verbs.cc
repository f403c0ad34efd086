// Verbs that are more than one request.
#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "ledger/limits.h"
#include "tools/ledgerctl/config.h"
#include "tools/ledgerctl/offline.h"
#include "tools/ledgerctl/session.h"
#include "updates/local_file.h"

namespace ledgerctl {

using nlohmann::json;

namespace {

// A document, read whole; what is no file or larger than the server takes is not read at all.
ledger::Result<std::string, Failure> document_in(const std::string& path) {
  auto bytes = ledger::updates::read_local_file(path, ledger::limits::http_import_bytes_max);
  if (!bytes) return tl::unexpected(Failure{Exit::usage, bytes.error().detail, ""});
  return std::move(*bytes);
}

// Ctrl-C while something is followed: what runs on the server goes on, and we say how to follow it
// again. The second one ends us as ever.
std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may set it");

void heed_interrupts() {
  std::signal(SIGINT, [](int) {
    interrupted = true;
    std::signal(SIGINT, SIG_DFL);
  });
}

// "check_source downloading 4096 of 50000000 bytes, 1048576/s, rules/26-001.json"
void show_progress(const json& operation) {
  const auto progress = operation.value("progress", json::object());
  const auto number = [&](const char* name) { return progress.value(name, std::uint64_t{0}); };
  const auto text = [&](const char* name) { return progress.value(name, std::string()); };
  const std::string phase = text("phase");
  std::cerr << operation.value("kind", std::string("operation")) << ' '
            << (phase.empty() ? operation.value("state", std::string()) : phase);
  if (number("total") > 0) {
    std::cerr << ' ' << number("done") << " of " << number("total")
              << (text("unit").empty() ? "" : " ") << text("unit");
  }
  if (number("per_second") > 0) std::cerr << ", " << number("per_second") << "/s";
  if (!text("file").empty()) std::cerr << ", " << text("file");
  const auto next = progress.find("next_attempt_at");
  if (next != progress.end() && next->is_string()) {
    std::cerr << "; attempt " << number("attempt") << " at " << next->get<std::string>();
  }
  std::cerr << '\n';
}

constexpr std::chrono::milliseconds interval{200};

// Follows an operation until it has ended; its last form.
ledger::Result<json, Failure> ended(const Session& session, const std::string& name) {
  const Client client(session.server);
  json shown;
  heed_interrupts();
  while (true) {
    if (interrupted) {
      return tl::unexpected(Failure{Exit::interrupted,
                                    "It goes on without us. Follow it again: ledgerctl op watch " +
                                        name + "; end it: " + "ledgerctl op cancel " + name,
                                    ""});
    }
    const auto reply = client.ask({"GET", "/v1/operations/" + escaped(name), "", "", {}});
    if (!reply) return tl::unexpected(reply.error());
    json operation = json::parse(reply->body, nullptr, false);
    if (operation.value("done", false)) return operation;
    if (!session.quiet && operation.value("progress", json()) != shown) {
      shown = operation.value("progress", json());
      show_progress(operation);
    }
    std::this_thread::sleep_for(interval);
  }
}

// Starts an operation and follows it.
ledger::Result<json, Failure> operate(const Session& session, const std::string& path, json body) {
  if (!session.reason.empty()) body["reason"] = session.reason;
  if (!session.ticket.empty()) body["ticket"] = session.ticket;
  const auto reply =
      Client(session.server)
          .ask({"POST",
                path,
                body.dump(),
                "application/json",
                {{"Idempotency-Key", session.key.empty() ? new_key() : session.key}}});
  if (!reply) return tl::unexpected(reply.error());
  const json answer = json::parse(reply->body, nullptr, false);
  return ended(session, answer.value("operation", std::string()));
}

ledger::Result<std::string, Failure> result_in(const ledger::Result<json, Failure>& outcome) {
  if (!outcome) return tl::unexpected(outcome.error());
  if (outcome->value("state", std::string()) == "succeeded") return outcome->at("result").dump();
  return tl::unexpected(Failure{exit_of_operation(outcome->value("code", std::string())),
                                outcome->value("detail", std::string("It failed.")),
                                outcome->dump()});
}

Exit show_operation(const Session& session, const json& operation) {
  const bool failed = operation.value("state", std::string()) != "succeeded";
  const json result = operation.value("result", json());
  show_object(std::cout, result.is_object() ? result : operation, session.look);
  if (!failed) return Exit::ok;
  std::cerr << "ledgerctl: " << operation.value("detail", std::string("It failed.")) << '\n';
  return exit_of_operation(operation.value("code", std::string()));
}

}  // namespace

ledger::Result<std::string, Failure> result_of_operation(const Session& session,
                                                         const std::string& path,
                                                         const std::string& body) {
  return result_in(operate(session, path, json::parse(body, nullptr, false)));
}

ledger::Result<std::string, Failure> result_of_started(const Session& session,
                                                       const std::string& operation) {
  return result_in(ended(session, operation));
}

Exit import_updates(const Session& session, const std::vector<std::string>& files) {
  json outcomes = json::array();
  if (!session.key.empty() && files.size() > 1) {
    return complain(
        session, {Exit::usage, "An --idempotency-key is of one file; import them one by one.", ""});
  }
  for (const auto& file : files) {
    auto document = document_in(file);
    if (!document) return complain(session, document.error());
    std::string path = "/v1/rule-updates:import";
    char joint = '?';
    const auto add = [&](const char* name, const std::string& value) {
      if (value.empty()) return;
      path += joint + std::string(name) + "=" + escaped(value);
      joint = '&';
    };
    add("reason", session.reason);
    add("ticket", session.ticket);
    if (session.dry_run) add("validate_only", "true");
    const auto reply =
        Client(session.server)
            .ask({"POST",
                  path,
                  std::move(*document),
                  "application/json",
                  {{"Idempotency-Key", session.key.empty() ? new_key() : session.key}}});
    if (!reply) {
      Failure failure = reply.error();
      failure.message = file + ": " + failure.message;
      return complain(session, failure);
    }
    const json answer = json::parse(reply->body, nullptr, false);
    if (session.look.format != Format::table) {
      outcomes.push_back(answer);
      continue;
    }
    std::cout << file << ": " << (session.dry_run ? "would be imported" : "imported");
    if (answer.contains("update")) std::cout << " as " << plain(answer["update"]);
    if (answer.contains("rules")) std::cout << ", " << plain(answer["rules"]) << " rules";
    std::cout << '\n';
  }
  if (session.look.format != Format::table) show_rows(std::cout, outcomes, session.look);
  return Exit::ok;
}

Exit export_update(const Session& session, const std::string& update, const std::string& file) {
  const auto reply =
      Client(session.server)
          .ask({"GET", "/v1/rule-updates/" + escaped(update) + ":export", "", "", {}});
  if (!reply) return complain(session, reply.error());
  if (file.empty()) {
    std::cout << reply->body;
    return Exit::ok;
  }
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << reply->body;
  out.close();
  if (!out) return complain(session, {Exit::failed, "Cannot write " + file + ".", ""});
  if (!session.quiet) std::cerr << file << ": " << reply->body.size() << " bytes\n";
  return Exit::ok;
}

Exit watch_operation(const Session& session, const std::string& operation) {
  const auto outcome = ended(session, operation);
  if (!outcome) return complain(session, outcome.error());
  return show_operation(session, *outcome);
}

Exit watch_check(const Session& session, const std::string& check) {
  // What an event orders is begun a moment after the event.
  constexpr int asked_max = 25;
  const Client client(session.server);
  for (int asked = 0; asked < asked_max; ++asked) {
    const auto reply = client.ask({"GET", "/v1/operations/" + escaped(check), "", "", {}});
    if (reply || reply.error().exit != Exit::not_found) break;
    std::this_thread::sleep_for(interval);
  }
  return watch_operation(session, check);
}

Exit tail_events(const Session& session, const std::string& type) {
  std::string path = "/v1/events:stream";
  if (!type.empty()) path += "?type=" + escaped(type);
  std::string rest;
  Look look = session.look;
  const auto followed = Client(session.server).follow(path, [&](std::string_view piece) {
    rest += piece;
    for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
      const std::string text = rest.substr(0, end);
      rest.erase(0, end + 1);
      if (!text.starts_with("data:")) continue;
      const json event = json::parse(text.substr(5), nullptr, false);
      if (!event.is_object()) continue;
      if (session.look.format == Format::table) {
        std::cout << event.value("position", std::uint64_t{0}) << "  "
                  << event.value("recorded_at", std::string()) << "  "
                  << event.value("type", std::string()) << "  "
                  << event.value("stream", std::string()) << "  "
                  << event.value("reason", std::string()) << std::endl;
      } else if (look.format == Format::csv) {
        if (look.columns.empty()) look.columns = split_columns(std::string(event_columns));
        show_rows(std::cout, json::array({event}), look);
        look.headers = false;  // Above the first only.
        std::cout.flush();
      } else if (look.format == Format::yaml) {
        std::cout << "---\n";
        show_object(std::cout, event, look);
        std::cout.flush();
      } else {
        std::cout << event.dump() << std::endl;
      }
    }
    return static_cast<bool>(std::cout);
  });
  if (!followed) return complain(session, followed.error());
  return Exit::ok;
}

Exit verify_log(const Session& session) {
  const auto outcome = operate(session, "/v1/log:verify", json::object());
  if (!outcome) return complain(session, outcome.error());
  const json report = outcome->value("result", json::object());
  if (outcome->value("state", std::string()) == "succeeded" &&
      session.look.format == Format::table) {
    tell_verification(report);
  } else if (const Exit shown = show_operation(session, *outcome); shown != Exit::ok) {
    return shown;
  }
  return report.value("sound", false) ? Exit::ok : Exit::not_verified;
}

Exit rotate_log_key(const Session& session) {
  const auto outcome = operate(session, "/v1/log:rotateKey", json::object());
  if (!outcome) return complain(session, outcome.error());
  return show_operation(session, *outcome);
}

Exit create_backup(const Session& session, const std::string& name) {
  const auto outcome = operate(session, "/v1/log:backup", {{"name", name}});
  if (!outcome) return complain(session, outcome.error());
  return show_operation(session, *outcome);
}

}  // namespace ledgerctl
