#include "tests/support/view_store_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/view_contents.h"

namespace tests {
namespace {

using ledger::domain::Position;
using projections::View;
using projections::ViewStore;

constexpr View views[] = {View::computers, View::alerts, View::overview};
// Bytes that are near the borders of what keys are made of.
constexpr char key_bytes[] = {'\x00', '\x01', '\x02', 'a', '\xfe', '\xff'};

using Key = std::pair<View, std::string>;
using VersionsByKey = std::map<Key, std::vector<projections::RowVersion>>;

auto told_of(const std::vector<projections::RowVersion>& versions) {
  std::vector<std::pair<Position, std::optional<std::string>>> told;
  for (const auto& version : versions) told.emplace_back(version.position, version.row);
  return told;
}

class Model {
 public:
  Model(ViewStore* store, const std::function<ViewStore*()>& reopen, std::uint64_t seed)
      : store_(store), reopen_(reopen), random_(seed) {}

  void run() {
    for (int step = 0; step < 60; ++step) {
      write_event();
      if (below(3) == 0) commit();
      if (committed_ > 0) check_rows(below(2) == 0 ? committed_ - 1 : below(committed_));
      if (below(12) == 0) restart();
    }
    commit();
    check_all();
    ASSERT_TRUE(store_->clear());
    EXPECT_EQ(store_->size(), Position{0});
    EXPECT_EQ(store_->digests(), digests_of({}));
    states_.clear();
    committed_ = 0;
    write_event();
    commit();
    check_all();
  }

 private:
  std::size_t below(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }
  std::string any_key() {
    std::string key(below(4), '\0');
    for (char& byte : key) byte = key_bytes[below(std::size(key_bytes))];
    return key;
  }
  View any_view() { return views[below(std::size(views))]; }

  void write_event() {
    RowsByKey rows = states_.empty() ? RowsByKey() : states_.back();
    auto& out = store_->begin_event({states_.size()});
    for (std::size_t writes = below(5); writes > 0; --writes) {
      const View view = any_view();
      const std::string key = any_key();
      if (below(3) == 0) {
        out.erase(view, key);
        rows.erase({view, key});
      } else {
        const std::string row(below(3), static_cast<char>('x' + below(2)));
        out.put(view, key, row);
        rows[{view, key}] = row;
      }
      if (view != View::alerts) continue;
      const auto found = rows.find({view, key});
      EXPECT_EQ(out.get(view, key),
                found == rows.end() ? std::nullopt : std::optional(found->second));
    }
    states_.push_back(std::move(rows));
    const auto digests = store_->digests_at({states_.size()});
    ASSERT_TRUE(digests);
    EXPECT_EQ(*digests, digests_of(states_.back()));
  }

  void commit() {
    ledger::domain::Digest root;
    root.bytes[0] = static_cast<std::uint8_t>(states_.size());
    ASSERT_TRUE(store_->commit({states_.size()}, root));
    committed_ = states_.size();
    EXPECT_EQ(store_->size(), Position{committed_});
    EXPECT_EQ(store_->root(), root);
    EXPECT_EQ(store_->digests(), digests_of(states_.back()));
  }

  void restart() {
    store_ = reopen_();
    ASSERT_NE(store_, nullptr);
    ASSERT_LE(store_->size().value, committed_);
    committed_ = store_->size().value;
    states_.resize(committed_);
    EXPECT_EQ(store_->digests(), digests_of(committed_ == 0 ? RowsByKey() : states_.back()));
  }

