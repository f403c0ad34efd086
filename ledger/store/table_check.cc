#include "ledger/store/table_check.h"

#include <xxhash.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ledger::store {
namespace {

using rocksdb::IOStatus;

// The footer: the kind of checksum, where two blocks are, zeros up to a fixed size, the version of
// the format, a number that says "table".
constexpr std::uint32_t format_version = 5;
constexpr std::uint64_t table_number = 0x88e241b785f4cff7;
constexpr std::size_t places_bytes = 40;
constexpr std::size_t footer_bytes = 1 + places_bytes + 4 + 8;
// Behind each block: how it is compressed, and the checksum over both.
constexpr std::size_t trailer_bytes = 1 + 4;
constexpr std::string_view properties_name = "rocksdb.properties";

struct Place {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t end() const { return offset + size + trailer_bytes; }
};

// Takes numbers from the front of bytes; nothing, once they end too early.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::string_view rest() const { return bytes_; }

  std::optional<std::string_view> take(std::uint64_t size) {
    if (size > bytes_.size()) return std::nullopt;
    const auto taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  // Of `size` bytes, the least significant first.
  std::optional<std::uint64_t> number(std::size_t size) {
    const auto taken = take(size);
    if (!taken) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;) {
      value = value << 8U | static_cast<unsigned char>((*taken)[i]);
    }
    return value;
  }

  // Seven bits in each byte, the least significant first; the highest bit says that more follow.
  // A number has one spelling, the shortest.
  std::optional<std::uint64_t> varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = number(1);
      if (!byte || (*byte == 0 && shift > 0)) return std::nullopt;
      value |= (*byte & 0x7fU) << shift;
      if ((*byte & 0x80U) == 0) return value;
    }
    return std::nullopt;
  }

  std::optional<Place> place() {
    const auto offset = varint();
    const auto size = varint();
    if (!offset || !size) return std::nullopt;
    return Place{*offset, *size};
  }

 private:
  std::string_view bytes_;
};

IOStatus damaged(const char* what) { return IOStatus::Corruption(what); }

IOStatus read(const rocksdb::FSRandomAccessFile& table, const Place& place, std::string& bytes) {
  bytes.resize(place.size);
  rocksdb::Slice found;
  auto status =
      table.Read(place.offset, place.size, rocksdb::IOOptions(), &found, bytes.data(), nullptr);
  if (!status.ok()) return status;
  if (found.size() != place.size) return damaged("the table ends too early");
  if (found.data() != bytes.data()) bytes.assign(found.data(), found.size());
  return status;
}

struct Footer {
  Place others;  // The index of blocks that are not rows.
  Place index;
};

std::optional<Footer> footer_in(std::string_view bytes) {
  Reader reader(bytes);
  if (reader.number(1) != std::uint64_t{rocksdb::kXXH3}) return std::nullopt;
  Reader places(*reader.take(places_bytes));
  const auto others = places.place();
  const auto index = places.place();
  if (!others || !index) return std::nullopt;
  if (places.rest().find_first_not_of('\0') != std::string_view::npos) return std::nullopt;
  if (reader.number(4) != format_version || reader.number(8) != table_number) return std::nullopt;
  return Footer{*others, *index};
}

// A block without what follows it. Shape: `block.end()` is within the table.
IOStatus read_block(const rocksdb::FSRandomAccessFile& table, const Place& block,
                    std::string& bytes) {
  const auto status = read(table, {block.offset, block.size + trailer_bytes}, bytes);
  if (!status.ok()) return status;
  const std::uint64_t stored = *Reader(std::string_view(bytes).substr(block.size + 1)).number(4);
  // RocksDB mixes the byte of the compression in afterwards.
  constexpr std::uint32_t mixed_by = 0x6b9083d9;
  const auto compression = static_cast<unsigned char>(bytes[block.size]);
  const auto hash = static_cast<std::uint32_t>(XXH3_64bits(bytes.data(), block.size));
  if (stored != (hash ^ compression * mixed_by)) return damaged("a block has another checksum");
  if (compression != rocksdb::kNoCompression) return damaged("a block is compressed that never is");
  bytes.resize(block.size);
  return status;
}

struct NamedPlace {
  std::string name;
  Place place;
};

// What an index of blocks names: each name by how much it has of the one before and what is new,
// then a place. A table of restarts ends it.
std::optional<std::vector<NamedPlace>> places_in(std::string_view block) {
  if (block.size() < 4) return std::nullopt;
  const std::uint64_t restarts = *Reader(block.substr(block.size() - 4)).number(4);
  if (block.size() / 4 < restarts + 1) return std::nullopt;
  Reader reader(block.substr(0, block.size() - 4 * (restarts + 1)));
  std::vector<NamedPlace> places;
  std::string name;
  while (!reader.rest().empty()) {
    const auto kept = reader.varint();
    const auto added = reader.varint();
    const auto value = reader.varint();
    if (!kept || !added || !value || *kept > name.size()) return std::nullopt;
    const auto end_of_name = reader.take(*added);
    const auto bytes = reader.take(*value);
    if (!end_of_name || !bytes) return std::nullopt;
    name.resize(*kept);
    name += *end_of_name;
    const auto place = Reader(*bytes).place();
    if (!place) return std::nullopt;
    places.push_back({name, *place});
  }
  return places;
}

// Whether all that stands from the index on stands there without a gap, up to the footer: a place
// in the footer that is off by a bit can lead to a block that is whole, and not the one it is for.
bool stand_without_gaps(std::vector<Place> blocks, const Footer& footer, std::uint64_t end) {
  std::erase_if(blocks, [&](const Place& each) { return each.offset < footer.index.offset; });
  blocks.push_back(footer.index);
  blocks.push_back(footer.others);
  std::sort(blocks.begin(), blocks.end(),
            [](const Place& a, const Place& b) { return a.offset < b.offset; });
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::uint64_t next = i + 1 < blocks.size() ? blocks[i + 1].offset : end;
    if (blocks[i].offset > end || blocks[i].size > end || blocks[i].end() != next) return false;
  }
  return true;
}

}  // namespace

rocksdb::BlockBasedTableOptions table_options() {
  rocksdb::BlockBasedTableOptions options;
  options.format_version = format_version;
  options.checksum = rocksdb::kXXH3;
  return options;
}

IOStatus check_table(const rocksdb::FSRandomAccessFile& table, std::uint64_t size) {
  if (size < footer_bytes) return damaged("the table is shorter than its footer");
  const std::uint64_t end = size - footer_bytes;
  std::string bytes;
  auto status = read(table, {end, footer_bytes}, bytes);
  if (!status.ok()) return status;
  const auto footer = footer_in(bytes);
  if (!footer) return damaged("the table's footer is not one of ours");
  const Place& others = footer->others;
  if (others.offset > end || others.size > end || others.end() != end) {
    return damaged("the table's footer leads astray");
  }
  status = read_block(table, others, bytes);
  if (!status.ok()) return status;
  const auto named = places_in(bytes);
  if (!named) return damaged("the table's index of blocks cannot be read");
  std::vector<Place> places;
  std::optional<Place> properties;
  for (const auto& each : *named) {
    places.push_back(each.place);
    if (each.name == properties_name) properties = each.place;
  }
  if (!stand_without_gaps(places, *footer, end)) return damaged("the table's blocks have gaps");
  if (!properties || properties->offset < footer->index.offset) {
    return damaged("the table has no properties");
  }
  return read_block(table, *properties, bytes);
}

}  // namespace ledger::store
