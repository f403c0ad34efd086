#include "tools/ledgerd/order.h"

#include <spdlog/spdlog.h>

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

void submit(ledger::Writer& writer, domain::CommandPayload payload,
            const std::optional<Order>& order) {
  domain::Command command = ordered_by(order);
  command.payload = std::move(payload);
  const auto name = command_name(command.payload);
  const auto done = writer.call(std::move(command));
  if (!done) spdlog::warn("{} was refused: {}", name, done.error().detail);
}

}  // namespace ledgerd
