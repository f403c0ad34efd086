#include "tools/ledger-publish/staged.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "ledger/digest.h"
#include "ledger/limits.h"
#include "updates/local_file.h"
#include "updates/tuf/metadata_directory.h"

namespace ledger_publish {

using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;
namespace fs = std::filesystem;
namespace updates = ledger::updates;

namespace {

constexpr std::size_t list_bytes_max = 16'777'216;

fs::path beside(const fs::path& repository) {
  fs::path whole = fs::absolute(repository).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();
  whole += ".staged";
  return whole;
}

}  // namespace

Staged::Staged(const fs::path& repository) : directory_(beside(repository)) {}

Result<std::vector<StagedChange>> Staged::list() const {
  std::vector<StagedChange> changes;
  const auto bytes = updates::read_local_file(directory_ / "changes.json", list_bytes_max);
  if (!bytes && bytes.error().kind == ErrorKind::not_found) return changes;
  if (!bytes) return fail(bytes.error());
  const auto parsed = nlohmann::json::parse(*bytes, nullptr, false);
  const auto damaged = [&] {
    return fail(ErrorKind::corrupt, "staged-damaged",
                (directory_ / "changes.json").string() +
                    " is damaged; delete it, and add the files again.");
  };
  if (!parsed.is_array()) return damaged();
  for (const auto& each : parsed) {
    StagedChange change;
    if (!each.is_object() || !each.contains("retires") || !each["retires"].is_boolean()) {
      return damaged();
    }
    change.retires = each["retires"];
    for (const auto& [name, member] :
         {std::pair{"path", &StagedChange::path}, std::pair{"custom", &StagedChange::custom},
          std::pair{"digest", &StagedChange::digest}}) {
      if (!each.contains(name) || !each[name].is_string()) return damaged();
      change.*member = each[name];
    }
    changes.push_back(std::move(change));
  }
  return changes;
}

Result<void> Staged::save(const std::vector<StagedChange>& changes) const {
  auto list = nlohmann::json::array();
  for (const auto& each : changes) {
    list.push_back({{"retires", each.retires},
                    {"path", each.path},
                    {"custom", each.custom},
                    {"digest", each.digest}});
  }
  return updates::tuf::replace_file(directory_ / "changes.json", list.dump(1) + "\n");
}

Result<void> Staged::add(const std::string& path, std::string_view bytes,
                         const std::string& custom) {
  auto changes = list();
  if (!changes) return fail(changes.error());
  const std::string digest = hex(ledger::sha256(bytes));
  if (auto put = updates::tuf::replace_file(directory_ / digest, bytes); !put) return put;
  // Added again before it was signed: the last one counts.
  std::erase_if(*changes, [&](const auto& each) { return each.path == path; });
  changes->push_back({false, path, custom, digest});
  return save(*changes);
}

Result<void> Staged::retire(const std::string& path) {
  auto changes = list();
  if (!changes) return fail(changes.error());
  std::erase_if(*changes, [&](const auto& each) { return each.path == path; });
  changes->push_back({true, path, "", ""});
  return save(*changes);
}

Result<void> Staged::apply(updates::tuf::Repository& repository) const {
  const auto changes = list();
  if (!changes) return fail(changes.error());
  for (const auto& each : *changes) {
    if (each.retires) {
      if (auto done = repository.retire(each.path); !done) return done;
      continue;
    }
    const auto bytes =
        updates::read_local_file(directory_ / each.digest, ledger::limits::content_bytes_max);
    if (!bytes) return fail(bytes.error());
    if (hex(ledger::sha256(*bytes)) != each.digest) {
      return fail(ErrorKind::corrupt, "staged-damaged",
                  "The staged bytes of " + each.path + " are damaged; add the file again.");
    }
    if (auto done = repository.add(each.path, *bytes, each.custom); !done) return done;
  }
  return {};
}

Result<void> Staged::clear() const {
  std::error_code problem;
  fs::remove_all(directory_, problem);
  if (problem) return fail(updates::file_error("Removing", directory_, problem.value()));
  return {};
}

}  // namespace ledger_publish
