// A log in memory with given events: what a test's Fold has become, as the writer would have
// appended it.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "ledger/codec/codec.h"
#include "ledger/domain/event.h"
#include "ledger/store/memory_log.h"

namespace tests {

// Events of one command make one batch with its receipt, if the command has an id.
inline void append_to(ledger::store::EventLog& log, std::span<const ledger::domain::Event> events) {
  for (std::size_t from = 0; from < events.size();) {
    ledger::store::Batch batch;
    batch.expected = log.head().size;
    const auto command = events[from].command;
    std::size_t to = from;
    for (; to < events.size() && events[to].command == command; ++to) {
      auto record = ledger::codec::encode(events[to]);
      CHECK(record.has_value(), "a test's event fits a record");
      batch.records.push_back({*std::move(record), events[to].stream, events[to].stream_version});
    }
    if (command != ledger::domain::CommandId{}) {
      batch.receipts.push_back(
          {command, {}, events[from].position, static_cast<std::uint32_t>(to - from)});
    }
    CHECK(log.append(batch).has_value(), "a log in memory takes every batch that is in order");
    from = to;
  }
}

}  // namespace tests
