// The word that somebody probably meant.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace ledgerctl {

// How many characters must change to make one word of the other.
inline std::size_t distance_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
      corner = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

// Empty: none is near enough.
inline std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const auto& each : known) {
    const std::size_t distance = distance_between(word, each);
    if (distance < best_distance) {
      best_distance = distance;
      best = each;
    }
  }
  return best;
}

}  // namespace ledgerctl
