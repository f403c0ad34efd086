// Where the debugger gets its steps from: a session of a server, or a data directory.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "replay/step.h"
#include "tools/ledgerctl/session.h"

namespace ledgerctl {

// Answers are the JSON of replay::StepView. Thread: one.
class Walk {
 public:
  using Answer = ledger::Result<nlohmann::json, Failure>;
  virtual ~Walk() = default;

  virtual std::uint64_t first() const = 0;
  virtual std::uint64_t last() const = 0;
  virtual Answer show() = 0;
  virtual Answer step(std::uint64_t count, bool over, replay::Way way) = 0;
  virtual Answer go_on(const std::vector<replay::Stop>& stops, std::optional<std::uint64_t> until,
                       replay::Way way) = 0;
  // Any event of the range, as the API has it; nothing moves.
  virtual Answer event(std::uint64_t at) = 0;
  // {"count": N, "holds": true} of a predicate where it stands.
  virtual Answer ask(const std::string& predicate, std::uint64_t at) = 0;
  // Lets go of what others need to work on the same data; it is taken again when it is needed.
  virtual void let_go() = 0;
};

struct WalkRange {
  std::string data;  // A data directory; empty: the server is asked.
  std::string from;
  std::string to;
};
ledger::Result<std::unique_ptr<Walk>, Failure> begin_walk(const Session& session,
                                                          const WalkRange& range);

}  // namespace ledgerctl
