// The writer without its threads: takes commands in order, decides them against the world, and
// forms the batch that the log is to append. A simulation drives it directly.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/clock.h"
#include "ledger/domain/plan.h"
#include "ledger/domain/world.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"

namespace ledger {

// What a command brought about; `first` is the size of the log then if it brought about nothing.
struct Committed {
  domain::Position first;
  std::vector<domain::Event> events;
  bool replayed = false;  // The answer to an earlier command of the same id.
};
using Answer = std::function<void(Result<Committed>)>;

// A group of decided commands, appended and answered together.
struct Group {
  store::Batch batch;
  struct Waiting {
    Answer answer;
    Result<Committed> outcome;
    std::optional<domain::CommandId> id;
  };
  std::vector<Waiting> waiting;  // In the order decided.

  bool empty() const { return waiting.empty(); }
};

class Deciding {
 public:
  // `world` is the fold of `log` as it is.
  Deciding(domain::World world, const store::EventLog& log, const Clock& clock,
           const domain::TimeZones& time_zones);

  // Decides one command and adds its outcome to `group`. Events take effect in the world at once;
  // nobody may be told before the group is durable. Thread: the owner's.
  void decide(domain::Command command, Answer answer, Group& group);

  // These commands are durable: they are no longer in flight.
  void settled(const std::vector<domain::CommandId>& commands);

  const domain::World& world() const { return world_; }
  domain::Moment moment() const;

  // Starts over from `world`, after a group that was decided could not be appended.
  void restart(domain::World world);

 private:
  Result<std::optional<Committed>> earlier_answer(const domain::CommandId& id,
                                                  const domain::Digest& body) const;
  Result<Committed> append_events(const domain::Command& command,
                                  std::vector<domain::NewEvent> decided, domain::Time now,
                                  Group& group);
  Result<Committed> append_refusal(const domain::Command& command, const Error& error,
                                   domain::Time now, Group& group);

  domain::World world_;
  const store::EventLog& log_;
  const Clock& clock_;
  const domain::TimeZones& time_zones_;
  std::map<domain::CommandId, domain::Digest> in_flight_;
};

// SHA-256 of what a command asks for; two commands with one id and two of these are two commands.
domain::Digest body_digest(const domain::Command& command);

}  // namespace ledger
