#include "updates/tuf/told_transport.h"

namespace ledger::updates::tuf {

std::string text(const Standing& standing) {
  return standing.path + ": " + std::to_string(standing.done) + " of " +
         std::to_string(standing.total) + " bytes, " + std::to_string(standing.per_second) +
         " a second";
}

Result<void> ToldTransport::get_from(const std::string& path, std::uint64_t from,
                                     std::uint64_t bytes_max, const Sink& sink) {
  Standing standing{path, from, from + bytes_max, 0};
  std::uint64_t told_done = from;
  auto told_at = now_();
  return transport_->get_from(path, from, bytes_max, [&](std::string_view piece) {
    standing.done += piece.size();
    const auto now = now_();
    if (const auto passed = now.micros - told_at.micros; passed >= interval.micros) {
      standing.per_second =
          (standing.done - told_done) * 1'000'000 / static_cast<std::uint64_t>(passed);
      tell_(standing);
      told_done = standing.done;
      told_at = now;
    }
    return sink(piece);
  });
}

}  // namespace ledger::updates::tuf
