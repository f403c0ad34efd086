// What would have become of the fleet if something had gone another way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/ledgerctl/session.h"

namespace ledgerctl {

struct WhatIfAsked {
  std::vector<std::uint64_t> drop;
  std::vector<std::uint64_t> drop_command;
  std::vector<std::string> set;       // "NAME=VALUE@POSITION", "POLICY/NAME=VALUE@POSITION"
  std::vector<std::string> commands;  // "POSITION:{...}"
  std::string file;                   // Of edits, as the API has them.
  std::optional<std::uint64_t> to;
  std::string data;  // A data directory; empty: the server is asked.
  // Another ledgerctl, or a directory with one, that is to fold the same history; empty: none.
  std::string views_of;
};
Exit what_if(const Session& session, const WhatIfAsked& asked);

// The same of edits as JSON, as a JSON object.
ledger::Result<std::string, Failure> what_if_json(const Session& session, const std::string& edits,
                                                  std::optional<std::uint64_t> to,
                                                  const std::string& data);
// For people.
void tell_what_if(const std::string& answer);

}  // namespace ledgerctl
