#include "updates/tar_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "ledger/digest.h"

namespace ledger::updates {
namespace {

constexpr std::size_t block_bytes = 512;
constexpr std::size_t tar_name_bytes_max = 100;
constexpr std::size_t piece_bytes = 262'144;
constexpr std::uint64_t member_bytes_max = 0'77777777777;  // Eleven octal digits.

// Where the parts of a header stand.
struct Part {
  std::size_t at, bytes;
};
constexpr Part name_part{0, 100}, mode_part{100, 8}, owner_part{108, 8}, group_part{116, 8},
    size_part{124, 12}, time_part{136, 12}, sum_part{148, 8}, type_part{156, 1}, magic_part{257, 8};
constexpr std::string_view magic{"ustar\00000", 8};

using Block = std::array<char, block_bytes>;

void put_text(Block& block, Part part, std::string_view text) {
  std::memcpy(block.data() + part.at, text.data(), std::min(text.size(), part.bytes));
}

// Octal digits with leading zeros, and a NUL at the end.
void put_number(Block& block, Part part, std::uint64_t number) {
  for (std::size_t i = part.bytes - 1; i-- > 0; number /= 8) {
    block[part.at + i] = static_cast<char>('0' + number % 8);
  }
}

std::string_view text_in(const Block& block, Part part) {
  const std::string_view all(block.data() + part.at, part.bytes);
  return all.substr(0, all.find('\0'));
}

std::uint64_t sum_of(const Block& block) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const bool in_sum = i >= sum_part.at && i < sum_part.at + sum_part.bytes;
    sum += in_sum ? 0x20U : static_cast<unsigned char>(block[i]);
  }
  return sum;
}

Block header_of(std::string_view name, std::uint64_t bytes) {
  Block block{};
  put_text(block, name_part, name);
  put_number(block, mode_part, 0644);
  put_number(block, owner_part, 0);
  put_number(block, group_part, 0);
  put_number(block, size_part, bytes);
  put_number(block, time_part, 0);
  put_text(block, type_part, "0");
  put_text(block, magic_part, magic);
  // Six digits, NUL, blank: what every tar writes here.
  put_number(block, {sum_part.at, 7}, sum_of(block));
  block[sum_part.at + 7] = ' ';
  return block;
}

std::uint64_t padding_of(std::uint64_t bytes) {
  return (block_bytes - bytes % block_bytes) % block_bytes;
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= tar_name_bytes_max && name.front() != '/' &&
         name.find('\0') == std::string_view::npos;
}

}  // namespace

// -- Writing -------------------------------------------------------------------------------------

struct TarWriter::State {
  std::filesystem::path path;
  std::filesystem::path part;
  Descriptor file;
  Sha256 hash;
  std::uint64_t bytes = 0;
  bool finished = false;

  Result<void> put(std::string_view piece) {
    hash.update(piece);
    bytes += piece.size();
    while (!piece.empty()) {
      const ssize_t put = ::write(file.get(), piece.data(), piece.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return fail(file_error("Writing", part, errno));
      piece.remove_prefix(static_cast<std::size_t>(put));
    }
    return {};
  }
  Result<void> put_zeros(std::uint64_t count) {
    return put(std::string(static_cast<std::size_t>(count), '\0'));
  }
  Result<void> put_header(const std::string& name, std::uint64_t size) {
    if (!is_plain_name(name) || size > member_bytes_max) {
      return fail(ErrorKind::invalid, "tar-name",
                  "\"" + name + "\" cannot stand in a bundle: its name or its file is too long.");
    }
    const Block block = header_of(name, size);
    return put({block.data(), block.size()});
  }
};

TarWriter::TarWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}

TarWriter::TarWriter(TarWriter&&) noexcept = default;

TarWriter::~TarWriter() {
  if (state_ != nullptr && !state_->finished) ::unlink(state_->part.c_str());
}

Result<TarWriter> TarWriter::begin(std::filesystem::path file) {
  auto state = std::make_unique<State>();
  state->part = file.string() + ".part";
  state->path = std::move(file);
  constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
  state->file = Descriptor(::open(state->part.c_str(), flags, 0644));
  if (!state->file.is_open()) return fail(file_error("Making", state->part, errno));
  return TarWriter(std::move(state));
}

Result<void> TarWriter::add(const std::string& name, std::string_view bytes) {
  if (auto put = state_->put_header(name, bytes.size()); !put) return put;
  if (auto put = state_->put(bytes); !put) return put;
  return state_->put_zeros(padding_of(bytes.size()));
}

