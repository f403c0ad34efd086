#include "updates/content_store.h"

#include "ledger/limits.h"

namespace ledger::updates {

Result<StoredContent> ContentStore::put(std::string_view bytes) {
  auto writer = begin();
  if (!writer) return fail(writer.error());
  if (const auto written = (*writer)->write(bytes); !written) return fail(written.error());
  return (*writer)->store(std::nullopt);
}

Error content_unknown(const domain::Digest& digest) {
  return {ErrorKind::not_found, "content-unknown",
          "There is no content with the SHA-256 " + hex(digest) + "."};
}

Error content_damaged(const domain::Digest& digest, const std::string& how) {
  return {ErrorKind::corrupt, "content-damaged",
          "The content with the SHA-256 " + hex(digest) + " is damaged: " + how +
              " Import it again from its source."};
}

Error content_too_large() {
  return {ErrorKind::invalid, "content-too-large",
          "Content of more than " + std::to_string(limits::content_bytes_max) +
              " bytes is not stored."};
}

Error content_differs(const domain::Digest& expected, const domain::Digest& found) {
  return {
      ErrorKind::corrupt, "content-differs",
      "The content has the SHA-256 " + hex(found) + ", not " + hex(expected) + " as announced."};
}

}  // namespace ledger::updates
