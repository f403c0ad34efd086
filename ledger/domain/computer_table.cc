#include "ledger/domain/computer_table.h"

#include "ledger/domain/word_hash.h"
#include "ledger/result.h"

namespace ledger::domain {

std::size_t ComputerTable::slot_of(std::string_view id) const {
  WordHasher hasher;
  hasher.add(id);
  const std::size_t mask = index_.size() - 1;
  std::size_t slot = hasher.value() & mask;
  while (index_[slot] != 0 && this->id(index_[slot] - 1) != id) slot = (slot + 1) & mask;
  return slot;
}

std::optional<ComputerIndex> ComputerTable::look_up(std::string_view id) const {
  if (index_.empty()) return std::nullopt;
  const std::uint32_t entry = index_[slot_of(id)];
  if (entry == 0) return std::nullopt;
  return entry - 1;
}

void ComputerTable::grow_index() {
  index_.assign(index_.empty() ? 64 : index_.size() * 2, 0);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto index = static_cast<ComputerIndex>(i);
    index_[slot_of(id(index))] = index + 1;
  }
}

ComputerIndex ComputerTable::obtain(std::string_view id) {
  if (const auto found = find(id)) return *found;
  CHECK(!id.empty() && id.size() <= 63, "an id has 1 to 63 bytes");
  // At most three quarters full, so that a search ends soon.
  if ((rows_.size() + 1) * 4 > index_.size() * 3) grow_index();
  const auto index = static_cast<ComputerIndex>(rows_.size());
  const std::size_t slot = slot_of(id);
  ComputerRow row;
  row.text = static_cast<std::uint32_t>(texts_.size());
  row.id_bytes = static_cast<std::uint8_t>(id.size());
  texts_.append(id);
  rows_.push_back(row);
  index_[slot] = index + 1;
  return index;
}

std::string_view ComputerTable::name(ComputerIndex index) const {
  const ComputerRow& row = rows_[index];
  return std::string_view(texts_).substr(row.text + row.id_bytes, row.name_bytes);
}

void ComputerTable::set_name(ComputerIndex index, std::string_view name) {
  CHECK(name.size() <= 255, "a name has at most 255 bytes");
  ComputerRow& row = rows_[index];
  if (name.size() > row.name_room) {
    const std::size_t before = row.id_bytes + std::size_t{row.name_room};
    const std::string own_id(id(index));
    if (row.text + before == texts_.size()) {
      texts_.resize(texts_.size() - before);  // The last text grows where it is.
    } else {
      wasted_ += before;
    }
    row.text = static_cast<std::uint32_t>(texts_.size());
    texts_.append(own_id);
    texts_.append(name);
    row.name_room = static_cast<std::uint8_t>(name.size());
  } else {
    texts_.replace(row.text + row.id_bytes, name.size(), name);
  }
  row.name_bytes = static_cast<std::uint8_t>(name.size());
  constexpr std::size_t worth_it = 1'000'000;
  if (wasted_ > worth_it && wasted_ > texts_.size() / 2) compact_texts();
}

void ComputerTable::compact_texts() {
  std::string kept;
  kept.reserve(texts_.size() - wasted_);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    ComputerRow& row = rows_[i];
    const auto at = static_cast<std::uint32_t>(kept.size());
    kept.append(texts_, row.text, std::size_t{row.id_bytes} + row.name_bytes);
    row.text = at;
    row.name_room = row.name_bytes;
  }
  texts_ = std::move(kept);
  wasted_ = 0;
}

std::size_t ComputerTable::text_bytes() const {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    bytes += std::size_t{rows_[i].id_bytes} + rows_[i].name_bytes;
  }
  return bytes;
}

void ComputerTable::reserve(std::size_t rows, std::size_t text_bytes) {
  CHECK(rows_.size() == 0, "room is made before there are rows");
  std::size_t slots = 64;
  while (rows * 4 > slots * 3) slots *= 2;
  index_.assign(slots, 0);
  texts_.reserve(text_bytes);
}

bool ComputerTable::restore(std::string_view id, std::string_view name, const ComputerRow& row) {
  if (id.empty() || id.size() > 63 || name.size() > 255) return false;
  if (!agent_versions_.has(row.agent_version) || !labels_.has(row.labels)) return false;
  const std::size_t before = rows_.size();
  const ComputerIndex index = obtain(id);
  if (index != before) return false;  // There is one of this id already.
  ComputerRow& restored = rows_[index];
  const std::uint32_t text = restored.text;
  restored = row;
  restored.text = text;
  restored.id_bytes = static_cast<std::uint8_t>(id.size());
  restored.name_bytes = restored.name_room = static_cast<std::uint8_t>(name.size());
  texts_.append(name);
  return true;
}

std::size_t ComputerTable::bytes_used() const {
  return rows_.size() * sizeof(ComputerRow) + texts_.capacity() +
         index_.capacity() * sizeof(std::uint32_t);
}

}  // namespace ledger::domain