  void check_all() {
    VersionsByKey versions;
    RowsByKey before;
    for (std::size_t at = 0; at < committed_; ++at) {
      const RowsByKey& rows = states_[at];
      EXPECT_EQ(rows_of(*store_->as_of({at})), rows) << "as of " << at;
      check_lists(at);
      std::vector<Key> changed;
      for (const auto& [key, row] : rows) {
        const auto old = before.find(key);
        if (old == before.end() || old->second != row) changed.push_back(key);
      }
      for (const auto& [key, row] : before) {
        if (!rows.contains(key)) changed.push_back(key);
      }
      std::sort(changed.begin(), changed.end());
      for (const auto& key : changed) {
        const auto now = rows.find(key);
        versions[key].insert(versions[key].begin(),
                             {{at}, now == rows.end() ? std::nullopt : std::optional(now->second)});
      }
      std::vector<Key> told;
      const auto rows_changed = store_->changed_by({at}).value();
      for (const auto& row : rows_changed) told.emplace_back(row.view, row.key);
      EXPECT_EQ(told, changed) << "changed by " << at;
      told.clear();
      EXPECT_TRUE(store_->visit_changes({at}, {at + 1}, [&told](View view, std::string_view key) {
        told.emplace_back(view, key);
      }));
      EXPECT_EQ(told, changed) << "visited as changed by " << at;
      before = rows;
    }
    for (const auto& [key, expected] : versions) check_versions(key, expected);
    for (const View view : views) check_visited(view, versions);
  }

  // All rows of a view in one pass, and one that never was.
  void check_visited(View view, const VersionsByKey& versions) {
    const Position at{below(committed_)};
    const Position since{below(at.value + 1)};
    std::vector<std::string> keys;
    VersionsByKey wanted;
    for (const auto& [key, all] : versions) {
      if (key.first != view) continue;
      keys.push_back(key.second);
      auto& some = wanted[key];
      for (const auto& version : all) {
        if (version.position > at) continue;
        some.push_back(version);
        if (version.position <= since) break;
      }
    }
    keys.emplace_back(4, '\xff');
    std::vector<std::string> visited;
    EXPECT_TRUE(store_->visit_versions(
        view, keys, since, at,
        [&](const std::string& key, const std::vector<projections::RowVersion>& told) {
          visited.push_back(key);
          EXPECT_EQ(told_of(told), told_of(wanted[{view, key}]))
              << "after " << since.value << " and up to " << at.value;
          return ledger::Result<void>();
        }));
    EXPECT_EQ(visited, keys);
  }

  void check_versions(const Key& key, const std::vector<projections::RowVersion>& expected) {
    const Position at{below(committed_ + 5)};
    const std::size_t max = 1 + below(expected.size() + 1);
    std::vector<std::pair<Position, std::optional<std::string>>> wanted;
    for (const auto& version : expected) {
      if (version.position <= at && wanted.size() < max) {
        wanted.emplace_back(version.position, version.row);
      }
    }
    EXPECT_EQ(told_of(store_->versions(key.first, key.second, at, max).value()), wanted);
  }

  // The same keys again and again, while what they have changes.
  void check_rows(std::size_t at) {
    const auto snapshot = store_->as_of({at});
    for (int i = 0; i < 6; ++i) {
      const View view = any_view();
      const std::string key = any_key();
      const auto row = states_[at].find({view, key});
      EXPECT_EQ(snapshot->get(view, key).value(),
                row == states_[at].end() ? std::nullopt : std::optional(row->second))
          << "as of " << at << " of " << committed_;
    }
  }

  // Rows by key, lists by prefix and from a place on.
  void check_lists(std::size_t at) {
    const auto snapshot = store_->as_of({at});
    EXPECT_EQ(snapshot->at(), Position{at});
    check_rows(at);
    for (int i = 0; i < 4; ++i) {
      const View view = any_view();
      const std::string key = any_key();
      const std::string prefix = any_key().substr(0, below(3));
      std::vector<std::pair<std::string, std::string>> wanted;
      for (const auto& [each, bytes] : states_[at]) {
        if (each.first == view && each.second.starts_with(prefix) &&
            (key.empty() || each.second > key)) {
          wanted.emplace_back(each.second, bytes);
        }
      }
      std::vector<std::pair<std::string, std::string>> told;
      const auto cursor = snapshot->scan(view, prefix, key);
      while (const auto entry = cursor->next().value()) told.emplace_back(entry->key, entry->row);
      EXPECT_EQ(told, wanted);
    }
  }

  ViewStore* store_;
  const std::function<ViewStore*()>& reopen_;
  std::mt19937_64 random_;
  std::vector<RowsByKey> states_;  // [p]: after the event at p.
  std::size_t committed_ = 0;
};

}  // namespace

void check_against_model(ViewStore* store, const std::function<ViewStore*()>& reopen,
                         std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Model(store, reopen, seed).run();
}

}  // namespace tests
