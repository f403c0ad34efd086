// What a source says it has: manifest.json beside the documents, as tools/content writes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/codec/json_in.h"
#include "ledger/domain/ids.h"

namespace ledger::updates {

struct ListedUpdate {
  domain::RuleUpdateId update;
  std::string file;  // A name beside the manifest, never a path.
  domain::Digest digest;
  std::uint64_t bytes = 0;

  bool operator==(const ListedUpdate&) const = default;
};

struct SourceManifest {
  std::uint64_t version = 0;  // Grows by one with every publication.
  std::optional<domain::Time> expires_at;
  std::vector<ListedUpdate> updates;  // By update, each once.
};

inline constexpr const char* manifest_file = "manifest.json";

// Members that this reader does not need are not looked at: a manifest also tells people how its
// updates came about.
codec::Parsed<SourceManifest> read_source_manifest(std::string_view document);

}  // namespace ledger::updates
