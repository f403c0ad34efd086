// How a client of TUF gets files: from anywhere, since nothing that comes is believed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "ledger/result.h"

namespace ledger::updates::tuf {

// Takes the next bytes of a file; an error ends the transfer and is what get() answers.
using Sink = std::function<Result<void>(std::string_view)>;

class Transport {
 public:
  virtual ~Transport() = default;
  // Gives the file of this path (percent-encoded, relative) to `sink`, piece by piece, at most
  // `bytes_max` bytes. Errors: not_found ("file-unknown"), invalid ("file-too-large"),
  // unavailable ("source-timed-out", "source-tls-failed" and the like: named after the
  // SourceFault), and those of the sink.
  virtual Result<void> get(const std::string& path, std::uint64_t bytes_max, const Sink& sink) = 0;
  // The same from this byte on: at most `bytes_max` bytes that follow it. A transport that has no
  // better way passes over those before it.
  virtual Result<void> get_from(const std::string& path, std::uint64_t from,
                                std::uint64_t bytes_max, const Sink& sink) {
    return get(path, from + bytes_max, after(from, sink));
  }
  // Said by who got something else than was signed: from now on files are to come past what anybody
  // on the way keeps and believes to be sound.
  virtual void doubt() {}

 protected:
  // Takes what comes after so many bytes.
  static Sink after(std::uint64_t from, const Sink& sink) {
    return [left = from, &sink](std::string_view piece) mutable -> Result<void> {
      const auto passed = std::min<std::uint64_t>(left, piece.size());
      left -= passed;
      piece.remove_prefix(static_cast<std::size_t>(passed));
      return piece.empty() ? Result<void>() : sink(piece);
    };
  }
};

// The files of a transport that lie below "metadata/", or the like.
class Below final : public Transport {
 public:
  Below(Transport& whole, std::string prefix) : whole_(whole), prefix_(std::move(prefix)) {}
  Result<void> get(const std::string& path, std::uint64_t bytes_max, const Sink& sink) override {
    return whole_.get(prefix_ + path, bytes_max, sink);
  }
  Result<void> get_from(const std::string& path, std::uint64_t from, std::uint64_t bytes_max,
                        const Sink& sink) override {
    return whole_.get_from(prefix_ + path, from, bytes_max, sink);
  }
  void doubt() override { whole_.doubt(); }

 private:
  Transport& whole_;
  std::string prefix_;
};

// The whole file.
inline Result<std::string> get_whole(Transport& transport, const std::string& path,
                                     std::uint64_t bytes_max) {
  std::string bytes;
  const auto got = transport.get(path, bytes_max, [&](std::string_view piece) -> Result<void> {
    // Not left to the transport: this is the check that stops endless data.
    if (piece.size() > bytes_max - bytes.size()) {
      return fail(ErrorKind::invalid, "file-too-large",
                  path + " has more than " + std::to_string(bytes_max) + " bytes.");
    }
    bytes += piece;
    return {};
  });
  if (!got) return fail(got.error());
  return bytes;
}

}  // namespace ledger::updates::tuf
