#include "tools/ledgerd/ticker.h"

#include <spdlog/spdlog.h>

#include "ledger/limits.h"

namespace ledgerd {

using ledger::domain::Tick;

Ticker::Ticker(ledger::Writer& writer, ledger::ContactBook& contacts, const ledger::Clock& clock,
               std::chrono::milliseconds interval)
    : writer_(writer), contacts_(contacts), clock_(clock), interval_(interval) {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      tick();
      stopping_.wait_for(lock, stop, interval_, [] { return false; });
    }
  });
}

Ticker::~Ticker() = default;

void Ticker::tick() {
  ledger::domain::Command command;
  const auto now = clock_.now();
  Tick tick{now, contacts_.unheard(now, ledger::limits::silent_per_tick_max)};
  const auto unheard = tick.unheard;
  command.actor = {ledger::domain::ActorKind::system, "clock", "",
                   ledger::domain::Authentication::local};
  command.payload = std::move(tick);
  const auto ticked = writer_.call(std::move(command));
  if (ticked) {
    for (const auto& event : ticked->events) {
      const auto* silent = get_if<ledger::domain::ComputerSilent>(&event.payload);
      if (silent != nullptr) contacts_.fell_silent(silent->computer);
    }
    return;
  }
  // What could not be recorded is noticed again at the next tick.
  for (const auto& each : unheard) {
    contacts_.expect(each.computer, each.last_contact, false, ledger::domain::Duration{0});
  }
  const auto& error = ticked.error();
  if (error.kind != ledger::ErrorKind::unavailable && error.kind != ledger::ErrorKind::overloaded) {
    spdlog::error("tick refused: {}: {}", error.reason, error.detail);
  }
}

}  // namespace ledgerd
