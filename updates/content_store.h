// Where content lies: files named by the SHA-256 of their bytes, so that a name cannot lie. The
// log keeps what a file was; only retention and people remove the bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/domain/ids.h"
#include "ledger/result.h"

namespace ledger::updates {

struct StoredContent {
  domain::Digest digest;
  std::uint64_t bytes = 0;

  bool operator==(const StoredContent&) const = default;
};

// Content that comes in pieces. Destroyed before it is stored, it leaves nothing behind, unless it
// was taken up; after an error it can only be destroyed.
class ContentWriter {
 public:
  using Taker = std::function<Result<void>(std::string_view)>;

  virtual ~ContentWriter() = default;

  // Of a writer that was taken up: gives `taker` what came before, from the first byte on. Called
  // first of all, and once. Errors: io, those of `taker`.
  virtual Result<void> give_earlier(const Taker&) { return {}; }
  // What it has is of no use to anybody: it leaves nothing.
  virtual void discard() {}

  // Errors: invalid ("content-too-large"), unavailable ("disk-full"), io.   Thread: one at a time.
  virtual Result<void> write(std::string_view piece) = 0;

  // Stores all pieces so far under their digest, durable on return; the last call of a writer.
  // Errors: corrupt ("content-differs": it is not `expected`), unavailable ("disk-full"), io.
  virtual Result<StoredContent> store(const std::optional<domain::Digest>& expected) = 0;
};

// Thread: any.
class ContentStore {
 public:
  virtual ~ContentStore() = default;

  virtual Result<std::unique_ptr<ContentWriter>> begin() = 0;
  // Takes up content that is to have this digest where an earlier writer left it, one of an earlier
  // process too; destroyed before it is stored, this one leaves it to the next. A store that keeps
  // no parts begins anew, and so does who comes while another writer has it.
  virtual Result<std::unique_ptr<ContentWriter>> take_up(const domain::Digest&) { return begin(); }
  // All at once. Putting what is there already is no error, and mends it if it was damaged.
  Result<StoredContent> put(std::string_view bytes);

  // The bytes, compared with their digest as they are read.
  // Errors: not_found ("content-unknown"), corrupt ("content-damaged"), io.
  virtual Result<std::string> get(const domain::Digest& digest) const = 0;
  // Whether there is a file of this name; get() says whether it is sound.
  virtual Result<bool> has(const domain::Digest& digest) const = 0;
  // Errors: not_found ("content-unknown"), io.
  virtual Result<std::uint64_t> size(const domain::Digest& digest) const = 0;
  // Where whoever serves files finds it; nothing: it lies in no file, is not there, is damaged, or
  // changed since it was read through last. Reads nothing of it.
  virtual std::optional<std::filesystem::path> file_of(const domain::Digest&) const { return {}; }
  // Reads through what changed since it was read last, and of what was not read for a day as much
  // as `bytes_max`, what waited longest first. Answers what it found damaged, in order of digest;
  // that is not served until it is stored again. Errors: io.
  virtual Result<std::vector<domain::Digest>> look_through(std::uint64_t, const std::stop_token&) {
    return {};
  }
  // Somebody got other bytes than these should be: they are read through now, unless that was done
  // a moment ago. What is damaged is served no more, and is what look_through() answers next.
  virtual void doubt(const domain::Digest&) {}
  // Whether it was found damaged, and was not stored again since.
  virtual bool is_damaged(const domain::Digest&) const { return false; }
  // Durable on return. Errors: not_found ("content-unknown"), io.
  virtual Result<void> remove(const domain::Digest& digest) = 0;
  // Everything, in order of digest.
  virtual Result<std::vector<domain::Digest>> list() const = 0;
};

// What every implementation answers in the same words.
Error content_unknown(const domain::Digest& digest);
Error content_damaged(const domain::Digest& digest, const std::string& how);
Error content_too_large();
Error content_differs(const domain::Digest& expected, const domain::Digest& found);

}  // namespace ledger::updates
