#include "api/whole_lists.h"

#include <utility>

#include "ledger/limits.h"

namespace api {
namespace {

namespace limits = ledger::limits;

// Hands over page by page until the list ends; false: it did not within so many pages, or `take`
// had enough.
template <class Take>
Answered<bool> walk(const Routes::List& list, const Reading& reading, projections::ListQuery query,
                    Take take) {
  query.after.clear();
  query.max = limits::page_rows_max;
  for (std::size_t pages = 0; pages < limits::list_pages_counted_max; ++pages) {
    auto page = list(reading, query);
    if (!page) return refused(page.error());
    auto next = std::move(page->next);
    if (!take(*std::move(page))) return false;
    if (!next) return true;
    query.after = *std::move(next);
  }
  return false;
}

}  // namespace

Answered<std::uint64_t> count_rows(const Routes::List& list, const Reading& reading,
                                   projections::ListQuery query) {
  std::uint64_t total = 0;
  const auto ended = walk(list, reading, std::move(query), [&](const Listed& page) {
    total += page.items.size();
    return true;
  });
  if (!ended) return refused(ended.error());
  if (*ended) return total;
  return refused("too-many-to-count",
                 "These are more rows than are counted one by one; ask for fewer by a filter, or "
                 "without count.");
}

Answered<Listed> ordered_page(const Routes::List& list, const Reading& reading,
                              const projections::ListQuery& query, const RowOrder& order,
                              const std::vector<std::string>& own) {
  Listed all;
  const auto ended = walk(list, reading, query, [&](Listed page) {
    if (all.fields == nullptr) {
      all = std::move(page);
    } else {
      for (auto& item : page.items) all.items.push_back(std::move(item));
    }
    return all.items.size() <= limits::list_rows_ordered_max;
  });
  if (!ended) return refused(ended.error());
  if (!*ended) {
    return refused("too-many-to-order",
                   "More than " + std::to_string(limits::list_rows_ordered_max) +
                       " rows, or rows found among too many others, are given in the list's own "
                       "order only" +
                       (own.empty() ? std::string() : " (" + own.front() + ")") +
                       "; ask for fewer by a filter, or without order_by.");
  }
  all.next.reset();
  if (const auto sorted = sort_rows(order, all); !sorted) return refused(sorted.error());
  all.total_size = all.items.size();
  return sliced(std::move(all), query.after, query.max);
}

}  // namespace api
