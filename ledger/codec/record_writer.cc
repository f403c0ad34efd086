#include "ledger/codec/record_writer.h"

#include <cstring>

namespace ledger::codec {
namespace {

std::uint64_t sizes(Extent extent) {
  return static_cast<std::uint64_t>(extent.data) << 32 | static_cast<std::uint64_t>(extent.pointers)
                                                             << 48;
}

std::uint64_t list_sizes(ElementSize size, std::size_t count) {
  return static_cast<std::uint64_t>(size) << 32 | static_cast<std::uint64_t>(count) << 35;
}

}  // namespace

bool RecordWriter::allocate(std::size_t words, std::size_t& first) {
  first = words_.size();
  if (words > words_max_ - first) return false;
  words_.resize(first + words);
  return true;
}

bool RecordWriter::begin_struct(std::size_t pointer, Extent extent, std::size_t& first) {
  if (!allocate(extent.words(), first)) return false;
  // A struct without words leads to its own pointer, so that it is not taken for null.
  set(pointer, offset_bits(pointer, extent.empty() ? pointer : first) | sizes(extent));
  return true;
}

bool RecordWriter::begin_struct_list(std::size_t pointer, std::size_t count, Extent extent,
                                     std::size_t& first) {
  if (count > list_elements_max) return false;
  std::size_t tag = 0;
  if (!allocate(1 + count * extent.words(), tag)) return false;
  set(pointer, list_pointer | offset_bits(pointer, tag) |
                   list_sizes(ElementSize::composite, count * extent.words()));
  set(tag, static_cast<std::uint64_t>(count) << 2 | sizes(extent));
  first = tag + 1;
  return true;
}

bool RecordWriter::begin_list(std::size_t pointer, std::size_t count, ElementSize size,
                              std::size_t& first) {
  if (count > list_elements_max) return false;
  if (!allocate(words_for(count, bits_of(size)), first)) return false;
  set(pointer, list_pointer | offset_bits(pointer, first) | list_sizes(size, count));
  return true;
}

bool RecordWriter::write_bytes(std::size_t pointer, std::string_view bytes, bool with_nul) {
  const std::size_t count = bytes.size() + (with_nul ? 1U : 0U);
  std::size_t first = 0;
  if (count > words_max_ * sizeof(std::uint64_t)) return false;
  if (!allocate(words_for(count, 8), first)) return false;
  set(pointer, list_pointer | offset_bits(pointer, first) | list_sizes(ElementSize::byte, count));
  std::memcpy(&words_[first], bytes.data(), bytes.size());
  return true;
}

}  // namespace ledger::codec
