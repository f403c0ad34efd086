#include "updates/tuf/source_transport.h"

#include <algorithm>
#include <utility>

#include "ledger/domain/fields.h"

namespace ledger::updates::tuf {

namespace {

std::string reason_of(domain::SourceFault fault) {
  std::string reason = "source-" + std::string(domain::name_of(fault));
  std::replace(reason.begin(), reason.end(), '_', '-');
  return reason;
}

}  // namespace

Error error_of(const SourceFailure& failure) {
  if (failure.cause == domain::SourceFault::not_found) {
    return {ErrorKind::not_found, "file-unknown", failure.detail};
  }
  if (failure.cause == domain::SourceFault::verification_failed) {
    return {ErrorKind::invalid, "file-too-large", failure.detail};
  }
  if (failure.cause == domain::SourceFault::disk_full) {
    return {ErrorKind::unavailable, "disk-full", failure.detail};
  }
  return {ErrorKind::unavailable, reason_of(failure.cause), failure.detail};
}

domain::SourceFault fault_of(const Error& error) {
  using domain::SourceFault;
  for (const auto fault :
       {SourceFault::name_not_resolved, SourceFault::connection_refused, SourceFault::timed_out,
        SourceFault::tls_failed, SourceFault::http_status, SourceFault::proxy_failed}) {
    if (error.reason == reason_of(fault)) return fault;
  }
  return SourceFault::other;
}

Result<std::unique_ptr<SourceTransport>> SourceTransport::open(const std::string& url,
                                                               const std::string& proxy,
                                                               const SourceTls& tls) {
  auto reader = open_source(url, proxy, tls);
  if (!reader) return fail(ErrorKind::invalid, "source-url", reader.error().detail);
  return std::unique_ptr<SourceTransport>(new SourceTransport(std::move(*reader)));
}

Result<void> SourceTransport::get(const std::string& path, std::uint64_t bytes_max,
                                  const Sink& sink) {
  return get_from(path, 0, bytes_max, sink);
}

Result<void> SourceTransport::get_from(const std::string& path, std::uint64_t from,
                                       std::uint64_t bytes_max, const Sink& sink) {
  Result<void> taken;
  const auto got = reader_->stream_from(
      path, from, bytes_max,
      [&](std::string_view piece) {
        taken = sink(piece);
        return taken.has_value();
      },
      stop_);
  if (!taken) return taken;
  if (!got) return fail(error_of(got.error()));
  return {};
}

}  // namespace ledger::updates::tuf
