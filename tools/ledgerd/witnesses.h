// The witnesses that are configured, asked over HTTP.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

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

// Without a file there are none.
// Errors: those of reading the file; invalid ("witness-policy-malformed").
ledger::Result<std::optional<ledger::merkle::WitnessPolicy>> read_witness_policy(
    const std::filesystem::path& file);

std::unique_ptr<ledger::WitnessKeeper> keep_witnesses(ledger::merkle::WitnessPolicy policy,
                                                      const WitnessParts& parts);

}  // namespace ledgerd
