// The head of the log, kept outside of the database. A database whose newest log file was cut off
// or deleted opens with fewer records and says nothing; this file says how many there were.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "ledger/result.h"
#include "ledger/store/durable_file.h"
#include "ledger/store/event_log.h"

namespace ledger::store {

// A head together with the signed note (C2SP tlog-checkpoint) that says it.
struct SealedHead {
  Head head;
  std::string note;
  bool operator==(const SealedHead&) const = default;
};

// Two slots of 4 KiB, written in turn: a write that is torn leaves the other one whole.
class HeadFile {
 public:
  static constexpr std::size_t slot_bytes = 4096;
  static constexpr std::size_t note_bytes_max = 2048;

  // Makes the file, with the same head in both slots; one that is there is replaced.
  // Errors: io, unavailable ("disk-full"), invalid ("note-too-long").
  static Result<void> create(const std::filesystem::path& path, const SealedHead& first);
  // Errors: not_found ("file-missing"), corrupt ("head-damaged": neither slot is whole), io.
  static Result<std::unique_ptr<HeadFile>> open(const std::filesystem::path& path);

  // Thread: any.
  SealedHead newest() const;
  // Whether one of the slots was torn or damaged when the file was opened; the newest head may then
  // be older than the last one written.
  bool was_damaged() const { return was_damaged_; }

  // Durable on return. Errors: io ("head-write-failed": stop the process), invalid
  // ("note-too-long"). Thread: one at a time.
  Result<void> write(SealedHead next);

 private:
  HeadFile(FileDescriptor file, std::filesystem::path path)
      : file_(std::move(file)), path_(std::move(path)) {}

  FileDescriptor file_;
  std::filesystem::path path_;
  bool was_damaged_ = false;
  std::uint64_t sequence_ = 0;  // Of the newest slot; the writing thread's.
  mutable std::mutex mutex_;
  SealedHead newest_;
};

}  // namespace ledger::store
