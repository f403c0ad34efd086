// Evidence: made by a server or from a backup, verified without either.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/ledgerctl/session.h"

namespace ledgerctl {

// What stood on the command line of `evidence create`.
struct EvidenceWish {
  std::string kind;
  std::string name;
  std::optional<std::uint64_t> from;
  std::optional<std::uint64_t> to;
  std::vector<std::string> types;
  std::string actor;
  std::string subject;
  std::string outcome;
  std::string about;  // What the reason or ticket contains.
  bool timestamp = false;
  std::string file;       // Where it is written.
  std::string directory;  // A data directory or backup; empty: the server is asked.
};
Exit create_evidence(const Session& session, const EvidenceWish& wish);

struct EvidenceCheck {
  std::string file;
  std::string key;             // name+id+key that is trusted.
  bool trust_own_key = false;  // Whoever brought the file is believed to name the right one.
  std::vector<std::string> witness_keys;  // Of witnesses that must have cosigned.
  std::string tsa_certificate;    // A file of PEM certificates; empty: no timestamp is believed.
  bool ignore_timestamp = false;  // Its time does not matter.
};
// Exit::not_verified, and the reason, on any doubt.
Exit verify_evidence_file(const Session& session, const EvidenceCheck& check);

}  // namespace ledgerctl
