// All that a store of views shows, for comparing two of them.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ledger/domain/world.h"
#include "projections/digest.h"
#include "projections/project.h"
#include "projections/snapshot.h"

namespace tests {

using RowsByKey = std::map<std::pair<projections::View, std::string>, std::string>;

// Every row of every view, by reading the lists.
inline RowsByKey rows_of(const projections::Snapshot& snapshot) {
  RowsByKey rows;
  for (const auto& [view, name] : projections::all_views) {
    const auto cursor = snapshot.scan(view, "", "");
    while (true) {
      const auto entry = cursor->next();
      CHECK(entry.has_value(), "a whole store can be read");
      if (!*entry) break;
      const bool fresh =
          rows.emplace(std::pair(view, std::string((*entry)->key)), (*entry)->row).second;
      CHECK(fresh, "a list names each row once");
    }
  }
  return rows;
}

// The digests by their definition.
inline std::vector<ledger::domain::ViewDigest> digests_of(const RowsByKey& rows) {
  projections::ViewSums sums;
  for (const auto& [key, row] : rows) {
    sums[key.first].add(projections::hash_row(key.second, row));
  }
  return sums.digests();
}

// Rows in a map and nothing else: the simplest thing that projections can write to.
class PlainRows final : public projections::Rows {
 public:
  void put(projections::View view, std::string_view key, std::string row) override {
    rows[{view, std::string(key)}] = std::move(row);
  }
  void erase(projections::View view, std::string_view key) override {
    rows.erase({view, std::string(key)});
  }
  std::optional<std::string> get(projections::View view, std::string_view key) override {
    const auto found = rows.find({view, std::string(key)});
    return found == rows.end() ? std::nullopt : std::optional(found->second);
  }

  RowsByKey rows;
};

}  // namespace tests
