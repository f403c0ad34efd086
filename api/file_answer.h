// Answers that are files: whole or a part of them, sent as the peer takes them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "api/http.h"
#include "ledger/result.h"
#include "ledger/store/durable_file.h"

namespace api {

// It stays open, so whoever removes or replaces it meanwhile does not change what is sent.
// Thread: any.
class OpenFile {
 public:
  // Errors: not_found ("file-unknown": there is no regular file), io.
  static ledger::Result<std::shared_ptr<const OpenFile>> open(const std::filesystem::path& path);

  std::uint64_t bytes() const { return bytes_; }
  // Changes whenever the file is replaced: "\"18af-...\"".
  const std::string& entity_tag() const { return entity_tag_; }

  enum class Wait { never, for_disk };
  // At most `bytes` of `offset`; nothing when they would have to come from the disk and the caller
  // cannot wait. Errors: io, corrupt ("file-shortened").
  ledger::Result<std::optional<std::string>> read(std::uint64_t offset, std::size_t bytes,
                                                  Wait wait) const;

 private:
  OpenFile(ledger::store::FileDescriptor file, std::uint64_t bytes, std::string entity_tag)
      : file_(std::move(file)), bytes_(bytes), entity_tag_(std::move(entity_tag)) {}

  ledger::store::FileDescriptor file_;
  std::uint64_t bytes_;
  std::string entity_tag_;
};

struct FileTraits {
  bool immutable = false;  // Its name says which bytes it has: caches need not ask again.
  std::string content_type = "application/octet-stream";
  std::string entity_tag;  // With its quotes; empty: the file's own.
};

// Answers GET and HEAD: 200, 206 of one range (If-Range is heeded), 304 (If-None-Match), 416.
// Several ranges are answered with the whole, as RFC 9110 allows. Thread: a handler's.
Response file_answer(const Request& request, const std::filesystem::path& path,
                     const FileTraits& traits);

}  // namespace api
