#include "tools/ledgerctl/completion.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "tools/ledgerctl/config.h"
#include "tools/ledgerctl/output.h"
#include "tools/ledgerctl/verbs.h"

namespace ledgerctl {
namespace {

constexpr std::string_view bash_script = R"sh(_ledgerctl() {
  local IFS=$'\n'
  COMPREPLY=($(ledgerctl __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _ledgerctl ledgerctl
)sh";
constexpr std::string_view zsh_script = R"sh(#compdef ledgerctl
_ledgerctl() {
  local -a candidates
  candidates=(${(f)"$(ledgerctl __complete ${words[2,CURRENT]} 2>/dev/null)"})
  compadd -a candidates
}
compdef _ledgerctl ledgerctl
)sh";
constexpr std::string_view fish_script =
    R"sh(complete -c ledgerctl -f -a '(ledgerctl __complete (commandline -opc)[2..] \
  (commandline -ct))'
)sh";

// Where the names come from that an argument can take, and what they are called there.
struct Names {
  std::string list;   // "/v1/policies"
  std::string field;  // "policy"
};

std::optional<Names> names_of(std::string_view noun, std::string_view verb_name) {
  for (const auto& verb : verbs()) {
    if (verb.noun != noun || verb.name != verb_name) continue;
    const auto open = verb.path.find('{');
    if (open == std::string_view::npos) return std::nullopt;
    Names names{std::string(verb.path.substr(0, open)),
                std::string(verb.path.substr(open + 1, verb.path.find('}') - open - 1))};
    if (names.list.ends_with('/')) names.list.pop_back();
    return names;
  }
  if (noun == "updates" && verb_name == "export") return Names{"/v1/rule-updates", "update"};
  if (noun == "plan" && verb_name == "apply") return Names{"/v1/plans", "plan"};
  if (noun == "op" && verb_name == "watch") return Names{"/v1/operations", "operation"};
  return std::nullopt;
}

void add_names(const Names& names, std::string_view context, std::set<std::string>& found) {
  Server server;
  std::string why;
  if (!read_configuration(server, context, why)) return;
  server.timeout_seconds = 2;
  const auto reply = Client(server).ask({"GET", names.list + "?page_size=1000", "", "", {}});
  if (!reply) return;
  const auto answer = nlohmann::json::parse(reply->body, nullptr, false);
  if (!answer.is_object() || !answer.contains("items")) return;
  for (const auto& row : answer["items"]) {
    auto name = row.find(names.field);
    if (name == row.end()) name = row.find("name");  // Of settings.
    if (name != row.end() && name->is_string()) found.insert(name->get<std::string>());
  }
}

// An option of the command or of one that it stands in, which are good everywhere.
const CLI::Option* option_named(const CLI::App* at, const std::string& name) {
  for (; at != nullptr; at = at->get_parent()) {
    for (const auto* option : at->get_options()) {
      if (option->check_name(name)) return option;
    }
  }
  return nullptr;
}

void add_options(const CLI::App* at, std::set<std::string>& found) {
  for (; at != nullptr; at = at->get_parent()) {
    for (const auto* option : at->get_options()) {
      for (const auto& name : option->get_lnames()) found.insert("--" + name);
    }
  }
}

// Where the words before the last one have led.
struct Place {
  const CLI::App* at = nullptr;
  std::vector<std::string> path;          // "updates", "show"
  std::size_t arguments = 0;              // Given already.
  const CLI::Option* awaiting = nullptr;  // The option whose value comes now.
};

Place place_of(const CLI::App& app, const std::vector<std::string>& words) {
  Place place;
  place.at = &app;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (place.awaiting != nullptr) {
      place.awaiting = nullptr;
      continue;
    }
    if (words[i].starts_with("-")) {
      const auto* option = option_named(place.at, words[i].substr(0, words[i].find('=')));
      const bool has_value = words[i].find('=') != std::string::npos;
      if (option != nullptr && !has_value && option->get_items_expected_max() > 0) {
        place.awaiting = option;
      }
      continue;
    }
    const auto inner = place.at->get_subcommands([](const CLI::App*) { return true; });
    const auto next = std::find_if(inner.begin(), inner.end(), [&](const CLI::App* each) {
      return each->get_name() == words[i];
    });
    if (next == inner.end()) {
      ++place.arguments;
    } else {
      place.at = *next;
      place.path.push_back(words[i]);
    }
  }
  return place;
}

}  // namespace

Exit print_completion(const std::string& shell) {
  if (shell == "bash") {
    std::cout << bash_script;
  } else if (shell == "zsh") {
    std::cout << zsh_script;
  } else if (shell == "fish") {
    std::cout << fish_script;
  } else {
    std::cerr << "ledgerctl: there is a script for bash, zsh and fish, not for \"" << shell
              << "\".\n";
    return Exit::usage;
  }
  return Exit::ok;
}

int print_candidates(const CLI::App& app, const std::vector<std::string>& words) {
  const std::string last = words.empty() ? "" : words.back();
  const Place place = place_of(app, words);
  std::set<std::string> found;
  if (place.awaiting != nullptr) {
    if (place.awaiting->check_name("--output")) {
      found.insert(output_names.begin(), output_names.end());
      if (!place.path.empty() && place.path.front() == "report") found.insert("html");
    }
  } else if (last.starts_with("-")) {
    add_options(place.at, found);
  } else if (const auto inner = place.at->get_subcommands([](const CLI::App*) { return true; });
             !inner.empty()) {
    for (const auto* each : inner) found.insert(each->get_name());
  } else if (place.path == std::vector<std::string>{"completion"}) {
    found = {"bash", "zsh", "fish"};
  } else if (place.path.size() == 2 && place.arguments == 0) {
    const auto names = names_of(place.path[0], place.path[1]);
    if (names) add_names(*names, context_among({words.begin(), words.end()}), found);
  }
  for (const auto& each : found) {
    if (each.starts_with(last)) std::cout << each << '\n';
  }
  return 0;
}

}  // namespace ledgerctl
