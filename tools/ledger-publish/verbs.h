// What ledger-publish can do to a repository, one function for each verb.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/domain/commands_patterns.h"
#include "ledger/result.h"
#include "tools/ledger-publish/key_folder.h"
#include "updates/tuf/publisher.h"

namespace ledger_publish {

namespace domain = ledger::domain;

struct Place {
  std::filesystem::path repository;
  std::filesystem::path keys;
  std::filesystem::path passphrase_file;  // Empty: people are asked.
};

Result<void> init(const Place& place, tuf::KeyKind kind);
// Both wait for sign().
Result<void> add_rule_updates(const Place& place, const std::vector<std::string>& files);
Result<void> add_pattern(const Place& place, const domain::ReleasePattern& release,
                         const std::string& file);
Result<void> retire(const Place& place, const std::vector<std::string>& paths);
Result<void> sign(const Place& place);
Result<void> renew(const Place& place, const std::string& role);
// Signs the timestamp again and again, and the snapshot in time, until the process is told to end.
// What fails is said and tried again.
Result<void> renew_every(const Place& place, domain::Duration every);
// `key` is one key, "root-2", or all of a role, "root".
Result<void> rotate(const Place& place, const std::string& key, tuf::KeyKind kind);
Result<void> show_staged(const Place& place);

// Verifies a repository as a client does that trusts its first root, or the one of this digest
// (hex). `where` is a directory or a URL. Errors: refused ("check-failed": what is wrong was said),
// and those of metadata.
Result<void> check(const std::string& where, const std::string& root);

}  // namespace ledger_publish
