// What a shell needs to complete words of ledgerctl.
#pragma once

#include <string>
#include <vector>

#include "tools/ledgerctl/client.h"

namespace CLI {
class App;
}

namespace ledgerctl {

// The script for bash, zsh or fish.
Exit print_completion(const std::string& shell);

// Prints what the last of `words` can become on the command line that `app` describes, a line each.
// Names of things are asked of the server; without one there are none.
int print_candidates(const CLI::App& app, const std::vector<std::string>& words);

}  // namespace ledgerctl
