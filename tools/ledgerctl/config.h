// Where the server is and who asks, when the command line does not say: the environment, then the
// user's own file, then the machine's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/ledgerctl/client.h"

namespace ledgerctl {

// Fills in what LEDGER_SERVER, LEDGER_TOKEN_FILE and LEDGER_CA_FILE, the file
// ~/.config/ledgerctl/config.toml (or under XDG_CONFIG_HOME) and /etc/ledger/ledgerctl.toml say:
//
//   context = "prod"
//
//   [contexts.prod]
//   server = "https://ledger.example:8470"
//   token_file = "/home/alice/.config/ledgerctl/token"
//   ca_file = "/etc/ledger/ca.crt"
//
// What stands above all contexts holds for each. `context`, if the command line names one, goes
// before the environment; LEDGER_CONTEXT and the file's own do not.
// False, and `why`: a file is not of this form, or there is no such context.
bool read_configuration(Server& server, std::string_view context, std::string& why);

// The value of --context on a command line; empty: it is not there. It is needed before the others
// are read.
std::string_view context_among(const std::vector<std::string_view>& words);

std::vector<std::string> split_columns(const std::string& columns);

}  // namespace ledgerctl
