// The computers of the fleet, one compact row each: a million of them fit beside everything else.
// A row is found by its index, which a computer keeps for ever, also after it was removed.
// What many computers share stands in their bucket (buckets.h), not here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/domain/ids.h"
#include "ledger/domain/intern.h"
#include "ledger/domain/since.h"

namespace ledger::domain {

using ComputerIndex = std::uint32_t;

struct ComputerRow {
  static constexpr std::uint32_t no_bucket = 0xffffffff;

  std::uint32_t text = 0;  // Where its id, and then its name, begin.
  std::uint8_t id_bytes = 0;
  std::uint8_t name_bytes = 0;
  std::uint8_t name_room = 0;        // Bytes that a new name may take in place.
  std::uint32_t bucket = no_bucket;  // A slot of Buckets; no_bucket: not of the fleet (any more).
  std::uint32_t agent_version = 0;   // Interned.
  std::uint32_t labels = 0;          // Interned.
  std::uint32_t rule_update = 0;     // year * 1000 + number, as reported; 0: none.
  std::uint32_t stream_version = 0;  // Of its next event.
  std::uint64_t sequence = 0;        // Of the last report recorded.
  Since known;                       // Its enrolment, or the last change of what it is or runs.
  Since silent;                      // Only while silent; the same for the two below.
  Since failed;
  Since taken;

  bool is_live() const { return bucket != no_bucket; }
};

// Rows in pieces of many, so that the table of pieces stays in the processor's cache, and growing
// copies nothing.
class ComputerRows {
 public:
  std::size_t size() const { return size_; }
  const ComputerRow& operator[](std::size_t at) const { return pieces_[at / piece][at % piece]; }
  ComputerRow& operator[](std::size_t at) { return pieces_[at / piece][at % piece]; }
  void push_back(const ComputerRow& row) {
    if (size_ % piece == 0) pieces_.emplace_back().reserve(piece);
    pieces_.back().push_back(row);
    ++size_;
  }

 private:
  static constexpr std::size_t piece = 1024;
  std::vector<std::vector<ComputerRow>> pieces_;
  std::size_t size_ = 0;
};

class ComputerTable {
 public:
  std::optional<ComputerIndex> find(std::string_view id) const {
    if (expected_ < rows_.size() && this->id(expected_) == id) return expected_;
    return look_up(id);
  }
  // The same, and more questions about `id` follow: they are answered by one comparison each.
  std::optional<ComputerIndex> expect(std::string_view id) {
    const auto found = find(id);
    expected_ = found.value_or(expected_);
    return found;
  }
  // The row of `id`, a new one if it has none. Shape: an id of 1..63 bytes.
  ComputerIndex obtain(std::string_view id);
  std::size_t size() const { return rows_.size(); }  // Removed ones included.

  const ComputerRow& operator[](ComputerIndex index) const { return rows_[index]; }
  ComputerRow& operator[](ComputerIndex index) { return rows_[index]; }

  std::string_view id(ComputerIndex index) const {
    const ComputerRow& row = rows_[index];
    return {texts_.data() + row.text, row.id_bytes};
  }
  std::string_view name(ComputerIndex index) const;
  void set_name(ComputerIndex index, std::string_view name);  // At most 255 bytes.

  const std::string& agent_version(ComputerIndex index) const {
    return agent_versions_.value_of(rows_[index].agent_version);
  }
  void set_agent_version(ComputerIndex index, const std::string& version) {
    set(rows_[index].agent_version, agent_versions_, version);
  }
  const std::vector<std::string>& labels(ComputerIndex index) const {
    return labels_.value_of(rows_[index].labels);
  }
  void set_labels(ComputerIndex index, const std::vector<std::string>& labels) {
    set(rows_[index].labels, labels_, labels);
  }

  std::size_t bytes_used() const;  // About, of memory.

  // -- For snapshots (intern.h). Rows are carried one by one, each with its id and name, for where
  // a text stands is nobody's business.
  template <class Self, class Visit>
  static void carried(Self& self, Visit visit) {
    auto& [rows, texts, wasted, index, expected, agent_versions, labels] = self;
    visit(agent_versions);
    visit(labels);
  }
  std::size_t text_bytes() const;  // Of all ids and names.
  // Makes room in a table without rows.
  void reserve(std::size_t rows, std::size_t text_bytes);
  // Adds the next row as it was carried; whether it could have been carried.
  bool restore(std::string_view id, std::string_view name, const ComputerRow& row);

 private:
  struct TextHash {
    std::size_t operator()(const std::string& text) const {
      Hasher hasher;
      hasher.add(text);
      return hasher.value();
    }
  };
  struct TextsHash {
    std::size_t operator()(const std::vector<std::string>& texts) const {
      Hasher hasher;
      for (const auto& text : texts) hasher.add(text);
      return hasher.value();
    }
  };
  template <class Values, class Value>
  static void set(std::uint32_t& number, Values& values, const Value& value) {
    const std::uint32_t wanted = values.number_of(value);
    values.acquire(wanted);
    if (number != 0) values.release(number);
    number = wanted;
  }
  std::optional<ComputerIndex> look_up(std::string_view id) const;
  std::size_t slot_of(std::string_view id) const;  // Of its entry, or where it would stand.
  void grow_index();
  void compact_texts();

  ComputerRows rows_;
  std::string texts_;                 // Ids and names, one after the other.
  std::size_t wasted_ = 0;            // Bytes of texts_ that no row refers to.
  std::vector<std::uint32_t> index_;  // By hash of the id, open addressing: index + 1; 0: free.
  ComputerIndex expected_ = 0;        // Looked at first; it need not be there.
  CountedInterner<std::string, TextHash> agent_versions_;
  CountedInterner<std::vector<std::string>, TextsHash> labels_;
};

}  // namespace ledger::domain
