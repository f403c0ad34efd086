#include "updates/tuf/source_transport.h"

#include <utility>

namespace ledger::updates::tuf {

Result<std::unique_ptr<SourceTransport>> SourceTransport::open(const std::string& url,
                                                               const std::string& proxy) {
  auto reader = open_source(url, proxy);
  if (!reader) return fail(ErrorKind::invalid, "source-url", reader.error().detail);
  return std::unique_ptr<SourceTransport>(new SourceTransport(std::move(*reader)));
}

Result<void> SourceTransport::get(const std::string& path, std::uint64_t bytes_max,
                                  const Sink& sink) {
  Result<void> taken;
  const auto got = reader_->stream(path, bytes_max,
                                   [&](std::string_view piece) {
                                     taken = sink(piece);
                                     return taken.has_value();
                                   },
                                   {});
  if (!taken) return taken;
  if (got) return {};
  const auto& failure = got.error();
  if (failure.cause == domain::SourceFault::not_found) {
    return fail(ErrorKind::not_found, "file-unknown", failure.detail);
  }
  if (failure.cause == domain::SourceFault::verification_failed) {
    return fail(ErrorKind::invalid, "file-too-large", failure.detail);
  }
  const bool slow = failure.cause == domain::SourceFault::timed_out;
  return fail(ErrorKind::unavailable, slow ? "source-timed-out" : "source-failed", failure.detail);
}

}  // namespace ledger::updates::tuf
