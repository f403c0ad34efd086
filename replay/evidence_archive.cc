#include "replay/evidence_archive.h"

#include <cstdint>
#include <cstdio>
#include <optional>

#include "ledger/digest.h"

namespace replay {

using ledger::Result;

namespace {

constexpr std::size_t block_bytes = 512;
constexpr std::size_t name_bytes_max = 99;
constexpr std::size_t size_at = 124;
constexpr std::size_t size_digits = 11;
constexpr std::size_t checksum_at = 148;
constexpr std::size_t checksum_bytes = 8;

void put(std::string& block, std::size_t at, std::string_view text) {
  block.replace(at, text.size(), text);
}

std::string octal(std::uint64_t value, std::size_t digits) {
  std::string text(digits, '0');
  for (std::size_t at = digits; at > 0 && value > 0; value >>= 3U) {
    text[--at] = static_cast<char>('0' + (value & 7U));
  }
  return text;
}

// Everything that could differ between two runs (owner, time, mode) has one value.
std::string header_of(std::string_view name, std::uint64_t size) {
  std::string block(block_bytes, '\0');
  put(block, 0, name);
  put(block, 100, "0000644");
  put(block, 108, "0000000");
  put(block, 116, "0000000");
  put(block, size_at, octal(size, size_digits));
  put(block, 136, octal(0, size_digits));
  put(block, checksum_at, std::string(checksum_bytes, ' '));
  put(block, 156, "0");
  put(block, 257, std::string_view("ustar\00000", 8));
  std::uint64_t sum = 0;
  for (const char byte : block) sum += static_cast<unsigned char>(byte);
  put(block, checksum_at, octal(sum, 6) + std::string("\0 ", 2));
  return block;
}

std::size_t padding(std::uint64_t size) {
  return static_cast<std::size_t>((block_bytes - size % block_bytes) % block_bytes);
}

tl::unexpected<ledger::Error> malformed(const std::string& what) {
  return ledger::fail(ledger::ErrorKind::corrupt, "evidence-malformed",
                      "This is no whole evidence bundle: " + what + ". Ask for it again.");
}

std::optional<std::uint64_t> size_in(std::string_view header) {
  std::uint64_t size = 0;
  for (const char digit : header.substr(size_at, size_digits)) {
    if (digit < '0' || digit > '7') return std::nullopt;
    size = size << 3U | static_cast<std::uint64_t>(digit - '0');
  }
  return size;
}

}  // namespace

std::string archive_of(const std::vector<ArchiveMember>& members) {
  std::string out;
  for (const auto& member : members) {
    CHECK(!member.name.empty() && member.name.size() <= name_bytes_max, "names are our own");
    out += header_of(member.name, member.bytes.size());
    out += member.bytes;
    out.append(padding(member.bytes.size()), '\0');
  }
  return out.append(2 * block_bytes, '\0');
}

Result<std::vector<ArchiveMember>> members_of(std::string_view archive) {
  const std::string end(2 * block_bytes, '\0');
  std::vector<ArchiveMember> members;
  std::string_view rest = archive;
  while (rest != end) {
    if (rest.size() < block_bytes) return malformed("it is cut off");
    const std::string_view header = rest.substr(0, block_bytes);
    const std::string name(header.substr(0, header.find('\0')));
    const auto size = size_in(header);
    if (name.empty() || name.size() > name_bytes_max || !size || header != header_of(name, *size)) {
      return malformed("a header of its archive is damaged, at byte " +
                       std::to_string(archive.size() - rest.size()));
    }
    rest.remove_prefix(block_bytes);
    const std::size_t zeros = padding(*size);
    if (*size > rest.size() || rest.size() - *size < zeros) {
      return malformed("it is cut off inside " + name);
    }
    members.push_back({name, std::string(rest.substr(0, *size))});
    rest.remove_prefix(*size);
    if (rest.substr(0, zeros).find_first_not_of('\0') != std::string_view::npos) {
      return malformed("there is something behind " + name);
    }
    rest.remove_prefix(zeros);
  }
  return members;
}

std::string checksums_of(const std::vector<ArchiveMember>& members) {
  std::string lines;
  for (const auto& member : members) {
    lines += hex(ledger::sha256(member.bytes)) + "  " + member.name + "\n";
  }
  return lines;
}

}  // namespace replay
