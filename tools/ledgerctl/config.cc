#include "tools/ledgerctl/config.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <utility>

#include "tools/ledgerctl/nearest.h"

namespace ledgerctl {
namespace {

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return "";
  return std::string(text.substr(from, text.find_last_not_of(" \t\r") - from + 1));
}

// What a file says of one server; what it does not say is empty.
struct ServerContext {
  std::string url, token_file, ca_file;
};

// Of all files, those read later before those read first.
struct Config {
  std::map<std::string, ServerContext> contexts;  // By name; "": what stands above all of them.
  std::string context;                            // The one that is meant unless another is named.
};

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string no_such(const std::string& what, const std::string& name,
                    const std::vector<std::string>& known) {
  const auto why = "there is no " + what + " \"" + name + "\"; ";
  const auto near = nearest(name, known);
  if (!near.empty()) return why + "did you mean " + near + "?";
  return why + (known.empty() ? "no " + what + " is configured" : "there are " + joined(known));
}

// `[contexts.NAME]`; nothing: it is no such line.
std::optional<std::string> context_of(std::string_view text) {
  constexpr std::string_view begin = "[contexts.";
  if (!text.starts_with(begin) || !text.ends_with(']')) return std::nullopt;
  const auto name = text.substr(begin.size(), text.size() - begin.size() - 1);
  return name.empty() ? std::nullopt : std::optional<std::string>(name);
}

// One line of a file: `name = "value"`, blank, a comment, or the beginning of a context. Why it is
// none of these, if it is not.
std::optional<std::string> apply_line(const std::string& line, Config& files, std::string& within) {
  const auto text = trimmed(line);
  if (text.empty() || text.front() == '#') return std::nullopt;
  if (auto context = context_of(text)) {
    within = *std::move(context);
    files.contexts.try_emplace(within);
    return std::nullopt;
  }
  const auto equals = text.find('=');
  const auto name = trimmed(text.substr(0, equals));
  const auto value = equals == std::string::npos ? "" : trimmed(text.substr(equals + 1));
  if (value.size() < 2 || value.front() != '"' || value.find('"', 1) != value.size() - 1) {
    return "expected name = \"value\" or [contexts.NAME], found: " + text;
  }
  auto inner = value.substr(1, value.size() - 2);
  ServerContext& said = files.contexts[within];
  if (name == "server") {
    said.url = std::move(inner);
  } else if (name == "token_file") {
    said.token_file = std::move(inner);
  } else if (name == "ca_file") {
    said.ca_file = std::move(inner);
  } else if (name == "context" && within.empty()) {
    files.context = std::move(inner);
  } else {
    return no_such("setting", name, {"server", "token_file", "ca_file", "context"});
  }
  return std::nullopt;
}

bool read_file(const std::filesystem::path& path, Config& files, std::string& why) {
  std::ifstream file(path);
  std::string line;
  std::string within;
  for (int number = 1; std::getline(file, line); ++number) {
    const auto wrong = apply_line(line, files, within);
    if (!wrong) continue;
    why = path.string() + ":" + std::to_string(number) + ": " + *wrong;
    return false;
  }
  return true;
}

void take(Server& server, const ServerContext& said) {
  if (!said.url.empty()) server.url = said.url;
  if (!said.token_file.empty()) server.token_file = said.token_file;
  if (!said.ca_file.empty()) server.ca_file = said.ca_file;
}

bool take_context(Server& server, const Config& files, const std::string& name, std::string& why) {
  if (name.empty()) return true;
  const auto found = files.contexts.find(name);
  if (found != files.contexts.end()) {
    take(server, found->second);
    return true;
  }
  std::vector<std::string> known;
  for (const auto& [each, said] : files.contexts) {
    if (!each.empty()) known.push_back(each);
  }
  why = no_such("context", name, known);
  return false;
}

}  // namespace

bool read_configuration(Server& server, std::string_view context, std::string& why) {
  server.url = "http://127.0.0.1:8470";
  std::string home = from_environment("XDG_CONFIG_HOME");
  if (home.empty() && !from_environment("HOME").empty())
    home = from_environment("HOME") + "/.config";
  Config files;
  if (!read_file("/etc/ledger/ledgerctl.toml", files, why)) return false;
  if (!home.empty() && !read_file(home + "/ledgerctl/config.toml", files, why)) return false;
  take(server, files.contexts[""]);
  const auto by_itself = from_environment("LEDGER_CONTEXT");
  if (context.empty() &&
      !take_context(server, files, by_itself.empty() ? files.context : by_itself, why)) {
    return false;
  }
  take(server, {from_environment("LEDGER_SERVER"), from_environment("LEDGER_TOKEN_FILE"),
                from_environment("LEDGER_CA_FILE")});
  return take_context(server, files, std::string(context), why);
}

std::string_view context_among(const std::vector<std::string_view>& words) {
  constexpr std::string_view flag = "--context";
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    if (words[i] == flag && i + 1 < words.size()) return words[i + 1];
    if (words[i].starts_with(flag) && words[i].substr(flag.size()).starts_with('=')) {
      return words[i].substr(flag.size() + 1);
    }
  }
  return {};
}

std::vector<std::string> split_columns(const std::string& columns) {
  std::vector<std::string> parts;
  std::string_view rest = columns;
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    parts.emplace_back(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  return parts;
}

}  // namespace ledgerctl
