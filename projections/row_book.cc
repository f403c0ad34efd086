#include "projections/row_book.h"

#include <utility>

namespace projections {
namespace {

std::string read_back_key(View view, std::string_view key) {
  std::string joined(1, static_cast<char>(view));
  joined += key;
  return joined;
}

}  // namespace

RowBook::RowBook(Start start)
    : newest_(std::move(start.newest)), complete_(start.size.value == 0), sums_(start.sums) {}

std::optional<std::string> RowBook::read(View view, std::string_view key) {
  if (complete_ || error_) return std::nullopt;
  auto row = newest_(view, key);
  if (row) return *std::move(row);
  error_ = row.error();
  return std::nullopt;
}

void RowBook::remember(View view, std::string_view key, const std::optional<std::string>& row) {
  if (is_read_back(view)) read_back_[read_back_key(view, key)] = row;
}

std::optional<std::string> RowBook::get(View view, std::string_view key) {
  CHECK(is_read_back(view), "only rows of views that are read back are kept");
  auto joined = read_back_key(view, key);
  const auto known = read_back_.find(joined);
  if (known != read_back_.end()) return known->second;
  auto row = read(view, key);
  if (!complete_) read_back_.emplace(std::move(joined), row);
  return row;
}

std::optional<RowHash> RowBook::hash_before(RowHashes::Key hash_key, View view,
                                            std::string_view key) {
  if (const RowHash* known = hashes_.find(hash_key)) {
    return *known == RowHash{} ? std::nullopt : std::optional(*known);
  }
  const auto row = read(view, key);
  return row ? std::optional(hash_row(key, *row)) : std::nullopt;
}

bool RowBook::change(View view, std::string_view key, const std::optional<std::string>& row) {
  const auto hash_key = RowHashes::key_of(view, key);
  const auto before = hash_before(hash_key, view, key);
  const auto after = row ? std::optional(hash_row(key, *row)) : std::nullopt;
  if (before == after) return false;
  ViewSum& sum = sums_[view];
  if (before) sum.remove(*before);
  if (after) sum.add(*after);
  if (after) {
    hashes_.set(hash_key, *after);
  } else if (complete_) {
    hashes_.erase(hash_key);
  } else {
    hashes_.set(hash_key, RowHash{});
    erased_.push_back(hash_key);
  }
  return true;
}

void RowBook::committed() {
  for (const auto hash_key : erased_) {
    const RowHash* hash = hashes_.find(hash_key);
    if (hash != nullptr && *hash == RowHash{}) hashes_.erase(hash_key);
  }
  erased_.clear();
}

}  // namespace projections
