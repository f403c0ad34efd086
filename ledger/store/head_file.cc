#include "ledger/store/head_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string_view>
#include <utility>

#include "ledger/digest.h"
#include "ledger/store/big_endian.h"

namespace ledger::store {
namespace {

// A slot: magic, sequence, size, root, length of the note, the note, zeros, and the hash of all of
// that. The magic's last digit is the format of the slot.
constexpr std::string_view magic = "ULHEAD-1";
constexpr std::size_t digest_at = HeadFile::slot_bytes - 32;

Digest digest_in(std::string_view bytes) {
  Digest digest;
  for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
    digest.bytes[i] = static_cast<std::uint8_t>(bytes[i]);
  }
  return digest;
}

struct Slot {
  std::uint64_t sequence = 0;
  SealedHead sealed;
};

std::string bytes_of(const Slot& slot) {
  std::string bytes(magic);
  add_u64(bytes, slot.sequence);
  add_u64(bytes, slot.sealed.head.size.value);
  bytes += bytes_of(slot.sealed.head.root);
  add_u64(bytes, slot.sealed.note.size());
  bytes += slot.sealed.note;
  bytes.resize(digest_at, '\0');
  bytes += bytes_of(sha256(bytes));
  return bytes;
}

std::optional<Slot> slot_in(std::string_view bytes) {
  if (bytes.size() != HeadFile::slot_bytes || !bytes.starts_with(magic)) return std::nullopt;
  if (digest_in(bytes.substr(digest_at)) != sha256(bytes.substr(0, digest_at))) return std::nullopt;
  Slot slot;
  slot.sequence = u64_in(bytes.substr(8));
  slot.sealed.head.size = {u64_in(bytes.substr(16))};
  slot.sealed.head.root = digest_in(bytes.substr(24));
  const std::uint64_t note_bytes = u64_in(bytes.substr(56));
  if (note_bytes > HeadFile::note_bytes_max) return std::nullopt;
  slot.sealed.note = std::string(bytes.substr(64, note_bytes));
  return slot;
}

Result<void> check_note(const SealedHead& sealed) {
  if (sealed.note.size() <= HeadFile::note_bytes_max) return {};
  return fail(ErrorKind::invalid, "note-too-long",
              "The signed note of a head has at most " + std::to_string(HeadFile::note_bytes_max) +
                  " bytes; give the log a shorter name.");
}

}  // namespace

Result<void> HeadFile::create(const std::filesystem::path& path, const SealedHead& first) {
  if (auto checked = check_note(first); !checked) return checked;
  return write_durably(path, bytes_of({0, first}) + bytes_of({1, first}), Access::everybody);
}

Result<std::unique_ptr<HeadFile>> HeadFile::open(const std::filesystem::path& path) {
  const auto bytes = read_file(path);
  if (!bytes) return fail(bytes.error());
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file.is_open()) return fail(system_error("Opening", path, errno));
  std::unique_ptr<HeadFile> opened(new HeadFile(std::move(file), path));
  const std::string_view view = *bytes;
  std::optional<Slot> newest;
  for (std::uint64_t at = 0; at < 2; ++at) {
    const std::size_t from = std::min(view.size(), at * slot_bytes);
    auto slot = slot_in(view.substr(from, slot_bytes));
    // A slot in the other's place is no torn write but somebody's doing.
    if (slot && slot->sequence % 2 != at) slot.reset();
    if (!slot) opened->was_damaged_ = true;
    if (slot && (!newest || slot->sequence > newest->sequence)) newest = std::move(slot);
  }
  if (!newest) {
    return fail(ErrorKind::corrupt, "head-damaged",
                "Both copies of the signed head in " + path.string() +
                    " are damaged, so nothing tells whether the log is complete; restore this file "
                    "or the whole directory from a backup.");
  }
  opened->sequence_ = newest->sequence;
  opened->newest_ = std::move(newest->sealed);
  return opened;
}

SealedHead HeadFile::newest() const {
  const std::lock_guard lock(mutex_);
  return newest_;
}

Result<void> HeadFile::write(SealedHead next) {
  if (auto checked = check_note(next); !checked) return checked;
  const std::uint64_t sequence = sequence_ + 1;
  const std::string bytes = bytes_of({sequence, next});
  const auto at = static_cast<off_t>(sequence % 2 * slot_bytes);
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t got = ::pwrite(file_.number(), bytes.data() + written, bytes.size() - written,
                                 at + static_cast<off_t>(written));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    written += static_cast<std::size_t>(got);
  }
  if (written < bytes.size() || ::fdatasync(file_.number()) != 0) {
    return fail(ErrorKind::io, "head-write-failed", system_error("Writing", path_, errno).detail);
  }
  sequence_ = sequence;
  const std::lock_guard lock(mutex_);
  newest_ = std::move(next);
  return {};
}

}  // namespace ledger::store
