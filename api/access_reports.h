// What is recorded of those who were not let in. Bounded: somebody who keeps trying gets one event
// a minute, which says how often, and not one for each try.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>

#include "api/router.h"
#include "ledger/clock.h"
#include "ledger/domain/commands_service.h"
#include "ledger/entropy.h"

namespace ledger {
class Writer;
}

namespace api {

class AccessReports {
 public:
  struct Report {
    domain::Actor actor;
    std::variant<domain::RecordAccessDenied, domain::RecordSignInFailed> what;
  };
  using Record = std::function<void(Report)>;
  AccessReports(Record record, const ledger::Clock& clock);

  // A known caller whose role does not allow a route. Thread: any.
  void denied(const Request& request, const Route& route);
  // No credential, or none that counts; `cause` is the problem's code. Thread: any.
  void sign_in_failed(const Request& request, std::string_view cause);
  // Records what was counted and is due. Thread: any; call it every second or so.
  void tick();

 private:
  struct Attempts {
    ledger::domain::Duration recorded_at{};
    std::uint32_t unrecorded = 0;
    std::string cause;
  };
  bool is_due(std::map<std::string, ledger::domain::Duration>& last, const std::string& key);

  Record record_;
  const ledger::Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Attempts> attempts_;                     // By address.
  std::map<std::string, ledger::domain::Duration> denied_last_;  // By actor and route.
};

// Through the writer, as commands; a full queue drops them.
AccessReports::Record recorded_by(ledger::Writer& writer, ledger::Entropy& entropy);

}  // namespace api
