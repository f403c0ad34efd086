// The copies of TUF repositories that this manager keeps: one for each source with a root of trust.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ledger/domain/ids.h"
#include "updates/content_store.h"
#include "updates/mirror.h"

namespace ledgerd {

// Thread: any.
class Mirrors {
 public:
  Mirrors(std::filesystem::path directory, ledger::updates::ContentStore& content)
      : directory_(std::move(directory)), content_(content) {}

  // Opened when it is first asked for, made when it is not there. Errors: io.
  ledger::Result<std::shared_ptr<ledger::updates::Mirror>> of(
      const ledger::domain::SourceId& source);
  // Of a source that was opened. Errors: not_found ("source-unknown", "file-unknown").
  ledger::Result<ledger::updates::ServedFile> find(const ledger::domain::SourceId& source,
                                                   const std::string& path,
                                                   ledger::updates::Belief belief) const;
  // Whether one that was opened lists content of this digest.
  bool lists(const ledger::domain::Digest& digest) const;
  struct Listed {
    ledger::domain::SourceId source;
    std::string target;
  };
  // Which of them list these, as what; `digests` in order.
  std::vector<Listed> listing(const std::vector<ledger::domain::Digest>& digests) const;
  // Its files go; whoever reads one of them now reads on.
  void remove(const ledger::domain::SourceId& source);

 private:
  std::filesystem::path directory_;
  ledger::updates::ContentStore& content_;
  mutable std::mutex mutex_;
  std::map<ledger::domain::SourceId, std::shared_ptr<ledger::updates::Mirror>> mirrors_;
};

}  // namespace ledgerd
