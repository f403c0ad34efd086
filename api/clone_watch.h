// Two live sessions of one certificate. Each start of a machine's program makes up a session id and
// sends it with every request (Machine-Session). A start changes A to B, and A never speaks again;
// where A, B and A again are heard, two machines have one identity.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>

#include "api/http.h"
#include "ledger/clock.h"

namespace ledger {
class Writer;
class Entropy;
}  // namespace ledger

namespace api {

class CloneWatch {
 public:
  struct Clone {
    domain::ComputerId computer;
    std::string serial;
    std::string first_address;
    std::string second_address;
  };
  using Tell = std::function<void(Clone)>;
  CloneWatch(Tell tell, const ledger::Clock& clock) : tell_(std::move(tell)), clock_(clock) {}

  // A request that came with a certificate which counts. Tells a clone at most so often.
  // Thread: any.
  void saw(const Request& request);

 private:
  struct Session {
    std::string id;
    std::string address;
  };
  struct Watched {
    Session current;
    Session before;
    domain::Duration told{};
    bool was_told = false;
  };
  bool is_clone(Watched& watched, const Request& request, std::string_view session);

  Tell tell_;
  const ledger::Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<std::string, Watched> watched_;  // By serial.
};

// Through the writer, as a command of the machine; a full queue drops it.
CloneWatch::Tell told_to(ledger::Writer& writer, ledger::Entropy& entropy);

}  // namespace api
