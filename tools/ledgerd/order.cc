#include "tools/ledgerd/order.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace ledgerd {

namespace domain = ledger::domain;

domain::Command ordered_by(const std::optional<Order>& order) {
  domain::Command command;
  command.actor = {domain::ActorKind::system, "ledgerd", "", domain::Authentication::local};
  if (!order) return command;
  command.causation = order->position;
  command.correlation = order->correlation;
  return command;
}

namespace {

constexpr std::chrono::seconds between_attempts{1};

ledger::Result<ledger::Committed> told(ledger::Writer& writer, domain::CommandPayload payload,
                                       const std::optional<Order>& order) {
  domain::Command command = ordered_by(order);
  command.payload = std::move(payload);
  const auto name = command_name(command.payload);
  auto done = writer.call(std::move(command));
  if (!done) spdlog::warn("{} was refused: {}", name, done.error().detail);
  return done;
}

bool may_pass(const ledger::Error& error) {
  using Kind = ledger::ErrorKind;
  return error.kind == Kind::unavailable || error.kind == Kind::overloaded ||
         error.kind == Kind::io;
}

// Answers whether there was no reason to end early.
bool wait(std::chrono::seconds duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_for(lock, stop, duration, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace

void insist(ledger::Writer& writer, const domain::CommandPayload& payload,
            const std::optional<Order>& order, const std::stop_token& stop) {
  for (auto done = told(writer, payload, order); !done && may_pass(done.error());) {
    if (!wait(between_attempts, stop)) return;
    done = told(writer, payload, order);
  }
}

}  // namespace ledgerd
