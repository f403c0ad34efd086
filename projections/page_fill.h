// How pages are filled, the same for every list.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/limits.h"
#include "ledger/result.h"
#include "projections/page.h"
#include "projections/snapshot.h"

namespace projections {

inline std::size_t rows_asked(const ListQuery& query) {
  return std::clamp<std::size_t>(query.max, 1, ledger::limits::page_rows_max);
}

// Takes rows from a cursor until the page is full or enough were passed over. take(entry) makes
// Result<std::optional<Item>> of a row; nothing: it is not shown.
template <class Item, class Take>
ledger::Result<Page<Item>> fill_page(RowCursor& cursor, const ListQuery& query, Take take) {
  Page<Item> page;
  const std::size_t max = rows_asked(query);
  std::string last;
  for (std::size_t passed = 0;; ++passed) {
    const auto entry = cursor.next();
    if (!entry) return ledger::fail(entry.error());
    if (!*entry) return page;
    if (page.items.size() == max || passed == ledger::limits::list_rows_passed_max) {
      page.next = std::move(last);
      return page;
    }
    last = (*entry)->key;
    auto item = take(**entry);
    if (!item) return ledger::fail(item.error());
    if (*item) page.items.push_back(std::move(**item));
  }
}

// The same of items that are there already, in the order of their keys: key(item) is what `after`
// and `next` are, and comes_after(key, after) says whether it belongs to what follows.
template <class Item, class Key, class ComesAfter>
Page<Item> cut_page(std::vector<Item> items, const ListQuery& query, Key key,
                    ComesAfter comes_after) {
  Page<Item> page;
  const std::size_t max = rows_asked(query);
  for (auto& item : items) {
    if (!query.after.empty() && !comes_after(key(item), query.after)) continue;
    if (page.items.size() == max) {
      page.next = key(page.items.back());
      return page;
    }
    page.items.push_back(std::move(item));
  }
  return page;
}

}  // namespace projections
