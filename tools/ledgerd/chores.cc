#include "tools/ledgerd/chores.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <system_error>

#include "ledger/domain/command.h"
#include "replay/report_json.h"
#include "replay/verify.h"

namespace ledgerd {

using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;
namespace domain = ledger::domain;
namespace fs = std::filesystem;

void DaemonChores::record(const domain::Command& asked, domain::CommandPayload payload) {
  domain::Command command;
  command.actor = asked.actor;
  command.reason = asked.reason;
  command.ticket = asked.ticket;
  command.causation = asked.causation;
  command.correlation = asked.correlation;
  command.payload = std::move(payload);
  const auto recorded = parts_.writer.call(std::move(command));
  if (!recorded) spdlog::warn("not recorded: {}", recorded.error().detail);
}

Result<api::BackupMade> DaemonChores::back_up(const domain::Command& asked,
                                              const std::string& name) {
  if (!domain::is_name(name)) {
    return fail(
        ErrorKind::invalid, "backup-name-invalid",
        "A backup's name is 1 to 63 of a-z, 0-9, '.', '_' and '-', and begins with a letter "
        "or digit.");
  }
  const std::lock_guard lock(backing_up_);
  const fs::path into = parts_.backups / name;
  std::error_code error;
  if (fs::exists(into, error)) {
    return fail(ErrorKind::conflict, "backup-exists",
                "There is a backup named " + name + " already; choose another name.");
  }
  auto made = copy(into);
  if (!made) {
    fs::remove_all(into, error);  // What is not whole is no backup.
    return made;
  }
  record(asked, domain::RecordBackup{made->size, made->root, name});
  return made;
}

Result<api::BackupMade> DaemonChores::copy(const fs::path& into) {
  std::error_code error;
  fs::create_directories(parts_.backups, error);
  if (error) return fail(ErrorKind::io, "backup-failed", "Cannot make a directory for backups.");
  const auto head = parts_.log.back_up(into, parts_.key);
  if (!head) return fail(head.error());
  // Documents are never changed, so those that the copied record speaks of are all there.
  fs::copy(parts_.content, into / "content", fs::copy_options::recursive, error);
  if (error) {
    return fail(ErrorKind::io, "backup-failed",
                "The documents could not be copied: " + error.message() + ".");
  }
  return api::BackupMade{head->size, head->root, into.string()};
}

Result<std::string> DaemonChores::verify(const domain::Command& asked,
                                         const std::function<bool(api::Progress)>& go_on) {
  replay::VerifyOptions options;
  std::atomic<bool> ended{false};
  options.on_progress = [&](const replay::Progress& progress) {
    if (!go_on({progress.done.value, progress.size.value})) ended = true;
  };
  options.go_on = [&ended] { return !ended; };
  const auto report = replay::verify(parts_.log, options);
  if (report.ended_early) {
    return fail(ErrorKind::unavailable, "verification-ended",
                "The verification was ended before it had read everything; it says nothing.");
  }
  std::vector<std::string> faults;
  for (const auto& fault : report.faults) {
    if (faults.size() == 20) break;  // The first ones say where to look; an event has a limit.
    faults.push_back(replay::text(fault));
  }
  record(asked, domain::RecordVerification{report.size, report.root, report.is_sound(),
                                           std::move(faults)});
  return replay::report_json(report);
}

}  // namespace ledgerd
