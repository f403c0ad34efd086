#include "api/acknowledgement.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>

#include "api/query.h"
#include "ledger/limits.h"
#include "ledger/witness_keeper.h"

namespace api {

using domain::Position;
using ledger::limits::http_acknowledge_wait;

namespace {

constexpr std::string_view asked_name = "ledger-acknowledge";

// The position that a write's answer names; nothing: it is none.
std::optional<Position> position_of(const Request& request, const Response& response) {
  if (request.method == "GET" || request.method == "HEAD") return std::nullopt;
  const auto& headers = response.headers;
  const auto found = std::find_if(headers.begin(), headers.end(), [](const auto& header) {
    return header.first == "Ledger-Position";
  });
  if (found == headers.end()) return std::nullopt;
  const auto number = number_from(found->second);
  return number ? std::optional(Position{*number}) : std::nullopt;
}

// A place among those that may wait.
class Waiter {
 public:
  explicit Waiter(std::atomic<std::size_t>& waiting) : waiting_(waiting), before_(waiting++) {}
  ~Waiter() { --waiting_; }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  std::chrono::milliseconds patience() const {
    const bool may_wait = before_ < ledger::limits::http_acknowledge_waiters_max;
    return may_wait ? http_acknowledge_wait : std::chrono::milliseconds(0);
  }

 private:
  std::atomic<std::size_t>& waiting_;
  const std::size_t before_;
};

Acknowledgement reached(const Services& services, Acknowledgement wanted, Position at) {
  const Position size{at.value + 1};
  if (wanted == Acknowledgement::durable) return wanted;
  const Waiter waiter(*services.acknowledging);
  if (services.sealed(size, waiter.patience()).size < size) return Acknowledgement::durable;
  if (wanted == Acknowledgement::sealed) return wanted;
  const auto witnessed = services.witnesses->wait_witnessed(size, waiter.patience());
  return witnessed.head.size < size ? Acknowledgement::sealed : wanted;
}

}  // namespace

Answered<Acknowledgement> wanted_acknowledgement(const Request& request, const Services& services) {
  const auto text = request.header(asked_name);
  if (!text) return Acknowledgement::durable;
  const auto wanted = domain::enum_from<Acknowledgement>(*text);
  if (!wanted) {
    return refused("acknowledgement-unknown",
                   "Ledger-Acknowledge is durable, sealed or witnessed.");
  }
  if (*wanted == Acknowledgement::witnessed && services.witnesses == nullptr) {
    return refused("witnesses-missing",
                   "This ledger asks no witnesses; start ledgerd with --witnesses.", 409);
  }
  return *wanted;
}

Response acknowledged(const Request& request, const Services& services, Response response) {
  if (!request.header(asked_name)) return response;
  const auto at = position_of(request, response);
  const auto wanted = wanted_acknowledgement(request, services);
  if (!at || !wanted) return response;
  response.headers.emplace_back("Ledger-Acknowledged",
                                std::string(domain::name_of(reached(services, *wanted, *at))));
  return response;
}

}  // namespace api
