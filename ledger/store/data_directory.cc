#include "ledger/store/data_directory.h"

#include <charconv>
#include <string>
#include <string_view>

#include "ledger/merkle/checkpoint.h"
#include "ledger/store/durable_file.h"
#include "ledger/store/head_file.h"

namespace ledger::store {
namespace {

constexpr std::string_view format_prefix = "update-ledger data format ";

Result<merkle::SigningKey> new_key(const std::filesystem::path& path) {
  auto key = merkle::SigningKey::generate();
  if (!key) return key;
  if (const auto written = write_durably(path, key->pem(), Access::owner); !written) {
    return fail(written.error());
  }
  return key;
}

// Whether the newest head is signed by this key.
bool has_signed_head(const std::filesystem::path& directory, const merkle::SigningKey& key) {
  const auto head = HeadFile::open(directory / head_name);
  if (!head) return false;
  const std::string note = (*head)->newest().note;
  const std::string origin = note.substr(0, note.find('\n'));
  return merkle::open_checkpoint(note, {origin, key.public_key()}).has_value();
}

// A change of keys that was cut off between the new key's first head and its file.
Result<void> finish_key_change(const std::filesystem::path& directory) {
  const auto pem = read_file(directory / next_key_name);
  if (!pem && pem.error().kind != ErrorKind::not_found) return fail(pem.error());
  if (!pem) return {};
  const auto next = merkle::SigningKey::from_pem(*pem);
  if (!next || !has_signed_head(directory, *next)) return {};
  return take_next_key(directory);
}

}  // namespace

bool is_there(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

Result<void> check_format(const std::filesystem::path& directory) {
  const auto text = read_file(directory / format_name);
  if (!text && text.error().kind != ErrorKind::not_found) return fail(text.error());
  const auto damaged = [&](const std::string& what) {
    return fail(ErrorKind::corrupt, "data-format-damaged",
                (directory / format_name).string() + " " + what +
                    "; restore the file or the directory from a backup.");
  };
  if (!text) {
    if (is_there(directory / log_name)) return damaged("is missing beside a log");
    return {};
  }
  std::string_view digits = *text;
  unsigned format = 0;
  if (!digits.starts_with(format_prefix) || !digits.ends_with('\n')) {
    return damaged("does not say a format");
  }
  digits.remove_prefix(format_prefix.size());
  digits.remove_suffix(1);
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), format);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() || format == 0) {
    return damaged("does not say a format");
  }
  if (format > data_format) {
    return fail(ErrorKind::refused, "data-format-newer",
                "The data in " + directory.string() + " has format " + std::to_string(format) +
                    "; this program knows formats up to " + std::to_string(data_format) +
                    ". Use a newer program; nothing was changed.");
  }
  return {};
}

Result<void> mark_format(const std::filesystem::path& directory) {
  if (is_there(directory / format_name)) return {};
  return write_durably(directory / format_name,
                       std::string(format_prefix) + std::to_string(data_format) + "\n",
                       Access::everybody);
}

Result<merkle::SigningKey> load_or_make_key(const std::filesystem::path& directory) {
  if (const auto checked = check_format(directory); !checked) return fail(checked.error());
  if (const auto finished = finish_key_change(directory); !finished) return fail(finished.error());
  const std::filesystem::path path = directory / key_name;
  const auto pem = read_file(path);
  if (pem) return merkle::SigningKey::from_pem(*pem);
  if (pem.error().kind != ErrorKind::not_found) return fail(pem.error());
  if (is_there(directory / head_name) || is_there(directory / log_name)) {
    return fail(ErrorKind::corrupt, "signing-key-missing",
                "The key " + path.string() +
                    " that signed the heads of this log is gone; restore it from a backup.");
  }
  if (const auto made = make_directory(directory); !made) return fail(made.error());
  return new_key(path);
}

Result<merkle::SigningKey> load_or_make_next_key(const std::filesystem::path& directory) {
  const auto pem = read_file(directory / next_key_name);
  if (pem) return merkle::SigningKey::from_pem(*pem);
  if (pem.error().kind != ErrorKind::not_found) return fail(pem.error());
  return new_key(directory / next_key_name);
}

Result<void> take_next_key(const std::filesystem::path& directory) {
  if (!is_there(directory / next_key_name)) return {};
  std::error_code error;
  std::filesystem::rename(directory / next_key_name, directory / key_name, error);
  if (error) return fail(system_error("Renaming", directory / next_key_name, error.value()));
  return sync_directory(directory);
}

}  // namespace ledger::store
