// Requests to the manager's machine listener, over TLS with the machine's certificate.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/limits.h"
#include "ledger/result.h"

namespace ledger::updates::machine {

// Where a manager is. Errors: invalid ("manager-url-invalid": https://host:port, nothing more).
struct ManagerAddress {
  std::string host;
  int port = 443;
};
Result<ManagerAddress> manager_address(const std::string& url);

class ManagerConnection {
 public:
  struct Options {
    ManagerAddress manager;
    std::filesystem::path authority;    // PEM file: whose certificates are trusted.
    std::filesystem::path certificate;  // PEM files, of this machine; empty: it has none yet.
    std::filesystem::path key;
    std::chrono::milliseconds deadline = limits::manager_answer_deadline;  // Of a whole answer.
    std::size_t answer_bytes_max = limits::manager_answer_bytes_max;
    std::stop_token stop = {};  // Ends an exchange from another thread.
  };
  explicit ManagerConnection(const Options& options);
  ~ManagerConnection();
  ManagerConnection(const ManagerConnection&) = delete;
  ManagerConnection& operator=(const ManagerConnection&) = delete;

  using Headers = std::vector<std::pair<std::string, std::string>>;
  // The body of a good answer. What the manager refuses comes back as its code and its sentence.
  // Errors: unavailable ("manager-unreachable", also when the answer takes too long, is too long or
  // is not waited for any more, "manager-not-trusted", "manager-busy"), refused
  // ("identity-refused", or what it answers), conflict, invalid, not_found. Thread: one at a time.
  Result<std::string> get(const std::string& path, const Headers& headers);
  Result<std::string> post(const std::string& path, const std::string& body,
                           const Headers& headers);
  // Closes it until the next request.
  void rest();

 private:
  struct Client;
  std::unique_ptr<Client> client_;
};

// The certificate of the manager's authority, as PEM, known by the SHA-256 of its bytes only
// ("AB:CD:...", or digits alone): from the chain that the manager shows. Nothing is sent to it.
// Errors: invalid ("fingerprint-invalid"), unavailable ("manager-unreachable",
// "manager-not-trusted": none of its certificates has this fingerprint).
Result<std::string> fetch_authority(const ManagerAddress& manager, std::string_view fingerprint);

}  // namespace ledger::updates::machine
