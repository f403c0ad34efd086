// Lists come in pages: what to show, from where on, and how to go on.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ledger/domain/fields.h"

namespace projections {

namespace domain = ledger::domain;

struct ListQuery {
  std::string filter;     // As ledger/domain/filter.h reads it; empty: everything.
  std::string after;      // `next` of the page before; empty: from the first.
  std::size_t max = 100;  // 1..limits::page_rows_max; more counts as that.
};

// A page may be short, even empty, and still not be the last: a query that passes over many rows
// stops after limits::list_rows_passed_max of them and goes on with the next page.
template <class Item>
struct Page {
  std::vector<Item> items;
  std::string next;  // Where the next page begins, any bytes; empty: this was the last.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("items", &Page::items), field("next", &Page::next));
  }
  bool operator==(const Page&) const = default;
};

}  // namespace projections
