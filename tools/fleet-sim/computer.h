// One simulated computer: what it says next, and what it makes of the answers. It speaks as
// ledger-agent does; only the installing is pretended. It neither sends nor waits: its fleet does.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/ids.h"
#include "ledger/random.h"
#include "ledger/result.h"
#include "tools/fleet-sim/identity.h"
#include "updates/machine/wire.h"

namespace fleet_sim {

namespace domain = ledger::domain;
namespace wire = ledger::updates::machine::wire;

// What all computers of a run have in common.
struct Nature {
  ledger::Random random{1};
  std::string enrolment_token;  // By which they join.
  std::string agent_version;
  std::filesystem::path state;         // A file for each, of what it remembers; empty: none.
  bool by_certificate = false;         // Each gets a certificate; otherwise, a token.
  double failures = 0;                 // Of 1: how many installations fail.
  domain::Duration installing_time{};  // How long an installation takes.
};

enum class RequestKind { join, beat, orders, news };

struct Request {
  RequestKind kind{};
  std::string method;
  std::string path;
  std::string body;
  std::string token;  // Empty: the connection's certificate says who asks.
};

struct Answer {
  int status = 0;
  std::string body;
};

class Computer {
 public:
  // Remembers what it did before, where there is a state.
  Computer(std::string name, const Nature& nature);

  const std::string& name() const { return name_; }
  bool has_joined() const { return !memory_.token.empty() || identity_ != nullptr; }
  // It runs all that it was told to.
  bool is_up_to_date() const;
  // Null: it speaks by a token, or has not joined yet.
  const Identity* identity() const { return identity_.get(); }

  // The first request of a round. Others follow from the answers; what is refused ends the round.
  Request begin();
  // Nothing: the round is over. Errors: what the manager refused, unavailable, io.
  ledger::Result<std::optional<Request>> hear(const Answer& answer);
  // Between beats, as the manager says.
  domain::Duration interval() const { return interval_; }
  // How long until the next round, which ends the installation; nothing: none is under way.
  std::optional<domain::Duration> installing_time() const;
  // What was installed so far, and how often that failed.
  std::uint64_t updates() const { return updates_; }
  std::uint64_t failed_updates() const { return failed_updates_; }

 private:
  // What it keeps across restarts of the program.
  struct Memory {
    std::string token;
    std::string key;  // PEM, as the next two.
    std::string certificate;
    std::uint64_t sequence = 0;
    std::vector<domain::ComponentVersion> components;  // In effect, as the next two.
    std::optional<domain::Digest> ruleset;
    std::optional<domain::RuleUpdateId> rule_update;

    template <class = void>
    static constexpr auto fields() {
      using domain::field;
      return domain::field_list(
          field("token", &Memory::token), field("key", &Memory::key),
          field("certificate", &Memory::certificate), field("sequence", &Memory::sequence),
          field("components", &Memory::components), field("ruleset", &Memory::ruleset),
          field("rule_update", &Memory::rule_update));
    }
  };
  struct Wanted {
    std::vector<domain::ComponentVersion> components;
    std::optional<domain::Digest> ruleset;
    std::optional<domain::RuleUpdateId> rule_update;
    std::vector<domain::InstructionId> instructions;
  };
  enum class Asked { join, report, orders, take, finish, failure };
  using Next = ledger::Result<std::optional<Request>>;

  Request request(Asked asked, RequestKind kind, const std::string& path, std::string body);
  Request join();
  Request report(RequestKind kind);
  Next heard_joined(const std::string& body);
  Next heard_report(const std::string& body);
  Next heard_orders(const std::string& body);
  // Says of the next instruction that it was taken, or done; nothing: of all.
  std::optional<Request> next_instruction(Asked asked);
  Next work();
  Request install();
  ledger::Result<void> save() const;

  std::string name_;
  const Nature& nature_;
  Memory memory_;
  std::unique_ptr<Identity> identity_;
  Asked asked_{};
  domain::Duration interval_{};
  std::optional<Wanted> wanted_;                    // Nothing: it has to ask.
  std::optional<domain::Position> orders_changed_;  // As the manager said before it asked.
  std::size_t answered_ = 0;                        // Of the instructions: taken, or finished.
  bool installing_ = false;                         // The next round ends the installation.
  bool has_installed_ = false;                      // In this round, or tried to.
  bool has_failed_ = false;                         // The last time that it tried.
  bool told_failure_ = false;                       // Once is enough.
  std::uint64_t installations_ = 0;
  std::uint64_t updates_ = 0;
  std::uint64_t failed_updates_ = 0;
};

}  // namespace fleet_sim
