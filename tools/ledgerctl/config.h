// Where the server is and who asks, when the command line does not say: the environment, then the
// user's own file, then the machine's.
#pragma once

#include <string>
#include <vector>

#include "tools/ledgerctl/client.h"

namespace ledgerctl {

// Fills in what LEDGER_SERVER, LEDGER_TOKEN_FILE and LEDGER_CA_FILE, the file
// ~/.config/ledgerctl/config.toml (or under XDG_CONFIG_HOME) and /etc/ledger/ledgerctl.toml say:
//
//   server = "https://ledger.example:8470"
//   token_file = "/home/alice/.config/ledgerctl/token"
//   ca_file = "/etc/ledger/ca.crt"
//
// False, and `why`: a file is not of this form.
bool read_configuration(Server& server, std::string& why);

std::vector<std::string> split_columns(const std::string& columns);

}  // namespace ledgerctl
