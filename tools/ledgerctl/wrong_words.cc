#include "tools/ledgerctl/wrong_words.h"

#include <CLI/CLI.hpp>
#include <vector>

#include "tools/ledgerctl/nearest.h"

namespace ledgerctl {

std::string explain_extras(const CLI::App& app, const std::string& message) {
  const auto word = message.substr(message.rfind(' ') + 1);
  std::vector<std::string> known;
  const CLI::App* at = &app;
  while (at != nullptr) {
    for (const auto* each : at->get_subcommands({})) known.push_back(each->get_name());
    for (const auto* each : at->get_options()) known.push_back(each->get_name());
    const auto parsed = at->get_subcommands();
    at = parsed.empty() ? nullptr : parsed.back();
  }
  const auto near = nearest(word, known);
  return near.empty() ? message : message + "; did you mean \"" + near + "\"?";
}

std::string explain_word(const CLI::App& app, int argc, const char* const* argv) {
  const CLI::App* at = &app;
  for (int i = 1; i < argc && i <= 2 && argv[i][0] != '-'; ++i) {
    std::vector<std::string> known;
    const CLI::App* next = nullptr;
    for (const auto* each : at->get_subcommands([](const CLI::App*) { return true; })) {
      known.push_back(each->get_name());
      if (each->get_name() == argv[i]) next = each;
    }
    if (known.empty()) return "";
    if (next == nullptr) {
      const auto near = nearest(argv[i], known);
      std::string message = "there is no \"" + std::string(argv[i]) + "\"";
      if (!near.empty()) return message + "; did you mean \"" + near + "\"?";
      message += "; there are";
      for (const auto& each : known) message += " " + each;
      return message;
    }
    at = next;
  }
  return "";
}

}  // namespace ledgerctl
