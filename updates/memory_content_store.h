// A content store without a disk, for tests and simulation.
#pragma once

#include <map>
#include <mutex>

#include "updates/content_store.h"

namespace ledger::updates {

class MemoryContentStore final : public ContentStore {
 public:
  Result<std::unique_ptr<ContentWriter>> begin() override;
  Result<std::string> get(const domain::Digest& digest) const override;
  Result<bool> has(const domain::Digest& digest) const override;
  Result<std::uint64_t> size(const domain::Digest& digest) const override;
  Result<void> remove(const domain::Digest& digest) override;
  Result<std::vector<domain::Digest>> list() const override;

 private:
  class Writer;

  mutable std::mutex mutex_;
  std::map<domain::Digest, std::string> files_;
};

}  // namespace ledger::updates
