// Writes: a request becomes a command, and its answer is given when the log has what came of it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/query.h"
#include "api/services.h"
#include "ledger/codec/json_in.h"
#include "ledger/domain/command.h"

namespace api {

// The JSON object of a request. Beside what a route takes, every body may have a "reason" and a
// "ticket", which become part of the events.
class Body {
 public:
  // An absent body is an empty object. Problems: 415 "content-type-unknown", "body-invalid".
  static Answered<Body> parse(const Request& request);

  const std::string& reason() const { return reason_; }
  const std::string& ticket() const { return ticket_; }

  // A field that the path has given already; the body may only repeat it.
  void from_path(std::string_view name, std::string_view value);
  // What a field is when the body does not have it.
  void otherwise(std::string_view name, ledger::codec::JsonValue value);
  // The same further in: `path` leads to the object. Nothing happens if there is none.
  void otherwise_in(const QueryNames& path, std::string_view name, ledger::codec::JsonValue value);
  // Takes a field out; null if there is none.
  ledger::codec::JsonValue take(std::string_view name);
  bool has(std::string_view name) const { return root_.member(name) != nullptr; }

  // Every other field, strictly. Problems: "body-invalid".
  template <class T>
  Answered<T> read() const {
    if (!errors_.empty()) return refused(errors_);
    ledger::codec::JsonReader reader;
    T value{};
    reader.read(root_, value);
    auto errors = reader.take_errors();
    if (!errors.empty()) return refused(std::move(errors));
    return value;
  }
  // For bodies without fields of their own.
  Answered<void> read_nothing() const;

 private:
  ledger::codec::JsonValue root_;
  std::string reason_;
  std::string ticket_;
  std::vector<ledger::codec::JsonError> errors_;
};

ledger::codec::JsonValue json_text(std::string_view text);
ledger::codec::JsonValue json_flag(bool flag);

// "policy-unknown": nothing has the name that the path gives.
Refusal unknown_name(std::string_view parameter);

// A segment of the path as a name; one that cannot be a name names nothing.
template <class Name>
Answered<Name> path_name(const Request& request, std::string_view parameter) {
  const auto& text = request.parameters.at(std::string(parameter));
  if (domain::is_name(text)) return Name{text};
  return refused(unknown_name(parameter));
}
// Problems: 404 "rule-update-unknown".
Answered<domain::RuleUpdateId> path_update(const Request& request);

// The Idempotency-Key: 16 bytes in hexadecimal with or without dashes, or any other 1 to 64
// printable letters, which stand for the first bytes of their SHA-256; absent: a new one.
// Problems: "idempotency-key-invalid".
Answered<domain::CommandId> idempotency_key(const Request& request, ledger::Entropy& entropy);

// The version in If-Match; absent, or `*`: nothing. Problems: "if-match-invalid".
Answered<std::optional<std::uint64_t>> if_match(const Request& request);

// A command by the caller, with its key and the version it expects. Problems: 428, 400
// "as-of-on-write", those of wanted_acknowledgement(), as above.
enum class IfMatch { required, optional, none };
Answered<domain::Command> new_command(const Request& request, const Services& services,
                                      IfMatch if_match);

// The same of a body that is a document: reason and ticket are in the query.
Answered<domain::Command> document_command(const Request& request, const Services& services);

// {"position":N,"events":[...]}: the position is of the last event, or of the newest if nothing
// came of it, because it was so already.
std::string committed_json(const ledger::Committed& committed);
// The whole answer, with Ledger-Position, ETag of the first event's stream, Idempotency-Replayed.
Response committed_response(const ledger::Committed& committed, int status = 200);

// Gives the command to the writer and answers when that has. `validate_only`: nothing is appended.
// Thread: a handler's, which may wait for a sync.
void submit(const Services& services, std::shared_ptr<const Request> request,
            domain::Command command, int status, Reply reply);

// What decide() says of a command now, without appending anything.
Response validated(const Request& request, const Services& services,
                   const domain::Command& command);

// The same and waits. Problems: what the writer answers.
Answered<ledger::Committed> call(const Services& services, domain::Command command);

// The event that something answers: its effects belong to its chain of causes.
void set_cause(const Services& services, domain::Position cause, domain::Command& command);

// What an earlier request of this key was answered; nothing: there was none, or it is unnamed.
Answered<std::optional<ledger::Committed>> earlier(const Services& services,
                                                   const domain::CommandId& id);

}  // namespace api
