// What the manager is to hear, kept until it did: in order, and across a crash. So an agent works
// on while the manager is away, and nothing that it did goes unreported.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "updates/agent/files.h"
#include "updates/machine/manager.h"

namespace ledger::updates::agent {

enum class MessageKind { report, finished, failed, hook_finished, not_authentic };
constexpr auto enum_names(MessageKind) {
  return std::array<std::string_view, 5>{"report", "finished", "failed", "hook_finished",
                                         "not_authentic"};
}

// One call of machine::Manager.
struct Message {
  MessageKind kind{};
  std::uint64_t sequence = 0;
  std::vector<domain::ComponentVersion> components;
  std::optional<domain::Digest> ruleset;
  std::optional<domain::RuleUpdateId> rule_update;
  domain::Time occurred_at;
  std::optional<domain::InstructionId> instruction;
  domain::UpdateFault cause{};
  std::string what;
  std::string detail;
  std::int32_t exit_status = 0;
  std::optional<domain::SourceId> source;
  std::string target;
  std::string role;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("kind", &Message::kind), field("sequence", &Message::sequence),
        field("components", &Message::components), field("ruleset", &Message::ruleset),
        field("rule_update", &Message::rule_update), field("occurred_at", &Message::occurred_at),
        field("instruction", &Message::instruction), field("cause", &Message::cause),
        field("what", &Message::what), field("detail", &Message::detail),
        field("exit_status", &Message::exit_status), field("source", &Message::source),
        field("target", &Message::target), field("role", &Message::role));
  }
  bool operator==(const Message&) const = default;
};

Message message_of(const machine::Report& report);

// Thread: one at a time.
class Outbox {
 public:
  // One more and the oldest report goes, since later ones say what is in effect; then the oldest
  // of the others.
  static constexpr std::size_t messages_max = 1'000;

  // Errors: unavailable ("disk-full"), io.
  static Result<Outbox> open(Files& files, std::filesystem::path directory);

  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }
  // Durable on return. After an error it still waits, until this process ends: that the disk is
  // full must be told too. Errors: unavailable ("disk-full"), io.
  Result<void> add(const Message& message);
  // Gives them to the manager, oldest first, until it is away. What it refuses for good is dropped:
  // asking again would not help, and the others wait behind it; `refused` is told.
  // Errors: unavailable, and refused ("identity-refused"): the rest waits.
  template <class Refused>
  Result<void> flush(machine::Manager& manager, Refused refused) {
    while (!waiting_.empty()) {
      auto sent = send(manager, waiting_.front().message);
      if (!sent && waits(sent.error())) return sent;
      if (!sent) refused(waiting_.front().message, sent.error());
      if (auto gone = drop(0); !gone) return gone;
    }
    return {};
  }

 private:
  struct Waiting {
    std::uint64_t number = 0;  // Of its file; 0: it has none.
    Message message;
  };

  Outbox(Files& files, std::filesystem::path directory)
      : files_(&files), directory_(std::move(directory)) {}
  std::filesystem::path path_of(std::uint64_t number) const;
  static bool waits(const Error& error);
  Result<void> send(machine::Manager& manager, const Message& message);
  Result<void> drop(std::size_t index);
  std::size_t least_needed() const;

  Files* files_;
  std::filesystem::path directory_;
  std::deque<Waiting> waiting_;
  std::uint64_t next_ = 1;
};

}  // namespace ledger::updates::agent
