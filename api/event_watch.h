// Whether any of some types of events came, so that what was made of the views can be kept until
// one does.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include "ledger/domain/ids.h"

namespace ledger::store {
class EventLog;
}
namespace projections {
class ViewStore;
}

namespace api {

class EventWatch {
 public:
  // Both outlive it; `views` are of `log`. `types` are those of events: "token.revoked".
  EventWatch(const projections::ViewStore& views, const ledger::store::EventLog& log,
             std::vector<std::string_view> types);

  // Changes when the views show another event of these types. Nearly all events are of none, so
  // what is kept stays good while computers report. Whoever keeps something asks for the version
  // first, and reads the views then. Cost: the types of the events since somebody asked.
  // Thread: any.
  std::uint64_t version() const;

 private:
  bool is_watched(std::string_view type) const;
  bool has_come(ledger::domain::Position from, ledger::domain::Position to) const;

  const projections::ViewStore& views_;
  const ledger::store::EventLog& log_;
  const std::vector<std::string_view> types_;
  mutable std::mutex mutex_;  // Of those who move the two below.
  mutable std::atomic<std::uint64_t> seen_{0};
  mutable std::atomic<std::uint64_t> version_{0};
};

}  // namespace api
