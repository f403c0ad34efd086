#include "tools/ledgerctl/completion.h"

#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

#include "tools/ledgerctl/config.h"
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

// Verbs that are not in the table.
struct Extra {
  std::string_view noun;
  std::string_view name;
};
constexpr Extra extra_verbs[] = {
    {"updates", "import"},  {"updates", "export"}, {"plan", "apply"},      {"op", "watch"},
    {"events", "tail"},     {"log", "verify"},     {"log", "inspect"},     {"backup", "create"},
    {"backup", "verify"},   {"backup", "restore"}, {"completion", "bash"}, {"completion", "zsh"},
    {"completion", "fish"}, {"views", "digests"},  {"views", "rebuild"}};

// The names that an argument can take: rows of the list above it.
void add_names(const Verb& verb, std::set<std::string>& found) {
  const auto open = verb.path.find('{');
  if (open == std::string_view::npos) return;
  const auto argument = verb.path.substr(open + 1, verb.path.find('}') - open - 1);
  std::string list(verb.path.substr(0, open));
  if (!list.empty() && list.back() == '/') list.pop_back();
  Server server;
  std::string why;
  if (!read_configuration(server, why)) return;
  server.timeout_seconds = 2;
  const auto reply = Client(server).ask({"GET", list + "?page_size=1000", "", "", {}});
  if (!reply) return;
  const auto answer = nlohmann::json::parse(reply->body, nullptr, false);
  if (!answer.is_object() || !answer.contains("items")) return;
  for (const auto& row : answer["items"]) {
    const auto name = row.find(std::string(argument));
    if (name != row.end() && name->is_string()) found.insert(name->get<std::string>());
  }
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

int print_candidates(const std::vector<std::string>& words) {
  const std::string last = words.empty() ? "" : words.back();
  std::set<std::string> found;
  if (words.size() <= 1) {
    for (const auto& noun : nouns()) found.insert(std::string(noun.name));
    found.insert("completion");
  } else {
    for (const auto& verb : verbs()) {
      if (verb.noun != words[0]) continue;
      if (words.size() == 2) {
        found.insert(std::string(verb.name));
      } else if (verb.name == words[1]) {
        for (const auto& option : verb.options) found.insert(std::string(option.name));
        if (words.size() == 3) add_names(verb, found);
      }
    }
    for (const auto& extra : extra_verbs) {
      if (extra.noun == words[0] && words.size() == 2) found.insert(std::string(extra.name));
    }
  }
  for (const auto& each : found) {
    if (!each.empty() && each.starts_with(last)) std::cout << each << '\n';
  }
  return 0;
}

}  // namespace ledgerctl
