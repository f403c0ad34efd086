#include "projections/memory_view_store.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace projections {

using ledger::Result;

class MemoryViewStore::MemoryCursor final : public RowCursor {
 public:
  MemoryCursor(const MemoryViewStore& store, domain::Position at, View view,
               std::string_view prefix, std::string_view after)
      : store_(store), at_(at), view_(view), prefix_(prefix), after_(after) {}

  Result<std::optional<Entry>> next() override {
    const std::lock_guard lock(store_.mutex_);
    auto found = !after_.empty() && after_ >= prefix_
                     ? store_.versions_.upper_bound({view_, after_})
                     : store_.versions_.lower_bound({view_, prefix_});
    if (started_) found = store_.versions_.upper_bound({view_, key_});
    for (; found != store_.versions_.end(); ++found) {
      const auto& [view, key] = found->first;
      if (view != view_ || !key.starts_with(prefix_)) break;
      const auto* row = newest(found->second, at_);
      if (row == nullptr || !*row) continue;
      started_ = true;
      key_ = key;
      row_ = **row;
      return std::optional<Entry>(Entry{key_, row_});
    }
    return std::optional<Entry>();
  }

 private:
  const MemoryViewStore& store_;
  domain::Position at_;
  View view_;
  std::string prefix_;
  std::string after_;
  bool started_ = false;
  std::string key_;
  std::string row_;
};

class MemoryViewStore::MemorySnapshot final : public Snapshot {
 public:
  MemorySnapshot(const MemoryViewStore& store, domain::Position at) : store_(store), at_(at) {}

  domain::Position at() const override { return at_; }

  bool is_same_at(View view, domain::Position other) const override {
    return store_.view_changes_.is_same(view, at_, other);
  }

  Result<std::optional<std::string>> get(View view, std::string_view key) const override {
    const auto versions = store_.versions(view, key, at_, 1);
    return versions->empty() ? std::nullopt : versions->front().row;
  }

  std::unique_ptr<RowCursor> scan(View view, std::string_view prefix,
                                  std::string_view after) const override {
    return std::make_unique<MemoryCursor>(store_, at_, view, prefix, after);
  }

 private:
  const MemoryViewStore& store_;
  domain::Position at_;
};

MemoryViewStore::MemoryViewStore()
    : rows_(rows_since({}, ViewSums().digests())), digests_(ViewSums().digests()) {}

std::unique_ptr<EventRows> MemoryViewStore::rows_since(
    domain::Position size, const std::vector<domain::ViewDigest>& digests) const {
  return std::make_unique<EventRows>(
      RowBook::Start{size, *ViewSums::from(digests),
                     [this](View view, std::string_view key) -> Result<std::optional<std::string>> {
                       const auto newest = versions(view, key, {size_.value - 1}, 1);
                       return newest->empty() ? std::nullopt : newest->front().row;
                     }});
}

const std::optional<std::string>* MemoryViewStore::newest(const Versions& versions,
                                                          domain::Position at) {
  const auto later = versions.upper_bound(at);
  return later == versions.begin() ? nullptr : &std::prev(later)->second;
}

domain::Position MemoryViewStore::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

domain::Digest MemoryViewStore::root() const {
  const std::lock_guard lock(mutex_);
  return root_;
}

std::unique_ptr<Snapshot> MemoryViewStore::as_of(domain::Position at) const {
  return std::make_unique<MemorySnapshot>(*this, at);
}

Result<std::vector<RowVersion>> MemoryViewStore::versions(View view, std::string_view key,
                                                          domain::Position at,
                                                          std::size_t max) const {
  const std::lock_guard lock(mutex_);
  std::vector<RowVersion> found;
  const auto versions = versions_.find({view, std::string(key)});
  if (versions == versions_.end()) return found;
  auto later = versions->second.upper_bound(at);
  while (later != versions->second.begin() && found.size() < max) {
    --later;
    found.push_back({later->first, later->second});
  }
  return found;
}

Result<std::vector<ChangedRow>> MemoryViewStore::changed_by(domain::Position position) const {
  const std::lock_guard lock(mutex_);
  const auto found = changes_.find(position);
  return found == changes_.end() ? std::vector<ChangedRow>() : found->second;
}

Result<void> MemoryViewStore::visit_changes(domain::Position from, domain::Position to,
                                            const ChangeVisit& visit) const {
  for (auto at = from; at < std::min(to, size()); ++at.value) {
    const auto changed = changed_by(at);
    for (const auto& row : *changed) visit(row.view, row.key);
  }
  return {};
}

Result<void> MemoryViewStore::visit_versions(View view, std::span<const std::string> keys,
                                             domain::Position since, domain::Position at,
                                             const VersionsVisit& visit) const {
  for (const auto& key : keys) {
    auto all = *versions(view, key, at, std::numeric_limits<std::size_t>::max());
    const auto stood = std::find_if(all.begin(), all.end(),
                                    [since](const auto& each) { return each.position <= since; });
    if (stood != all.end()) all.erase(std::next(stood), all.end());
    if (const auto visited = visit(key, all); !visited) return visited;
  }
  return {};
}

std::vector<domain::ViewDigest> MemoryViewStore::digests() const {
  const std::lock_guard lock(mutex_);
  return digests_;
}

void MemoryViewStore::end_event() {
  if (!open_event_) return;
  const auto& changes = rows_->end();
  for (const auto& change : changes) view_changes_.changed(change.view, *open_event_);
  if (!changes.empty()) written_.push_back({*open_event_, changes});
  open_event_.reset();
}

Rows& MemoryViewStore::begin_event(domain::Position position) {
  end_event();
  open_event_ = position;
  rows_->begin(position);
  return *rows_;
}

std::optional<std::vector<domain::ViewDigest>> MemoryViewStore::digests_at(
    domain::Position folded) {
  end_event();
  const auto sums = rows_->sums_at(folded);
  return sums ? std::optional(sums->digests()) : std::nullopt;
}

Result<void> MemoryViewStore::commit(domain::Position size, const domain::Digest& root) {
  end_event();
  {
    const std::lock_guard lock(mutex_);
    for (auto& [position, changes] : written_) {
      auto& changed = changes_[position];
      for (auto& change : changes) {
        changed.push_back({change.view, change.key});
        versions_[{change.view, change.key}].insert_or_assign(position, std::move(change.row));
      }
    }
    size_ = size;
    root_ = root;
    digests_ = rows_->sums().digests();
  }
  view_changes_.committed(size);
  written_.clear();
  rows_->committed();
  return {};
}

Result<void> MemoryViewStore::clear() {
  {
    const std::lock_guard lock(mutex_);
    versions_.clear();
    changes_.clear();
    size_ = {};
    root_ = {};
    digests_ = ViewSums().digests();
  }
  reopen();
  return {};
}

void MemoryViewStore::reopen() {
  open_event_.reset();
  written_.clear();
  view_changes_.opened(size_);
  rows_ = rows_since(size_, digests_);
}

}  // namespace projections
