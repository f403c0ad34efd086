// Laws of the difference between two moments, over histories of every kind of command.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>
#include <utility>

#include "projections/history.h"
#include "projections/row_fields.h"
#include "replay/diff.h"
#include "tests/support/any_history.h"
#include "tests/support/view_contents.h"
#include "tests/support/viewed.h"

namespace {

using Named = std::map<std::pair<std::string, std::string>, std::string>;  // To the change.

bool differ(projections::View view, const std::string& before, const std::string& after) {
  const auto old_fields = projections::row_fields(view, before).value();
  const auto new_fields = projections::row_fields(view, after).value();
  if (old_fields.size() != new_fields.size()) return true;
  for (std::size_t i = 0; i < old_fields.size(); ++i) {
    if (old_fields[i].name != new_fields[i].name) return true;
    if (!(old_fields[i].value == new_fields[i].value)) return true;
  }
  return false;
}

// By comparing every row of every view.
Named naive(const tests::RowsByKey& before, const tests::RowsByKey& after) {
  Named named;
  const auto name = [](const auto& key) {
    return std::pair(std::string(name_of(key.first)),
                     projections::shown_key(key.first, key.second));
  };
  for (const auto& [key, row] : before) {
    const auto found = after.find(key);
    if (found == after.end()) {
      named[name(key)] = "removed";
    } else if (differ(key.first, row, found->second)) {
      named[name(key)] = "changed";
    }
  }
  for (const auto& [key, row] : after) {
    if (!before.contains(key)) named[name(key)] = "added";
  }
  return named;
}

RC_GTEST_PROP(Diff, IsWhatComparingAllRowsComesTo, ()) {
  const auto fold = tests::play(*tests::any_steps());
  const tests::Viewed viewed(fold.log);
  const auto from = *rc::gen::inRange<std::size_t>(0, fold.log.size());
  const auto to = *rc::gen::inRange<std::size_t>(0, fold.log.size());
  replay::DiffQuery query{{from}, {to}, {}, "", *rc::gen::inRange<std::size_t>(1, 50)};
  Named told;
  do {
    const auto page = replay::diff(viewed.views, viewed.log, query);
    RC_ASSERT(page.has_value());
    for (const auto& row : page->items) {
      RC_ASSERT(told.emplace(std::pair(row.view, row.key), row.change).second);
    }
    query.after = page->next;
  } while (!query.after.empty());
  RC_ASSERT(told == naive(tests::rows_of(*viewed.at(from)), tests::rows_of(*viewed.at(to))));
}

}  // namespace
