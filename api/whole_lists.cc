#include "api/whole_lists.h"

#include <algorithm>
#include <utility>

#include "ledger/limits.h"

namespace api {
namespace {

namespace limits = ledger::limits;

// Hands over page by page until the list ends; false: it did not within `pages_max`, or `take` had
// enough.
template <class Take>
Answered<bool> walk(const Routes::List& list, const Reading& reading, projections::ListQuery query,
                    std::size_t pages_max, Take take) {
  query.after.clear();
  query.max = limits::page_rows_max;
  for (std::size_t pages = 0; pages < pages_max; ++pages) {
    auto page = list(reading, query);
    if (!page) return refused(page.error());
    auto next = std::move(page->next);
    if (!take(*std::move(page))) return false;
    if (!next) return true;
    query.after = *std::move(next);
  }
  return false;
}

struct Counted {
  std::uint64_t rows = 0;
  bool are_all = false;
};

Answered<Counted> count_pages(const Routes::List& list, const Reading& reading,
                              projections::ListQuery query, std::size_t pages_max) {
  Counted counted;
  const auto ended = walk(list, reading, std::move(query), pages_max, [&](const Listed& page) {
    counted.rows += page.items.size();
    return true;
  });
  if (!ended) return refused(ended.error());
  counted.are_all = *ended;
  return counted;
}

}  // namespace

Answered<std::uint64_t> count_rows(const Routes::List& list, const Reading& reading,
                                   projections::ListQuery query) {
  const auto counted = count_pages(list, reading, std::move(query), limits::list_pages_counted_max);
  if (!counted) return refused(counted.error());
  if (counted->are_all) return counted->rows;
  return refused("too-many-to-count",
                 "These are more rows than are counted one by one; ask for fewer by a filter, for "
                 "count=estimate, or without count.");
}

Answered<std::uint64_t> count_first_rows(const Routes::List& list, const Reading& reading,
                                         projections::ListQuery query) {
  const auto counted = count_pages(list, reading, std::move(query), limits::list_pages_estimated);
  if (!counted) return refused(counted.error());
  return counted->rows;
}

Answered<Listed> own_page(const Routes::List& list, const Reading& reading, PageWish wish) {
  const std::size_t max = wish.query.max;
  for (std::size_t pages = 0; wish.skip > 0; ++pages) {
    if (pages == limits::list_pages_counted_max) {
      return refused("too-many-to-skip",
                     "These are more rows than are passed over for one page; ask for fewer by a "
                     "filter, or go on from a page by its next_page_token.");
    }
    wish.query.max =
        static_cast<std::size_t>(std::min<std::uint64_t>(wish.skip, limits::page_rows_max));
    auto page = list(reading, wish.query);
    if (!page) return refused(page.error());
    wish.skip -= page->items.size();
    if (!page->next) {
      page->items.clear();
      return page;
    }
    wish.query.after = *std::move(page->next);
  }
  wish.query.max = max;
  return list(reading, wish.query);
}

Answered<Listed> ordered_page(const Routes::List& list, const Reading& reading,
                              const PageWish& wish, const std::vector<std::string>& own) {
  Listed all;
  const auto ended =
      walk(list, reading, wish.query, limits::list_pages_counted_max, [&](Listed page) {
        if (all.fields == nullptr) {
          all = std::move(page);
        } else {
          for (auto& item : page.items) all.items.push_back(std::move(item));
        }
        return all.items.size() <= limits::list_rows_ordered_max;
      });
  if (!ended) return refused(ended.error());
  if (!*ended) {
    std::string orders;
    for (const auto& each : own) orders += (orders.empty() ? "" : " or ") + each;
    return refused("too-many-to-order",
                   "More than " + std::to_string(limits::list_rows_ordered_max) +
                       " rows, or rows found among too many others, are given in the list's own "
                       "order only" +
                       (own.empty() ? orders : " (" + orders + ")") +
                       "; ask for fewer by a filter, or without order_by.");
  }
  all.next.reset();
  if (const auto sorted = sort_rows(wish.order, all); !sorted) return refused(sorted.error());
  all.total_size = all.items.size();
  const std::uint64_t begin = number_from(wish.query.after).value_or(0) +
                              std::min<std::uint64_t>(wish.skip, all.items.size());
  return sliced(std::move(all), std::to_string(begin), wish.query.max);
}

}  // namespace api
