// RocksLog as a set of files: how one is opened, and how it is copied.
#include <string>
#include <utility>

#include "ledger/digest.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/store/data_directory.h"
#include "ledger/store/database.h"
#include "ledger/store/recovery.h"
#include "ledger/store/rocksdb_log.h"

namespace ledger::store {
namespace {

// The head of an empty log, signed.
Result<SealedHead> empty_head(const std::string& origin, const merkle::SigningKey& key) {
  const Head head{{0}, sha256({})};
  auto note = merkle::signed_note({origin, 0, head.root}, key);
  if (!note) return fail(note.error());
  return SealedHead{head, *std::move(note)};
}

// That the head in the file says what its signed note says, under the name of this log.
Result<void> check_signed_note(const SealedHead& sealed, const std::string& origin,
                               const merkle::SigningKey& key) {
  const std::string signed_as = sealed.note.substr(0, sealed.note.find('\n'));
  if (signed_as != origin && merkle::is_origin(signed_as)) {
    return fail(ErrorKind::refused, "log-name-other",
                "This log is named " + signed_as + " in its signed heads, not " + origin +
                    "; a log keeps its name: start it with --name " + signed_as + ".");
  }
  const auto signed_head = merkle::open_checkpoint(sealed.note, {origin, key.public_key()});
  if (!signed_head) return fail(signed_head.error());
  if (signed_head->size == sealed.head.size.value && signed_head->root == sealed.head.root) {
    return {};
  }
  return fail(ErrorKind::corrupt, "head-damaged",
              "The head of the log is not the one that was signed; restore it from a backup.");
}

// The head is made before the log, so a log without one has lost it.
Result<std::unique_ptr<HeadFile>> open_or_make_head(const RocksLog::Options& options,
                                                    const merkle::SigningKey& key) {
  const auto path = options.directory / head_name;
  if (!is_there(path)) {
    if (is_there(options.directory / log_name)) {
      return fail(ErrorKind::corrupt, "head-missing",
                  "There is a log but no " + path.string() +
                      " that tells whether it is complete; restore the file from a backup.");
    }
    const auto first = empty_head(options.origin, key);
    if (!first) return fail(first.error());
    if (const auto made = HeadFile::create(path, *first); !made) return fail(made.error());
  }
  auto file = HeadFile::open(path);
  if (!file) return file;
  const auto checked = check_signed_note((*file)->newest(), options.origin, key);
  if (!checked) return fail(checked.error());
  return file;
}

// A database that has been written to is not made anew, or its records would quietly be gone.
Database::Create may_create(const std::filesystem::path& directory, const Head& sealed) {
  if (sealed.size.value > 0) return Database::Create::never;
  if (is_there(directory / "CURRENT")) return Database::Create::if_missing;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const auto extension = entry.path().extension();
    if (extension == ".sst" || extension == ".log") return Database::Create::never;
  }
  return Database::Create::if_missing;
}

// Opening a database whose write-ahead files are damaged drops what stands behind the damage, and
// then the files. Links to them are kept until it is known that nothing is missing.
Result<void> keep_write_ahead_files(const std::filesystem::path& log,
                                    const std::filesystem::path& kept) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(log, error)) {
    if (entry.path().extension() != ".log") continue;
    if (const auto made = make_directory(kept); !made) return made;
    const auto link = kept / entry.path().filename();
    std::filesystem::create_hard_link(entry.path(), link, error);
    if (!error || error == std::errc::file_exists) continue;
    // Some file systems have no links.
    std::filesystem::copy_file(entry.path(), link, error);
    if (error) return fail(system_error("Copying", entry.path(), error.value()));
  }
  return {};
}

bool is_empty_or_missing(const std::filesystem::path& directory) {
  std::error_code error;
  return !std::filesystem::exists(directory, error) ||
         (std::filesystem::is_directory(directory, error) &&
          std::filesystem::is_empty(directory, error));
}

}  // namespace

Result<std::unique_ptr<RocksLog>> RocksLog::open(Options options, const merkle::SigningKey& key) {
  // Before anything is written, the lock included.
  if (const auto known = check_format(options.directory); !known) return fail(known.error());
  if (const auto made = make_directory(options.directory); !made) return fail(made.error());
  auto lock = DirectoryLock::acquire(options.directory);
  if (!lock) return fail(lock.error());
  if (const auto marked = mark_format(options.directory); !marked) return fail(marked.error());
  auto head_file = open_or_make_head(options, key);
  if (!head_file) return fail(head_file.error());
  const Head sealed = (*head_file)->newest().head;
  const auto log_directory = options.directory / log_name;
  const auto create = may_create(log_directory, sealed);
  const auto kept = options.directory / kept_name;
  if (const auto links = keep_write_ahead_files(log_directory, kept); !links) {
    return fail(links.error());
  }
  auto database = Database::open(log_directory, options.files, create);
  if (!database) {
    Error error = database.error();
    if (error.kind == ErrorKind::corrupt && sealed.size.value > 0) {
      error.detail += " The signed head says that positions 0 to " +
                      std::to_string(sealed.size.value - 1) + " were there.";
    }
    return fail(std::move(error));
  }
  auto recovered = recover(**database, sealed);
  if (!recovered) {
    Error error = recovered.error();
    error.detail += " What was written last is kept in " + kept.string() + ".";
    return fail(std::move(error));
  }
  std::error_code ignored;  // Links that stay are met again next time.
  std::filesystem::remove_all(kept, ignored);
  return std::unique_ptr<RocksLog>(new RocksLog(std::move(options), *std::move(lock),
                                                *std::move(head_file), *std::move(database),
                                                std::move(recovered->tree), recovered->batches));
}

Result<Head> RocksLog::back_up(const std::filesystem::path& into,
                               const merkle::SigningKey& key) const {
  if (!is_empty_or_missing(into)) {
    return fail(ErrorKind::invalid, "backup-directory-used",
                into.string() + " is not empty; name a new directory for the backup.");
  }
  // The head first: the copy of the log then holds at least what the head says.
  const SealedHead sealed = head_file_->newest();
  if (const auto step = make_directory(into); !step) return fail(step.error());
  const auto log_copy = std::filesystem::absolute(into) / log_name;
  if (const auto step = database_->copy_to(log_copy); !step) return fail(step.error());
  if (const auto step = mark_format(into); !step) return fail(step.error());
  if (const auto step = write_durably(into / key_name, key.pem(), Access::owner); !step) {
    return fail(step.error());
  }
  if (const auto step = HeadFile::create(into / head_name, sealed); !step) {
    return fail(step.error());
  }
  const auto copy = open({into, options_.origin, 0, nullptr}, key);
  if (!copy) return fail(copy.error());
  return (*copy)->head();
}

Result<void> RocksLog::compact() { return database_->compact(); }

}  // namespace ledger::store
