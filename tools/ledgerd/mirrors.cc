#include "tools/ledgerd/mirrors.h"

#include <algorithm>

namespace ledgerd {

using ledger::fail;
using ledger::Result;
namespace domain = ledger::domain;
namespace updates = ledger::updates;

Result<std::shared_ptr<updates::Mirror>> Mirrors::of(const domain::SourceId& source) {
  const std::lock_guard lock(mutex_);
  const auto found = mirrors_.find(source);
  if (found != mirrors_.end()) return found->second;
  auto opened = updates::Mirror::open(directory_ / source.value, content_);
  if (!opened) return fail(opened.error());
  return mirrors_.emplace(source, std::move(*opened)).first->second;
}

Result<updates::ServedFile> Mirrors::find(const domain::SourceId& source, const std::string& path,
                                          updates::Belief belief) const {
  std::shared_ptr<const updates::Mirror> mirror;
  {
    const std::lock_guard lock(mutex_);
    const auto found = mirrors_.find(source);
    if (found != mirrors_.end()) mirror = found->second;
  }
  if (!mirror) {
    return fail(ledger::ErrorKind::not_found, "source-unknown",
                "There is no source named " + source.value + " with a root of trust.");
  }
  return mirror->find(path, belief);
}

bool Mirrors::lists(const domain::Digest& digest) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(mirrors_.begin(), mirrors_.end(), [&](const auto& each) {
    const auto targets = each.second->state().targets;
    return std::any_of(targets.begin(), targets.end(),
                       [&](const auto& target) { return target.digest == digest; });
  });
}

std::vector<Mirrors::Listed> Mirrors::listing(const std::vector<domain::Digest>& digests) const {
  const std::lock_guard lock(mutex_);
  std::vector<Listed> found;
  for (const auto& [source, mirror] : mirrors_) {
    for (const auto& target : mirror->state().targets) {
      if (!std::binary_search(digests.begin(), digests.end(), target.digest)) continue;
      found.push_back({source, target.path});
    }
  }
  return found;
}

void Mirrors::remove(const domain::SourceId& source) {
  const std::lock_guard lock(mutex_);
  mirrors_.erase(source);
  std::error_code ignored;
  std::filesystem::remove_all(directory_ / source.value, ignored);
}

}  // namespace ledgerd
