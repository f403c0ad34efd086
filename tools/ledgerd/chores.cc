#include "tools/ledgerd/chores.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <system_error>
#include <utility>

#include "api/operations.h"
#include "ledger/domain/command.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/store/data_directory.h"
#include "ledger/store/durable_file.h"
#include "replay/report_json.h"
#include "replay/verify.h"
#include "tools/ledgerd/first_start.h"

namespace ledgerd {

using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;
namespace domain = ledger::domain;
namespace fs = std::filesystem;
namespace store = ledger::store;

namespace {

constexpr std::chrono::seconds seal_wait{10};

Result<void> copy_if_there(const fs::path& from, const fs::path& to, const std::string& what) {
  std::error_code error;
  if (fs::exists(from, error)) fs::copy(from, to, fs::copy_options::recursive, error);
  if (!error) return {};
  return fail(ErrorKind::io, "backup-failed", what + " could not be copied: " + error.message());
}

}  // namespace

Result<ledger::Committed> DaemonChores::call(const domain::Command& asked,
                                             domain::CommandPayload payload) {
  domain::Command command;
  command.actor = asked.actor;
  command.reason = asked.reason;
  command.ticket = asked.ticket;
  command.causation = asked.causation;
  command.correlation = asked.correlation;
  command.payload = std::move(payload);
  return parts_.writer.call(std::move(command));
}

void DaemonChores::record(const domain::Command& asked, domain::CommandPayload payload) {
  const auto recorded = call(asked, std::move(payload));
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
  // Before the record, so that the copy has all that it is over.
  const auto witnessed = store::read_file(parts_.data / store::witnessed_name);
  const auto head = parts_.log.back_up(into, *parts_.head_keeper.key());
  if (!head) return fail(head.error());
  // Documents are never changed, so those that the copied record speaks of are all there. Machines
  // know the ledger by its authority, and are known by it.
  constexpr std::pair<const char*, const char*> parts[] = {
      {"content", "The documents"},
      {"tls", "The keys of TLS"},
      {store::retired_keys_name, "The last heads of earlier keys"}};
  for (const auto& [name, what] : parts) {
    const auto copied = copy_if_there(parts_.data / name, into / name, what);
    if (!copied) return fail(copied.error());
  }
  if (witnessed) {
    const auto kept =
        store::write_durably(into / store::witnessed_name, *witnessed, store::Access::everybody);
    if (!kept) return fail(kept.error());
  }
  return api::BackupMade{head->size, head->root, into.string()};
}

Result<std::string> DaemonChores::verify(const domain::Command& asked,
                                         const std::function<bool(api::Progress)>& go_on) {
  replay::VerifyOptions options;
  std::atomic<bool> ended{false};
  options.on_progress = [&](const replay::Progress& progress) {
    if (!go_on(api::over_events(progress))) ended = true;
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

// Each step is durable before the next, and done again it changes nothing: after a crash, asking
// again goes on where it ended.
Result<std::string> DaemonChores::change_key(const domain::Command& asked) {
  const std::lock_guard lock(changing_key_);
  const std::string before = id_of({parts_.origin, parts_.head_keeper.key()->public_key()});
  auto next = store::load_or_make_next_key(parts_.data);
  if (!next) return fail(next.error());
  const ledger::merkle::VerifierKey verifier{parts_.origin, next->public_key()};
  if (const auto introduced = call(asked, introduction_of(verifier)); !introduced) {
    return fail(introduced.error());
  }
  if (const auto kept = keep_last_head(before); !kept) return fail(kept.error());
  const auto key = std::make_shared<const ledger::merkle::SigningKey>(*std::move(next));
  if (const auto signs = parts_.head_keeper.sign_with(key); !signs) return fail(signs.error());
  if (const auto taken = store::take_next_key(parts_.data); !taken) {
    return fail(taken.error());
  }
  if (const auto retired = call(asked, domain::RetireSigningKey{before}); !retired) {
    return fail(retired.error());
  }
  return "{\"key\":\"" + text(verifier) + "\",\"key_id\":\"" + id_of(verifier) +
         "\",\"retired\":\"" + before + "\"}";
}

Result<void> DaemonChores::keep_last_head(const std::string& key_id) {
  const auto sealed = parts_.head_keeper.wait_sealed(parts_.log.head().size, seal_wait);
  if (!sealed) return fail(sealed.error());
  const auto directory = parts_.data / store::retired_keys_name;
  if (const auto made = store::make_directory(directory); !made) return made;
  return store::write_durably(directory / key_id, sealed->note, store::Access::everybody);
}

Result<std::string> DaemonChores::last_head_of(const std::string& key_id) {
  const auto unknown =
      fail(ErrorKind::not_found, "signing-key-unknown", "No key of this name was retired here.");
  if (key_id.size() != 8 || key_id.find_first_not_of("0123456789abcdef") != key_id.npos) {
    return unknown;
  }
  auto note = store::read_file(parts_.data / store::retired_keys_name / key_id);
  if (!note && note.error().kind == ErrorKind::not_found) return unknown;
  return note;
}

}  // namespace ledgerd
