#include "ledger/codec/world_codec.h"

#include <array>
#include <limits>
#include <map>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

#include "ledger/codec/varints.h"
#include "ledger/codec/world_members.h"
#include "ledger/domain/fields.h"

namespace ledger::codec {
namespace {

using domain::HasFields;
using domain::IsId;
using domain::IsOptional;
using domain::IsVector;
using domain::SharedRule;

template <class T>
concept FixedBytes = std::same_as<T, domain::Digest> || std::same_as<T, domain::CommandId>;
template <class T>
concept Numeric = std::is_integral_v<T> || domain::NamedEnum<T>;
template <class T>
concept Keyed = requires {
  typename T::key_compare;
};
template <class T>
concept Carried = requires(T& value) {
  T::carried(value, [](const auto&) {});
};

template <class T>
struct IsPair : std::false_type {};
template <class A, class B>
struct IsPair<std::pair<A, B>> : std::true_type {};

template <Numeric T>
std::uint64_t to_bits(T value) {
  if constexpr (std::is_signed_v<T>) {
    return zigzag(value);
  } else {
    return static_cast<std::uint64_t>(value);
  }
}

// False: T has no such value.
template <Numeric T>
bool from_bits(std::uint64_t bits, T& value) {
  if constexpr (std::is_enum_v<T>) {
    value = static_cast<T>(bits);
    return bits < enum_names(T{}).size();
  } else if constexpr (std::is_signed_v<T>) {
    value = static_cast<T>(unzigzag(bits));
    return value == unzigzag(bits);
  } else {
    value = static_cast<T>(bits);
    return bits <= std::numeric_limits<T>::max();
  }
}

class WorldWriter {
 public:
  explicit WorldWriter(const WorldSink& sink) : sink_(sink) { buffer_.reserve(piece_bytes * 2); }

  template <Numeric T>
  void number(T value) {
    add_varint(buffer_, to_bits(value));
  }
  void raw(std::string_view bytes) {
    buffer_.append(bytes);
    if (buffer_.size() >= piece_bytes) pass_on();
  }
  void text(std::string_view text) {
    number(text.size());
    raw(text);
  }
  // A rule that several updates have is written where it is met first, and is a number from then
  // on, so that they share it again when they are read.
  template <class Write>
  void shared(const SharedRule& rule, Write write) {
    const auto [found, is_new] = rules_.emplace(rule.get(), rules_.size());
    number(found->second);
    if (is_new) write(*rule);
  }
  Result<void> finish() {
    pass_on();
    return outcome_;
  }

 private:
  static constexpr std::size_t piece_bytes = 1'048'576;

  void pass_on() {
    if (outcome_ && !buffer_.empty()) outcome_ = sink_(buffer_);
    buffer_.clear();
  }

  const WorldSink& sink_;
  std::string buffer_;
  Result<void> outcome_;
  std::map<const domain::Rule*, std::uint64_t> rules_;  // Looked up only, never walked.
};

// After the first thing that cannot be, everything reads as nothing.
class WorldReader {
 public:
  explicit WorldReader(std::string_view bytes) : in_(bytes) {}

  bool is_sound() const { return !in_.failed(); }
  bool is_at_end() const { return in_.left() == 0; }
  void refuse() { in_.refuse(); }

  template <Numeric T>
  void number(T& value) {
    if (!from_bits(in_.varint(), value)) {
      value = T{};
      refuse();
    }
  }
  std::string_view raw(std::size_t count) { return in_.bytes(count); }
  std::string_view text() { return in_.text(); }
  std::size_t count() { return in_.count(); }
  template <class Read>
  SharedRule shared(Read read) {
    const std::uint64_t at = in_.varint();
    if (at == rules_.size() && is_sound()) {
      domain::Rule rule;
      read(rule);
      rules_.push_back(std::make_shared<const domain::Rule>(std::move(rule)));
    }
    if (at >= rules_.size()) refuse();
    return is_sound() ? rules_[at] : std::make_shared<const domain::Rule>();
  }

