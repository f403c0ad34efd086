// The command line while it is made: what the verbs are added to, and what stood on it.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tools/ledgerctl/session.h"
#include "tools/ledgerctl/verbs.h"

namespace ledgerctl {

struct CommandLine {
  explicit CommandLine(CLI::App& root) : app(root) {}

  CLI::App& app;
  Session session;
  std::string format = "table";
  std::string columns;
  bool no_headers = false;
  Exit exit = Exit::ok;
  std::vector<std::unique_ptr<Given>> givens;
  std::set<const CLI::App*> one_request;   // Verbs that --explain can show.
  std::set<const CLI::App*> can_be_tried;  // Verbs that know --dry-run.
  std::map<std::string, CLI::App*> nouns_made;

  CLI::App* noun(const std::string& name) {
    auto& known = nouns_made[name];
    if (known != nullptr) return known;
    std::string help;
    for (const auto& each : nouns()) {
      if (each.name == name) help = each.help;
    }
    known = app.add_subcommand(name, help);
    known->fallthrough();
    return known;
  }

  CLI::App* verb(const std::string& noun_name, const std::string& name, const std::string& help) {
    auto* made = noun(noun_name)->add_subcommand(name, help);
    made->fallthrough();
    return made;
  }
};

// Verbs about folding the record again: replay, what-if, debug.
void add_folding_verbs(CommandLine& line);
// "report coverage" and its like; they are given as html too, as nothing else is.
void add_report_verbs(CommandLine& line);

}  // namespace ledgerctl