Result<void> TarWriter::add_file(const std::string& name, const std::filesystem::path& from) {
  std::error_code problem;
  const std::uint64_t bytes = std::filesystem::file_size(from, problem);
  if (problem) return fail(file_error("Reading", from, problem.value()));
  if (auto put = state_->put_header(name, bytes); !put) return put;
  LocalFile file(from);
  std::string piece(piece_bytes, '\0');
  std::uint64_t rest = bytes;
  for (;;) {
    const auto got = file.read(piece);
    if (!got) return fail(got.error());
    if (*got == 0 || *got > rest) break;
    rest -= *got;
    if (auto put = state_->put({piece.data(), *got}); !put) return put;
  }
  if (rest != 0) {
    return fail(ErrorKind::corrupt, "file-changed",
                from.string() + " changed while it was read. Try again.");
  }
  return state_->put_zeros(padding_of(bytes));
}

Result<TarWriter::Finished> TarWriter::finish() {
  if (auto put = state_->put_zeros(2 * block_bytes); !put) return fail(put.error());
  if (::fsync(state_->file.get()) != 0) return fail(file_error("Syncing", state_->part, errno));
  if (::rename(state_->part.c_str(), state_->path.c_str()) != 0) {
    return fail(file_error("Renaming to", state_->path, errno));
  }
  state_->finished = true;
  const auto folder = state_->path.has_parent_path() ? state_->path.parent_path() : ".";
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open() || ::fsync(directory.get()) != 0) {
    return fail(file_error("Syncing the directory", folder, errno));
  }
  return Finished{state_->hash.finish(), state_->bytes};
}

// -- Reading -------------------------------------------------------------------------------------

Error TarFile::malformed(const std::string& what) const {
  return {ErrorKind::invalid, "tar-malformed",
          path_.string() + " is not a whole bundle: " + what + "."};
}

Result<TarFile> TarFile::open(const std::filesystem::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) return fail(file_error("Opening", path, errno));
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) return fail(file_error("Reading", path, errno));
  if (!S_ISREG(facts.st_mode)) {
    return fail(ErrorKind::invalid, "not-a-file", path.string() + " is not a regular file.");
  }
  TarFile tar(path, std::move(file), static_cast<std::uint64_t>(facts.st_size));
  if (const auto scanned = tar.scan(); !scanned) return fail(scanned.error());
  return tar;
}

Result<void> TarFile::scan() {
  std::uint64_t at = 0;
  for (;;) {
    if (bytes_ - at < block_bytes) return fail(malformed("it is cut off"));
    Block block{};
    std::size_t filled = 0;
    const auto read = read_range(at, block_bytes, [&](std::string_view piece) -> Result<void> {
      std::memcpy(block.data() + filled, piece.data(), piece.size());
      filled += piece.size();
      return {};
    });
    if (!read) return read;
    at += block_bytes;
    if (block == Block{}) return {};
    std::uint64_t size = 0;
    const auto digits = text_in(block, size_part);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), size, 8);
    const bool is_number = error == std::errc() && end == digits.data() + digits.size();
    const std::string name(text_in(block, name_part));
    // Compared with what the writer would have written: sums, modes and links are right then too.
    if (!is_number || size > member_bytes_max || !is_plain_name(name) ||
        block != header_of(name, size)) {
      return fail(malformed("the header at byte " + std::to_string(at - block_bytes) +
                            " is not one of ours"));
    }
    if (size + padding_of(size) > bytes_ - at) return fail(malformed("it is cut off"));
    if (members_.size() >= tar_members_max) return fail(malformed("it has too many files"));
    if (!members_.emplace(name, Member{at, size}).second) {
      return fail(malformed("it has " + name + " twice"));
    }
    at += size + padding_of(size);
  }
}

Result<void> TarFile::read_range(std::uint64_t offset, std::uint64_t bytes,
                                 const Take& take) const {
  std::string piece(static_cast<std::size_t>(std::min<std::uint64_t>(bytes, piece_bytes)), '\0');
  while (bytes > 0) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, piece.size()));
    const ssize_t got = ::pread(file_.get(), piece.data(), wanted, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(file_error("Reading", path_, errno));
    if (got == 0) return fail(malformed("it is cut off"));
    if (auto taken = take({piece.data(), static_cast<std::size_t>(got)}); !taken) return taken;
    offset += static_cast<std::uint64_t>(got);
    bytes -= static_cast<std::uint64_t>(got);
  }
  return {};
}

Result<void> TarFile::read(std::string_view name, const Take& take) const {
  const auto found = members_.find(name);
  if (found == members_.end()) {
    return fail(ErrorKind::not_found, "file-unknown",
                "The bundle " + path_.string() + " has no " + std::string(name) + ".");
  }
  return read_range(found->second.offset, found->second.bytes, take);
}

Result<domain::Digest> TarFile::digest() const {
  Sha256 hash;
  const auto read = read_range(0, bytes_, [&](std::string_view piece) -> Result<void> {
    hash.update(piece);
    return {};
  });
  if (!read) return fail(read.error());
  return hash.finish();
}

}  // namespace ledger::updates
