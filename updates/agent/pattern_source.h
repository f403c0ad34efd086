// Gets files of patterns out of a repository: only what its metadata vouches for, whoever carries
// it, and then only what was asked for.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "updates/agent/installation.h"
#include "updates/agent/outbox.h"
#include "updates/agent/ways.h"
#include "updates/tuf/client.h"

namespace ledger::updates::agent {

// A target that is to be installed.
struct WantedPattern {
  domain::ComponentName component;
  std::string version;
  std::string target;  // Path in the repository.
  domain::Digest digest;
};

// What a repository offers of this; targets that are listed there, and no others.
using Choose = std::function<std::vector<WantedPattern>(const tuf::Client::Listing& listing)>;

// How asking went. What came before something failed is there all the same.
struct Got {
  std::vector<InstalledPattern> patterns;
  bool whole = false;           // Everything that was to come, came.
  domain::UpdateFault cause{};  // Why not; none: no place has it yet.
  std::string detail;
  std::vector<Message> not_authentic;  // To be told, whether another place then had better or not.
};

struct Fetching {
  Files& files;
  const OpenWay& open;
  std::filesystem::path metadata;  // A directory for each source.
  domain::Time valid_at;           // When metadata must not have ended.
};

// Asks one place after the other until one has it all. Bytes are put where `installation` takes
// them from. `complete`: whether what was chosen is all that was to come.
struct Choice {
  Choose choose;
  std::function<bool(const std::vector<WantedPattern>&)> complete;
};
Got get_patterns(const Fetching& fetching, const Places::Source& source,
                 const std::vector<Way>& ways, const Choice& choice,
                 const Installation& installation);

// "virus-pattern" of "patterns/virus-pattern/linux/19.123.00/virus.hdb" and so on; parts that a
// path of a pattern does not have are empty.
struct PatternPath {
  std::string component;
  std::string platform;
  std::string version;
  std::string file;
};
PatternPath pattern_path(const std::string& target);

}  // namespace ledger::updates::agent
