// Words on the command line that mean nothing, with the nearest that would.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace ledgerctl {

// What CLI11 says of a word it does not know, with the nearest that it does.
std::string explain_extras(const CLI::App& app, const std::string& message);

// The word that is no noun, or no verb of its noun, with the nearest that is; empty: all is well.
std::string explain_word(const CLI::App& app, int argc, const char* const* argv);

}  // namespace ledgerctl
