// The manager over HTTPS, by the identity of this machine.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "ledger/result.h"
#include "updates/machine/identity.h"
#include "updates/machine/manager.h"
#include "updates/machine/manager_connection.h"

namespace ledger::updates::machine {

class HttpManager final : public Manager {
 public:
  struct Options {
    std::string manager;             // https://host:port of its machine listener.
    std::filesystem::path identity;  // The directory of load_identity().
    // Random, and another one at each start of the program: by it the manager tells a machine that
    // was started again from two that share one identity.
    std::string session;
    std::stop_token stop = {};  // Ends a request that is under way, and any after it.
  };
  // Errors: invalid ("manager-url-invalid"), refused ("not-enrolled": there is no identity yet),
  // corrupt ("identity-damaged"), io.
  static Result<std::unique_ptr<HttpManager>> open(Options options);

  Result<domain::Duration> report(const Report& report) override;
  // What it was told before, if the last report was answered that this is as it was.
  Result<Orders> orders() override;
  Result<OrderedRuleset> ruleset() override;
  Result<void> take(const domain::InstructionId& instruction) override;
  Result<void> finish(const domain::InstructionId& instruction, domain::UpdateFault cause,
                      const std::string& detail) override;
  Result<void> failed(const Failure& failure) override;
  Result<void> hook_finished(std::int32_t exit_status, const std::string& detail) override;
  Result<void> relay_report(const RelayReport& report) override;
  Result<void> not_authentic(const domain::SourceId& source, const std::string& target,
                             const std::string& role, const std::string& detail) override;

  const Identity& identity() const { return identity_; }
  // A new key and its certificate once two thirds of the old one's life are over; answers whether
  // there is a new one, which whoever serves with it has to load. A renewal that fails leaves the
  // old one in use. Errors: those of Manager, unavailable ("disk-full"), io.
  Result<bool> renew_if_due(domain::Time now);
  // The same whatever the time.
  Result<void> renew();
  // Closes the connection until the next request: who asks again in minutes need not keep it.
  void rest();

 private:
  HttpManager(Options options, ManagerAddress address, Identity identity);
  void connect();
  std::string of_computer(const std::string& rest) const;
  ManagerConnection::Headers headers() const;
  template <class Body>
  Result<void> say(const std::string& path, const Body& body);

  Options options_;
  ManagerAddress address_;
  Identity identity_;
  std::unique_ptr<ManagerConnection> connection_;
  // The newest event that may have changed the orders, as the last report was answered; nothing: no
  // report since they were asked for.
  std::optional<domain::Position> orders_changed_;
  struct KnownOrders {
    domain::Position changed;
    Orders orders;
  };
  std::optional<KnownOrders> known_orders_;
};

}  // namespace ledger::updates::machine