 private:
  VarintReader in_;
  std::vector<SharedRule> rules_;
};

void put_table(WorldWriter& out, const domain::ComputerTable& table);
void take_table(WorldReader& in, domain::ComputerTable& table);

template <class T>
void put(WorldWriter& out, const T& value) {
  if constexpr (Numeric<T>) {
    out.number(value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    out.text(value);
  } else if constexpr (IsId<T>::value) {
    out.text(value.value);
  } else if constexpr (FixedBytes<T>) {
    out.raw(bytes_of(value));
  } else if constexpr (std::is_same_v<T, SharedRule>) {
    out.shared(value, [&](const domain::Rule& rule) { put(out, rule); });
  } else if constexpr (IsPair<T>::value) {
    put(out, value.first);
    put(out, value.second);
  } else if constexpr (IsOptional<T>::value) {
    out.number(value.has_value());
    if (value) put(out, *value);
  } else if constexpr (IsVector<T>::value || Keyed<T>) {
    out.number(value.size());
    for (const auto& each : value) {
      if constexpr (requires { typename T::mapped_type; }) {
        put(out, each.first);
        put(out, each.second);
      } else {
        put(out, each);
      }
    }
  } else if constexpr (std::is_same_v<T, domain::ComputerTable>) {
    put_table(out, value);
  } else if constexpr (Carried<T>) {
    T::carried(value, [&](const auto& each) { put(out, each); });
  } else if constexpr (HasFields<T>) {
    for_each_field(value, [&](std::string_view, const auto& each) { put(out, each); });
  } else {
    members(value, [&](const auto&... each) { (put(out, each), ...); });
  }
}

template <class T>
void take(WorldReader& in, T& value);

// Keys come in order, each once.
template <Keyed T>
void take_keyed(WorldReader& in, T& all) {
  for (std::size_t count = in.count(); count > 0 && in.is_sound(); --count) {
    typename T::key_type key;
    take(in, key);
    const auto after_last = [&] {
      if (all.empty()) return true;
      if constexpr (requires { typename T::mapped_type; }) {
        return all.key_comp()(all.rbegin()->first, key);
      } else {
        return all.key_comp()(*all.rbegin(), key);
      }
    };
    if (!after_last()) return in.refuse();
    if constexpr (requires { typename T::mapped_type; }) {
      take(in, all.emplace_hint(all.end(), std::move(key), typename T::mapped_type{})->second);
    } else {
      all.emplace_hint(all.end(), std::move(key));
    }
  }
}

template <class T>
void take(WorldReader& in, T& value) {
  if constexpr (Numeric<T>) {
    in.number(value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    value = in.text();
  } else if constexpr (IsId<T>::value) {
    value.value = in.text();
  } else if constexpr (FixedBytes<T>) {
    const auto bytes = in.raw(value.bytes.size());
    std::copy(bytes.begin(), bytes.end(), value.bytes.begin());
  } else if constexpr (std::is_same_v<T, SharedRule>) {
    value = in.shared([&](domain::Rule& rule) { take(in, rule); });
  } else if constexpr (IsPair<T>::value) {
    take(in, value.first);
    take(in, value.second);
  } else if constexpr (IsOptional<T>::value) {
    bool is_there = false;
    in.number(is_there);
    if (is_there) take(in, value.emplace());
  } else if constexpr (Keyed<T>) {
    value.clear();  // A relay group is there from the beginning.
    take_keyed(in, value);
  } else if constexpr (IsVector<T>::value) {
    value.clear();
    for (std::size_t count = in.count(); count > 0 && in.is_sound(); --count) {
      take(in, value.emplace_back());
    }
  } else if constexpr (std::is_same_v<T, domain::ComputerTable>) {
    take_table(in, value);
  } else if constexpr (Carried<T>) {
    T::carried(value, [&](auto& each) { take(in, each); });
    if constexpr (requires { value.rebuild(); }) {
      if (in.is_sound() && !value.rebuild()) in.refuse();
    }
  } else if constexpr (HasFields<T>) {
    for_each_field(value, [&](std::string_view, auto& each) { take(in, each); });
  } else {
    members(value, [&](auto&... each) { (take(in, each), ...); });
  }
}

void put_table(WorldWriter& out, const domain::ComputerTable& table) {
  domain::ComputerTable::carried(table, [&](const auto& each) { put(out, each); });
  out.number(table.size());
  out.number(table.text_bytes());
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto index = static_cast<domain::ComputerIndex>(i);
    out.text(table.id(index));
    out.text(table.name(index));
    put(out, table[index]);
  }
}

void take_table(WorldReader& in, domain::ComputerTable& table) {
  domain::ComputerTable::carried(table, [&](auto& each) { take(in, each); });
  const std::size_t rows = in.count();
  const std::size_t text_bytes = in.count();
  table.reserve(rows, text_bytes);
  for (std::size_t i = 0; i < rows && in.is_sound(); ++i) {
    const auto id = in.text();
    const auto name = in.text();
    domain::ComputerRow row;
    take(in, row);
    if (in.is_sound() && !table.restore(id, name, row)) in.refuse();
  }
  if (table.text_bytes() != text_bytes) in.refuse();
}

// Every live computer is in a bucket that counts it.
bool are_counted(const domain::Computers& computers) {
  std::vector<std::uint64_t> members;
  for (std::size_t i = 0; i < computers.table.size(); ++i) {
    const auto& row = computers.table[static_cast<domain::ComputerIndex>(i)];
    if (!row.is_live()) continue;
    if (!computers.buckets.has(row.bucket)) return false;
    if (row.bucket >= members.size()) members.resize(row.bucket + std::size_t{1});
    ++members[row.bucket];
  }
  for (const auto& [id, slot] : computers.buckets.by_id()) {
    if (slot >= members.size() || members[slot] != computers.buckets[slot].computers) return false;
  }
  return true;
}

}  // namespace

Result<void> encode_world(const domain::World& world, const WorldSink& sink) {
  WorldWriter out(sink);
  put(out, world);
  return out.finish();
}

std::string encode_world(const domain::World& world) {
  std::string bytes;
  const auto encoded = encode_world(world, [&](std::string_view piece) -> Result<void> {
    bytes += piece;
    return {};
  });
  CHECK(encoded, "memory takes every piece");
  return bytes;
}

Result<domain::World> decode_world(std::string_view bytes) {
  WorldReader in(bytes);
  domain::World world;
  take(in, world);
  if (!in.is_sound() || !in.is_at_end() || !are_counted(world.computers)) {
    return fail(ErrorKind::corrupt, "world-malformed",
                "These bytes are not a world as this program writes one.");
  }
  return world;
}

}  // namespace ledger::codec
