// Work on the whole record and on its files, for the routes and tasks that ask for it.
#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "api/services.h"
#include "ledger/head_keeper.h"
#include "ledger/store/rocksdb_log.h"

namespace ledgerd {

class DaemonChores final : public api::Chores {
 public:
  struct Parts {
    const ledger::store::RocksLog& log;
    ledger::HeadKeeper& head_keeper;
    std::string origin;             // The log's name.
    ledger::Writer& writer;         // Records that it was done.
    std::filesystem::path data;     // The data directory, with its keys and documents.
    std::filesystem::path backups;  // A directory of it for each.
  };
  explicit DaemonChores(Parts parts) : parts_(std::move(parts)) {}

  ledger::Result<api::BackupMade> back_up(const ledger::domain::Command& asked,
                                          const std::string& name) override;
  ledger::Result<std::string> verify(const ledger::domain::Command& asked,
                                     const std::function<bool(api::Progress)>& go_on) override;
  ledger::Result<std::string> change_key(const ledger::domain::Command& asked) override;
  ledger::Result<std::string> last_head_of(const std::string& key_id) override;

 private:
  ledger::Result<ledger::Committed> call(const ledger::domain::Command& asked,
                                         ledger::domain::CommandPayload payload);
  ledger::Result<void> keep_last_head(const std::string& key_id);
  ledger::Result<api::BackupMade> copy(const std::filesystem::path& into);
  void record(const ledger::domain::Command& asked, ledger::domain::CommandPayload payload);

  Parts parts_;
  std::mutex backing_up_;  // One backup at a time.
  std::mutex changing_key_;
};

}  // namespace ledgerd
