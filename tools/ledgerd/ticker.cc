#include "tools/ledgerd/ticker.h"

#include <spdlog/spdlog.h>

#include "ledger/limits.h"

namespace ledgerd {

using ledger::domain::Tick;

namespace {

constexpr auto jump_told = ledger::domain::days(1);

}  // namespace

Ticker::Ticker(ledger::Writer& writer, ledger::ContactBook& contacts, const ledger::Clock& clock,
               std::chrono::milliseconds interval)
    : writer_(writer),
      contacts_(contacts),
      clock_(clock),
      interval_(interval),
      seen_(clock.now()),
      seen_steady_(clock.steady()) {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      tick();
      stopping_.wait_for(lock, stop, interval_, [] { return false; });
    }
  });
}

Ticker::~Ticker() = default;

// Recorded time never goes back, so whoever can say that the clock is wrong has to hurry. That is
// for people to judge: for a machine that slept the steady clock stood still.
void Ticker::tell_of_jump(ledger::domain::Time now) {
  const auto steady = clock_.steady();
  const auto passed = steady.micros - seen_steady_.micros;
  if ((now - seen_).micros - passed >= jump_told.micros) {
    spdlog::critical(
        "the clock went from {} to {} at once. If that is wrong, stop the service, set the clock "
        "right and start it again: time that was recorded is never taken back",
        rfc3339(seen_), rfc3339(now));
  }
  seen_ = now;
  seen_steady_ = steady;
}

void Ticker::tick() {
  ledger::domain::Command command;
  const auto now = clock_.now();
  tell_of_jump(now);
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
