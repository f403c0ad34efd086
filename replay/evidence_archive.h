// The outside of an evidence bundle: a tar (POSIX ustar) that any program opens, of which there is
// exactly one spelling, so that no byte of it can change unseen.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/result.h"

namespace replay {

struct ArchiveMember {
  std::string name;   // 1 to 99 bytes.
  std::string bytes;  // Fewer than 8 GiB.
  bool operator==(const ArchiveMember&) const = default;
};

std::string archive_of(const std::vector<ArchiveMember>& members);

// Errors: corrupt ("evidence-malformed": cut off, or not as archive_of() writes it).
ledger::Result<std::vector<ArchiveMember>> members_of(std::string_view archive);

// Lines as `sha256sum --check` reads them, one for each member.
std::string checksums_of(const std::vector<ArchiveMember>& members);

}  // namespace replay
