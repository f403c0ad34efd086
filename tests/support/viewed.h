// A history with its log and its views in memory, to ask questions of.
#pragma once

#include <memory>
#include <span>

#include "ledger/domain/world.h"
#include "ledger/store/memory_log.h"
#include "projections/memory_view_store.h"
#include "projections/project.h"
#include "tests/support/log_of.h"

namespace tests {

class Viewed {
 public:
  explicit Viewed(std::span<const ledger::domain::Event> events) {
    append_to(log, events);
    ledger::domain::World world;
    for (const auto& event : events) {
      projections::step(event, world, views.begin_event(event.position));
    }
    const auto head = log.head();
    CHECK(views.commit(head.size, head.root), "views in memory take every event");
  }

  std::unique_ptr<projections::Snapshot> at(std::uint64_t position) const {
    return views.as_of({position});
  }
  std::unique_ptr<projections::Snapshot> now() const { return at(views.size().value - 1); }

  ledger::store::MemoryLog log;
  projections::MemoryViewStore views;
};

}  // namespace tests
