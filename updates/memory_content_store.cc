#include "updates/memory_content_store.h"

#include <utility>

#include "ledger/digest.h"
#include "ledger/limits.h"

namespace ledger::updates {

class MemoryContentStore::Writer final : public ContentWriter {
 public:
  explicit Writer(MemoryContentStore& store) : store_(store) {}

  Result<void> write(std::string_view piece) override {
    if (piece.size() > limits::content_bytes_max - bytes_.size()) return fail(content_too_large());
    bytes_ += piece;
    return {};
  }

  Result<StoredContent> store(const std::optional<domain::Digest>& expected) override {
    const StoredContent stored{sha256(bytes_), bytes_.size()};
    if (expected && *expected != stored.digest) {
      return fail(content_differs(*expected, stored.digest));
    }
    const std::lock_guard lock(store_.mutex_);
    store_.files_[stored.digest] = std::move(bytes_);
    return stored;
  }

 private:
  MemoryContentStore& store_;
  std::string bytes_;
};

Result<std::unique_ptr<ContentWriter>> MemoryContentStore::begin() {
  return std::make_unique<Writer>(*this);
}

Result<std::string> MemoryContentStore::get(const domain::Digest& digest) const {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(digest);
  if (found == files_.end()) return fail(content_unknown(digest));
  return found->second;
}

Result<bool> MemoryContentStore::has(const domain::Digest& digest) const {
  const std::lock_guard lock(mutex_);
  return files_.contains(digest);
}

Result<std::uint64_t> MemoryContentStore::size(const domain::Digest& digest) const {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(digest);
  if (found == files_.end()) return fail(content_unknown(digest));
  return std::uint64_t{found->second.size()};
}

Result<void> MemoryContentStore::remove(const domain::Digest& digest) {
  const std::lock_guard lock(mutex_);
  if (files_.erase(digest) == 0) return fail(content_unknown(digest));
  return {};
}

Result<std::vector<domain::Digest>> MemoryContentStore::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<domain::Digest> digests;
  for (const auto& [digest, bytes] : files_) digests.push_back(digest);
  return digests;
}

}  // namespace ledger::updates
