// The proof that one event is recorded, in a file that says it to anybody who has the log's key.
#pragma once

#include <cstdint>
#include <string>

#include "tools/ledgerctl/session.h"

namespace ledgerctl {

// A C2SP tlog-proof with the record in its line "extra".
Exit create_proof(const Session& session, std::uint64_t position, const std::string& file);

struct ProofCheck {
  std::string file;
  std::string key;     // name+id+key that is trusted.
  std::string record;  // A file of the record's bytes; empty: they came with the proof.
};
// No server is asked. Exit::not_verified, and the reason, on any doubt.
Exit verify_proof(const Session& session, const ProofCheck& check);

}  // namespace ledgerctl
