#include "tools/ledgerctl/config.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>

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

// One line of the file: `name = "value"`, blank, or a comment.
std::optional<std::string> apply_line(const std::string& line, Server& server) {
  const auto text = trimmed(line);
  if (text.empty() || text.front() == '#') return std::nullopt;
  const auto equals = text.find('=');
  const auto name = trimmed(text.substr(0, equals));
  const auto value = equals == std::string::npos ? "" : trimmed(text.substr(equals + 1));
  if (value.size() < 2 || value.front() != '"' || value.find('"', 1) != value.size() - 1) {
    return "expected name = \"value\", found: " + text;
  }
  const auto inner = value.substr(1, value.size() - 2);
  if (name == "server") {
    server.url = inner;
  } else if (name == "token_file") {
    server.token_file = inner;
  } else if (name == "ca_file") {
    server.ca_file = inner;
  } else {
    const auto near = nearest(name, {"server", "token_file", "ca_file"});
    return "there is no setting \"" + name + "\"" +
           (near.empty() ? "; there are server, token_file and ca_file"
                         : "; did you mean " + near + "?");
  }
  return std::nullopt;
}

bool read_file(const std::filesystem::path& path, Server& server, std::string& why) {
  std::ifstream file(path);
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    const auto wrong = apply_line(line, server);
    if (!wrong) continue;
    why = path.string() + ":" + std::to_string(number) + ": " + *wrong;
    return false;
  }
  return true;
}

}  // namespace

bool read_configuration(Server& server, std::string& why) {
  server.url = "http://127.0.0.1:8470";
  std::string home = from_environment("XDG_CONFIG_HOME");
  if (home.empty() && !from_environment("HOME").empty())
    home = from_environment("HOME") + "/.config";
  if (!read_file("/etc/ledger/ledgerctl.toml", server, why)) return false;
  if (!home.empty() && !read_file(home + "/ledgerctl/config.toml", server, why)) return false;
  const auto take = [](std::string& into, const char* name) {
    const auto value = from_environment(name);
    if (!value.empty()) into = value;
  };
  take(server.url, "LEDGER_SERVER");
  take(server.token_file, "LEDGER_TOKEN_FILE");
  take(server.ca_file, "LEDGER_CA_FILE");
  return true;
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
