// Gets files from a source of updates, whatever carries them: a directory, HTTP, memory in tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "ledger/domain/event_types.h"
#include "ledger/result.h"

namespace ledger::updates {

// Why a source did not give what was asked for, as far as the one who asked can tell.
struct SourceFailure {
  domain::SourceFault cause{};
  std::string detail;  // One sentence for people.

  bool operator==(const SourceFailure&) const = default;
};

class SourceReader {
 public:
  virtual ~SourceReader() = default;
  // The whole file of this name beside the source's URL, at most `bytes_max` bytes; more is a
  // failure, and is not read. Ends soon after `stop` is asked for.   Thread: one at a time.
  virtual Result<std::string, SourceFailure> fetch(const std::string& name, std::size_t bytes_max,
                                                   const std::stop_token& stop) = 0;
  // The same, piece by piece, for files that are larger than memory should hold: is given the
  // time that its bytes take at 16 KiB a second. `sink` answers whether it wants more;
  // if not, the transfer ends as a failure. A reader that has no better way fetches it whole.
  using Sink = std::function<bool(std::string_view)>;
  virtual Result<void, SourceFailure> stream(const std::string& name, std::uint64_t bytes_max,
                                             const Sink& sink, const std::stop_token& stop);
  // The same from this byte on: at most `bytes_max` bytes that follow it. A source that does not
  // know how sends the file from its beginning, which is passed over.
  virtual Result<void, SourceFailure> stream_from(const std::string& name, std::uint64_t from,
                                                  std::uint64_t bytes_max, const Sink& sink,
                                                  const std::stop_token& stop);
  // Files are asked for past all caches from now on.
  virtual void doubt() {}
};

// Whom a reader trusts over https://, and who it is there, as PEM files. Empty: whom this machine
// trusts, and nobody.
struct SourceTls {
  std::filesystem::path authority;
  std::filesystem::path certificate;
  std::filesystem::path key;
};

// A reader of file://, http:// or https:// URLs. `proxy` is "http://host:port", or empty; it is
// not used for files. Nothing is asked yet.
Result<std::unique_ptr<SourceReader>, SourceFailure> open_source(const std::string& url,
                                                                 const std::string& proxy,
                                                                 const SourceTls& tls = {});

// The directory that a file:// URL names.
Result<std::unique_ptr<SourceReader>, SourceFailure> open_file_source(const std::string& url);
Result<std::unique_ptr<SourceReader>, SourceFailure> open_http_source(const std::string& url,
                                                                      const std::string& proxy,
                                                                      const SourceTls& tls);

}  // namespace ledger::updates
