// The witnesses that are configured, asked over HTTP.
#pragma once

#include <filesystem>
#include <memory>

#include "ledger/clock.h"
#include "ledger/head_keeper.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"
#include "ledger/witness_keeper.h"
#include "ledger/writer.h"

namespace ledgerd {

struct WitnessParts {
  const ledger::store::EventLog& log;
  const ledger::HeadKeeper& heads;
  ledger::Writer& writer;  // Records what is news of them.
  const ledger::Clock& clock;
  std::filesystem::path kept;  // A file for the newest witnessed head.
};

// Errors: those of reading `policy_file`; invalid ("witness-policy-malformed").
ledger::Result<std::unique_ptr<ledger::WitnessKeeper>> keep_witnesses(
    const std::filesystem::path& policy_file, const WitnessParts& parts);

}  // namespace ledgerd
