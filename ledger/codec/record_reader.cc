#include "ledger/codec/record_reader.h"

namespace ledger::codec {
namespace {

constexpr const char* not_here = "a pointer to another place than where its object belongs";
constexpr const char* not_all_there = "an object that goes beyond the record's end";
constexpr const char* not_trimmed = "zero words that are left away elsewhere";
constexpr const char* not_known = "a field that this version does not know";

std::size_t field(std::uint64_t bits, unsigned shift, unsigned width) {
  return static_cast<std::size_t>(bits >> shift & low_bits(width));
}

}  // namespace

// The words of the object that a pointer leads to, which must be the next ones.
bool RecordReader::take(std::size_t pointer, std::uint64_t bits, std::size_t words,
                        std::size_t& first) {
  first = next_;
  if ((bits & 0xFFFF'FFFC) != offset_bits(pointer, first)) return refuse(not_here, pointer);
  if (words > size_ - first) return refuse(not_all_there, pointer);
  next_ = first + words;
  return true;
}

bool RecordReader::check_sections(const Body& body, const Shape& shape, std::size_t pointer) {
  if (body.data <= shape.data_words && body.pointers <= shape.pointers) return true;
  return refuse(not_known, pointer);
}

bool RecordReader::check_bits(const Body& body, const Shape& shape) {
  for (std::size_t i = 0; i < body.data; ++i) {
    if ((word(body.first + i) & ~shape.used[i]) != 0) return refuse(not_known, body.first + i);
  }
  return true;
}

bool RecordReader::enter_root(const Shape& shape, Body& body) {
  if (size_ == 0) return refuse(not_all_there, 0);
  next_ = 1;
  return enter_struct(0, shape, body);
}

bool RecordReader::enter_struct(std::size_t pointer, const Shape& shape, Body& body) {
  const std::uint64_t bits = word(pointer);
  if ((bits & 3) != struct_pointer) return refuse("no pointer to a struct", pointer);
  body.data = field(bits, 32, 16);
  body.pointers = field(bits, 48, 16);
  const std::size_t words = body.data + body.pointers;
  if (words == 0) {
    body.first = pointer;
    return (bits & 0xFFFF'FFFF) == offset_bits(pointer, pointer) || refuse(not_here, pointer);
  }
  if (!check_sections(body, shape, pointer)) return false;
  if (!take(pointer, bits, words, body.first)) return false;
  const bool zero_data = body.data > 0 && word(body.first + body.data - 1) == 0;
  const bool zero_pointer = body.pointers > 0 && word(body.first + words - 1) == 0;
  if (zero_data || zero_pointer) return refuse(not_trimmed, pointer);
  return check_bits(body, shape);
}

bool RecordReader::enter_list(std::size_t pointer, ElementSize size, ListAt& list) {
  const std::uint64_t bits = word(pointer);
  if ((bits & 3) != list_pointer || field(bits, 32, 3) != static_cast<std::size_t>(size)) {
    return refuse("no pointer to a list of such elements", pointer);
  }
  list.count = field(bits, 35, 29);
  const std::size_t words = words_for(list.count, bits_of(size));
  return take(pointer, bits, words, list.first) &&
         check_padding(list.first, list.count * bits_of(size));
}

bool RecordReader::enter_struct_list(std::size_t pointer, const Shape& shape, std::size_t& count,
                                     Body& first_body) {
  const std::uint64_t bits = word(pointer);
  constexpr auto composite = static_cast<std::size_t>(ElementSize::composite);
  if ((bits & 3) != list_pointer || field(bits, 32, 3) != composite) {
    return refuse("no pointer to a list of structs", pointer);
  }
  std::size_t tag_at = 0;
  if (!take(pointer, bits, 1 + field(bits, 35, 29), tag_at)) return false;
  const std::uint64_t tag = word(tag_at);
  count = field(tag, 2, 30);
  first_body = {tag_at + 1, field(tag, 32, 16), field(tag, 48, 16)};
  const std::size_t each = first_body.data + first_body.pointers;
  if ((tag & 3) != struct_pointer || count > list_elements_max ||
      count * each != field(bits, 35, 29)) {
    return refuse("a list of another length than it says", tag_at);
  }
  // No list is longer than its record has words, but for one of structs without any.
  zero_sized_ += each == 0 ? count : 0;
  if (zero_sized_ > list_elements_max) return refuse("too many elements", tag_at);
  if (!check_sections(first_body, shape, tag_at)) return false;
  bool zero_data = first_body.data > 0;
  bool zero_pointer = first_body.pointers > 0;
  for (Body body = first_body; body.first < next_ && each > 0; body.first += each) {
    zero_data = zero_data && word(body.first + body.data - 1) == 0;
    zero_pointer = zero_pointer && word(body.first + each - 1) == 0;
    if (!check_bits(body, shape)) return false;
  }
  return (!zero_data && !zero_pointer) || refuse(not_trimmed, tag_at);
}

// Bits of a list's last word that belong to no element.
bool RecordReader::check_padding(std::size_t first, std::size_t bits) {
  if (bits % 64 == 0) return true;
  const std::size_t last = first + bits / 64;
  return word(last) >> (bits % 64) == 0 || refuse("padding that is not zero", last);
}

bool RecordReader::read_text(std::size_t pointer, std::string& out) {
  ListAt list;
  if (!enter_list(pointer, ElementSize::byte, list)) return false;
  const char* begin = bytes_ + list.first * sizeof(std::uint64_t);
  if (list.count == 0 || begin[list.count - 1] != '\0') {
    return refuse("a text without its end", pointer);
  }
  out.assign(begin, list.count - 1);
  return true;
}

bool RecordReader::read_bytes(std::size_t pointer, std::uint8_t* out, std::size_t size) {
  ListAt list;
  if (!enter_list(pointer, ElementSize::byte, list)) return false;
  if (list.count != size) return refuse("a digest or id of another length", pointer);
  std::memcpy(out, bytes_ + list.first * sizeof(std::uint64_t), size);
  return true;
}

}  // namespace ledger::codec
