#include "ledger/fold_log.h"

#include <string>

#include "ledger/codec/codec.h"

namespace ledger {

Result<void> fold_log(const store::EventLog& log, domain::Position to, domain::World& world) {
  const auto cursor = log.read(world.size, to);
  while (true) {
    const auto entry = cursor->next();
    if (!entry) return fail(entry.error());
    if (!*entry) return {};
    const auto event = codec::decode((*entry)->bytes);
    if (!event) return fail(event.error());
    if (event->position != world.size) {
      return fail(ErrorKind::corrupt, "record-misplaced",
                  "The record at position " + std::to_string(world.size.value) +
                      " says that it stands at " + std::to_string(event->position.value) + ".");
    }
    domain::evolve(world, *event);
  }
}

}  // namespace ledger
