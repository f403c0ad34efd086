// Changes that wait for a signature. They lie beside the repository, not in it: what is not signed
// is not served.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/result.h"
#include "updates/tuf/publisher.h"

namespace ledger_publish {

struct StagedChange {
  bool retires = false;
  std::string path;    // Of the target.
  std::string custom;  // Of an addition.
  std::string digest;  // Of its bytes, in hex; they lie under that name.
};

// Thread: one at a time.
class Staged {
 public:
  // Beside the repository of this directory: "<repository>.staged/".
  explicit Staged(const std::filesystem::path& repository);

  // Errors: corrupt ("staged-damaged"), io.
  ledger::Result<std::vector<StagedChange>> list() const;
  ledger::Result<void> add(const std::string& path, std::string_view bytes,
                           const std::string& custom);
  ledger::Result<void> retire(const std::string& path);
  // Makes all changes, in order, in memory. Errors: those of Repository, corrupt.
  ledger::Result<void> apply(ledger::updates::tuf::Repository& repository) const;
  ledger::Result<void> clear() const;

 private:
  ledger::Result<void> save(const std::vector<StagedChange>& changes) const;
  std::filesystem::path directory_;
};

}  // namespace ledger_publish
