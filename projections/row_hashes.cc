#include "projections/row_hashes.h"

#include <algorithm>
#include <utility>

#include "ledger/domain/word_hash.h"
#include "ledger/result.h"

namespace projections {
namespace {

using domain::mix;
using domain::Wide;
using domain::word_of;

constexpr std::size_t slots_min = 1024;

}  // namespace

RowHashes::Key RowHashes::key_of(View view, std::string_view key) {
  std::uint64_t state = 0x9e3779b97f4a7c15ULL ^ key.size();
  state = mix(state ^ static_cast<std::uint64_t>(view), 0xa0761d6478bd642fULL);
  while (!key.empty()) {
    state = mix(state ^ word_of(key), 0xe7037ed1a0b428dbULL) + 0x8ebc6af09c88c6e3ULL;
    key.remove_prefix(std::min<std::size_t>(key.size(), 8));
  }
  state = mix(state, 0x589965cc75374cc3ULL);
  return state == 0 ? 1 : state;
}

std::size_t RowHashes::home_of(Key key) const {
  return static_cast<std::size_t>(Wide{key} * slots_.size() >> 64);
}

std::size_t RowHashes::place_of(Key key) const {
  std::size_t at = home_of(key);
  while (slots_[at].key != 0 && slots_[at].key != key) at = next(at);
  return at;
}

const RowHash* RowHashes::find(Key key) const {
  if (slots_.empty()) return nullptr;
  const Slot& slot = slots_[place_of(key)];
  return slot.key == 0 ? nullptr : &slot.hash;
}

void RowHashes::set(Key key, const RowHash& hash) {
  if ((used_ + 1) * 5 > slots_.size() * 4) grow();
  Slot& slot = slots_[place_of(key)];
  if (slot.key == 0) ++used_;
  slot = {key, hash};
}

void RowHashes::erase(Key key) {
  if (slots_.empty()) return;
  std::size_t hole = place_of(key);
  if (slots_[hole].key == 0) return;
  --used_;
  // Whatever probed past the hole moves back into it, so that no search ends early.
  for (std::size_t at = next(hole); slots_[at].key != 0; at = next(at)) {
    const std::size_t home = home_of(slots_[at].key);
    const bool home_between = hole < at ? hole < home && home <= at : hole < home || home <= at;
    if (home_between) continue;
    slots_[hole] = slots_[at];
    hole = at;
  }
  slots_[hole] = Slot{};
}

void RowHashes::grow() {
  const std::size_t size = slots_.empty() ? slots_min : slots_.size() + slots_.size() / 2;
  const auto old = std::exchange(slots_, std::vector<Slot>(size));
  for (const Slot& slot : old) {
    if (slot.key != 0) slots_[place_of(slot.key)] = slot;
  }
}

}  // namespace projections
