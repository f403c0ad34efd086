// What can be asked of a data directory or a backup without a server.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "ledger/store/rocksdb_log.h"
#include "replay/evidence.h"
#include "replay/verify.h"
#include "tools/ledgerctl/session.h"

namespace ledgerctl {

// The log of a directory that nobody else has open. Nothing is made where there is none.
ledger::Result<std::unique_ptr<ledger::store::RocksLog>> open_log(
    const std::filesystem::path& directory);
// What a shell is told of an error.
Failure failure_of(const ledger::Error& error);
// Tells on standard error how far long work is, where it is to be told.
std::function<void(const replay::Progress&)> progress_of(const Session& session);

struct Inspection {
  std::string directory;
  std::optional<std::uint64_t> position;  // Absent: the directory as a whole.
};

// The verdict of a verification, and each fault in a line. Shape: of replay::report_json().
void tell_verification(const nlohmann::json& report);
// Reads and recomputes everything; Exit::not_verified if a fault is found.
Exit verify_directory(const Session& session, const std::string& directory);
Exit inspect_directory(const Session& session, const Inspection& inspection);
// The digests of the views as they stand, and as they come out when they are made anew.
Exit show_views(const Session& session, const std::string& directory);
Exit rebuild_views(const Session& session, const std::string& directory);
// Verifies the backup first; the new directory appears whole or not at all.
Exit restore_backup(const Session& session, const std::string& from, const std::string& to);

// Evidence from a directory that no ledgerd has open, against the newest head that was signed: that
// which witnesses cosigned, where it covers all that is asked for.
ledger::Result<replay::Evidence> evidence_of_directory(const std::string& directory,
                                                       const replay::EvidenceRequest& request);

}  // namespace ledgerctl
