#include "projections/digest.h"

#include <algorithm>
#include <string>

#include "ledger/digest.h"

namespace projections {
namespace {

std::uint64_t big_endian(const std::uint8_t* bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | bytes[i];
  return value;
}

std::optional<View> view_from(std::string_view name) {
  for (const auto& each : all_views) {
    if (each.name == name) return each.view;
  }
  return std::nullopt;
}

bool names(const std::vector<domain::ViewDigest>& digests, std::string_view view) {
  return std::any_of(digests.begin(), digests.end(),
                     [&](const domain::ViewDigest& each) { return each.view == view; });
}

}  // namespace

RowHash hash_row(std::string_view key, std::string_view row) {
  thread_local std::string bytes;
  bytes.clear();
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(static_cast<unsigned char>(key.size() >> shift));
  }
  bytes += key;
  bytes += row;
  const auto digest = ledger::sha256(bytes);
  return {big_endian(digest.bytes.data()), big_endian(digest.bytes.data() + 8)};
}

void ViewSum::add(const RowHash& row) {
  ++rows;
  sum.low += row.low;
  sum.high += row.high + (sum.low < row.low ? 1 : 0);
}

void ViewSum::remove(const RowHash& row) {
  --rows;
  sum.high -= row.high + (sum.low < row.low ? 1 : 0);
  sum.low -= row.low;
}

std::vector<domain::ViewDigest> ViewSums::digests() const {
  std::vector<domain::ViewDigest> digests;
  digests.reserve(all_views.size());
  for (const auto& [view, name] : all_views) {
    const ViewSum& sum = (*this)[view];
    digests.push_back({std::string(name), sum.rows, sum.sum.high, sum.sum.low});
  }
  return digests;
}

std::optional<ViewSums> ViewSums::from(const std::vector<domain::ViewDigest>& digests) {
  ViewSums sums;
  for (const auto& digest : digests) {
    const auto view = view_from(digest.view);
    if (!view) return std::nullopt;
    sums[*view] = {digest.rows, {digest.high, digest.low}};
  }
  return sums;
}

std::vector<std::string_view> differing_views(const std::vector<domain::ViewDigest>& one,
                                              const std::vector<domain::ViewDigest>& other) {
  const auto sums = ViewSums::from(one);
  const auto others = ViewSums::from(other);
  std::vector<std::string_view> differing;
  for (const auto& [view, name] : all_views) {
    const bool both_know = names(one, name) && names(other, name);
    if (!sums || !others || (both_know && (*sums)[view] != (*others)[view])) {
      differing.push_back(name);
    }
  }
  return differing;
}

void SumsTrail::note(domain::Position position, View view, const ViewSum& before) {
  changes_.push_back({position, view, before});
  if (changes_.size() <= changes_max_) return;
  known_from_ = {changes_.front().position.value + 1};
  changes_.pop_front();
}

std::optional<ViewSums> SumsTrail::sums_at(domain::Position folded, ViewSums now) const {
  if (folded < known_from_) return std::nullopt;
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
    if (change->position < folded) break;
    now[change->view] = change->before;
  }
  return now;
}

}  // namespace projections
