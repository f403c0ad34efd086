#include "replay/supposed_log.h"

#include <map>

#include "ledger/codec/codec.h"
#include "ledger/limits.h"
#include "replay/evidence_records.h"

namespace replay {

using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;
using ledger::domain::Event;
using ledger::domain::Position;

namespace {

Result<void> add(std::string& records, Position at, std::string_view bytes) {
  add_record(records, {at, bytes});
  if (records.size() <= ledger::limits::evidence_file_bytes_max) return {};
  return fail(ErrorKind::refused, "what-if-too-large",
              "The history is too long to be folded by another program; ask of a shorter record.");
}

// Where the events of the record stand in the history that is supposed.
class Places {
 public:
  explicit Places(Position from) : from_(from) {}
  // The first that stands at a recorded position is the recorded one, unless an edit put it there.
  void note(const Event& event, Position place) {
    if (event.actor.id != "what-if") places_.emplace(event.position, place);
  }
  // Nothing: it would not have happened.
  std::optional<Position> of(Position recorded) const {
    if (recorded < from_) return recorded;
    const auto found = places_.find(recorded);
    return found == places_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  Position from_;
  std::map<Position, Position> places_;
};

}  // namespace

Result<std::string> supposed_records(const ledger::store::EventLog& log, Position from,
                                     const std::vector<Event>& events) {
  std::string records;
  const auto cursor = log.read({}, from);
  while (true) {
    const auto entry = cursor->next();
    if (!entry) return fail(entry.error());
    if (!*entry) break;
    const auto added = add(records, (*entry)->position, (*entry)->bytes);
    if (!added) return fail(added.error());
  }
  Places places(from);
  Position next = from;
  for (const Event& event : events) {
    places.note(event, next);
    Event placed = event;
    placed.position = next;
    if (event.causation) placed.causation = places.of(*event.causation);
    placed.correlation = places.of(event.correlation).value_or(next);
    const auto bytes = ledger::codec::encode(placed);
    if (!bytes) return fail(bytes.error());
    if (const auto added = add(records, next, *bytes); !added) return fail(added.error());
    ++next.value;
  }
  return records;
}

}  // namespace replay
