// One connection to the manager, plain or through TLS, and one request on it at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "ledger/result.h"
#include "tools/fleet-sim/computer.h"

namespace boost::asio {
class io_context;
namespace ssl {
class context;
}
}  // namespace boost::asio

namespace fleet_sim {

struct Manager {
  std::string host;
  std::string port;
  bool tls = false;
};
// Errors: invalid ("server-url-invalid": http:// or https://, a host and a port).
ledger::Result<Manager> manager_of(const std::string& url);

// Trusts one authority; an empty file: those of the system. Errors: invalid ("ca-file-unusable").
ledger::Result<std::unique_ptr<boost::asio::ssl::context>> client_tls(const std::string& ca_file);

class Connection {
 public:
  using Done = std::function<void(ledger::Result<Answer>)>;
  virtual ~Connection() = default;

  // Connects if it is not connected, or no longer. Errors: unavailable ("manager-unreachable",
  // "manager-not-trusted").
  virtual void ask(const Request& request, Done done) = 0;
  virtual void close() = 0;
};

// `tls` is of a manager with TLS; `identity` (null: none) is shown there. All of it outlives the
// connection.
std::shared_ptr<Connection> make_connection(boost::asio::io_context& context,
                                            const Manager& manager, boost::asio::ssl::context* tls,
                                            const Identity* identity);

}  // namespace fleet_sim
