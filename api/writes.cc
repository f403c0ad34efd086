#include "api/writes.h"

#include <algorithm>
#include <string>

#include "api/acknowledgement.h"
#include "ledger/codec/codec.h"
#include "ledger/codec/json_out.h"
#include "ledger/digest.h"
#include "ledger/domain/world.h"

namespace api {

using domain::Command;
using domain::CommandId;
using domain::Position;
using ledger::Committed;

namespace {

constexpr std::size_t key_bytes_max = 64;

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

// 32 hexadecimal digits, or the same as a UUID is written.
std::optional<CommandId> id_from_hex(std::string_view text) {
  const bool dashed = text.size() == 36;
  if (text.size() != 32 && !dashed) return std::nullopt;
  CommandId id;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (dashed && (i == 8 || i == 13 || i == 18 || i == 23)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const auto digit = hex_digit(text[i]);
    if (!digit) return std::nullopt;
    auto& byte = id.bytes[digits++ / 2];
    byte = static_cast<std::uint8_t>(unsigned{byte} << 4U | *digit);
  }
  return id;
}

void write_event(std::string& out, const domain::Event& event) {
  out += "{\"position\":" + std::to_string(event.position.value) + ",\"type\":\"";
  out += type_name(event.payload);
  out += "\",\"stream\":";
  ledger::codec::write_json(out, event.stream);
  out += ",\"stream_version\":" + std::to_string(event.stream_version) + ",\"outcome\":\"";
  out += name_of(event.outcome);
  out += "\"}";
}

Answered<void> check_write_query(const Request& request) {
  if (request.query_value("as_of")) {
    return refused("as-of-on-write", "The past cannot be written to; leave as_of out.");
  }
  return check_query(request, {"validate_only"});
}

}  // namespace

Refusal unknown_name(std::string_view parameter) {
  std::string code(parameter);
  std::replace(code.begin(), code.end(), '_', '-');
  std::string words(parameter);
  std::replace(words.begin(), words.end(), '_', ' ');
  return ledger::Error{ledger::ErrorKind::not_found, code + "-unknown",
                       "There is no " + words + " of this name."};
}

Answered<domain::RuleUpdateId> path_update(const Request& request) {
  const auto& text = request.parameters.at("update");
  const auto update = domain::rule_update_id_from(text);
  if (update) return *update;
  return refused(ledger::Error{ledger::ErrorKind::not_found, "rule-update-unknown",
                               "There is no such rule update; they are named like 25-031."});
}

Answered<CommandId> idempotency_key(const Request& request, ledger::Entropy& entropy) {
  CommandId id;
  const auto text = request.header("idempotency-key");
  if (!text) {
    entropy.fill(id.bytes);
    return id;
  }
  const bool plain =
      std::all_of(text->begin(), text->end(), [](char c) { return c >= ' ' && c < 0x7f; });
  if (text->empty() || text->size() > key_bytes_max || !plain) {
    return refused("idempotency-key-invalid",
                   "An Idempotency-Key is a UUID, or 1 to 64 printable letters.");
  }
  if (const auto hex = id_from_hex(*text)) {
    if (*hex != CommandId{}) return *hex;
    return refused("idempotency-key-invalid", "An Idempotency-Key is not all zeros.");
  }
  const auto digest = ledger::sha256(*text);
  std::copy_n(digest.bytes.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

Answered<std::optional<std::uint64_t>> if_match(const Request& request) {
  const auto text = request.header("if-match");
  if (!text || *text == "*") return std::optional<std::uint64_t>();
  std::string_view tag = *text;
  if (tag.size() > 3 && tag.starts_with("\"v") && tag.ends_with('"')) {
    const auto version = number_from(tag.substr(2, tag.size() - 3));
    if (version) return version;
  }
  return refused("if-match-invalid",
                 "If-Match is the ETag that a GET of this resource answered, such as \"v12\".");
}

Answered<Command> new_command(const Request& request, const Services& services, IfMatch rule) {
  if (const auto checked = check_write_query(request); !checked) return refused(checked.error());
  if (const auto wanted = wanted_acknowledgement(request, services); !wanted) {
    return refused(wanted.error());
  }
  Command command;
  const auto id = idempotency_key(request, services.entropy);
  if (!id) return refused(id.error());
  command.id = *id;
  if (request.caller) command.actor = request.caller->actor;
  if (command.actor.address.empty()) command.actor.address = request.address;
  if (rule == IfMatch::none) return command;
  if (rule == IfMatch::required && !request.header("if-match")) {
    return refused("if-match-missing",
                   "Say by If-Match which version is to be changed: the ETag of a GET.", 428);
  }
  const auto version = if_match(request);
  if (!version) return refused(version.error());
  command.expected_version = *version;
  return command;
}

Answered<Command> document_command(const Request& request, const Services& services) {
  if (request.query_value("as_of")) {
    return refused("as-of-on-write", "The past cannot be written to; leave as_of out.");
  }
  const auto id = idempotency_key(request, services.entropy);
  if (!id) return refused(id.error());
  Command command;
  command.id = *id;
  if (request.caller) command.actor = request.caller->actor;
  if (command.actor.address.empty()) command.actor.address = request.address;
  command.reason = std::string(request.query_value("reason").value_or(""));
  command.ticket = std::string(request.query_value("ticket").value_or(""));
  return command;
}

std::string committed_json(const Committed& committed) {
  const std::uint64_t end = committed.first.value + committed.events.size();
  std::string out = "{\"position\":" + std::to_string(end > 0 ? end - 1 : 0) + ",\"events\":[";
  for (std::size_t i = 0; i < committed.events.size(); ++i) {
    if (i > 0) out += ',';
    write_event(out, committed.events[i]);
  }
  return out + "]}";
}

Response committed_response(const Committed& committed, int status) {
  Response response;
  response.status = status;
  response.body = committed_json(committed);
  const std::uint64_t end = committed.first.value + committed.events.size();
  response.headers.emplace_back("Ledger-Position", std::to_string(end > 0 ? end - 1 : 0));
  if (!committed.events.empty()) {
    const auto& stream = committed.events.front().stream;
    std::uint64_t version = 0;
    for (const auto& event : committed.events) {
      if (event.stream == stream) version = event.stream_version + 1;
    }
    response.headers.emplace_back("ETag", "\"v" + std::to_string(version) + "\"");
  }
  if (committed.replayed) response.headers.emplace_back("Idempotency-Replayed", "true");
  return response;
}

Response validated(const Request& request, const Services& services, const Command& command) {
  std::string body;
  std::optional<ledger::Error> error;
  const auto looked =
      services.writer.inspect([&](const domain::World& world, const domain::Moment& moment) {
        const auto decision = decide(world, command, moment);
        if (!decision) {
          error = decision.error();
          return;
        }
        body = "{\"position\":" + std::to_string(world.size.value > 0 ? world.size.value - 1 : 0) +
               ",\"validated\":true,\"events\":[";
        for (std::size_t i = 0; i < decision->size(); ++i) {
          const auto& event = (*decision)[i];
          body += i > 0 ? ",{\"type\":\"" : "{\"type\":\"";
          body += type_name(event.payload);
          body += "\",\"stream\":";
          ledger::codec::write_json(body, event.stream);
          body += '}';
        }
        body += "]}";
      });
  if (!looked) return problem(request, looked.error());
  if (error) return response_of(request, Refusal(*error));
  Response response;
  response.body = std::move(body);
  return response;
}

void submit(const Services& services, std::shared_ptr<const Request> request, Command command,
            int status, Reply reply) {
  const auto only = flag_parameter(*request, "validate_only");
  if (!only) return reply(response_of(*request, only.error()));
  if (*only) return reply(validated(*request, services, command));
  if (request->header("ledger-acknowledge")) {
    auto outcome = services.writer.call(std::move(command));
    if (!outcome) return reply(response_of(*request, Refusal(outcome.error())));
    return reply(acknowledged(*request, services, committed_response(*outcome, status)));
  }
  services.writer.submit_here(std::move(command),
                              [request = std::move(request), status,
                               reply = std::move(reply)](ledger::Result<Committed> outcome) {
                                reply(outcome ? committed_response(*outcome, status)
                                              : response_of(*request, Refusal(outcome.error())));
                              });
}

Answered<Committed> call(const Services& services, Command command) {
  auto outcome = services.writer.call(std::move(command));
  if (!outcome) return refused(outcome.error());
  return std::move(*outcome);
}

void set_cause(const Services& services, Position cause, Command& command) {
  const auto record = services.log.record(cause);
  if (!record) return;
  const auto envelope = ledger::codec::decode_envelope(*record);
  if (!envelope) return;
  command.causation = cause;
  command.correlation = envelope->correlation;
}

Answered<std::optional<Committed>> earlier(const Services& services, const CommandId& id) {
  const auto receipt = services.log.receipt(id);
  if (!receipt) return refused(receipt.error());
  if (!*receipt) return std::optional<Committed>();
  Committed committed{(*receipt)->first, {}, true};
  for (std::uint32_t i = 0; i < (*receipt)->count; ++i) {
    const auto record = services.log.record(Position{committed.first.value + i});
    if (!record) return refused(record.error());
    auto event = ledger::codec::decode(*record);
    if (!event) return refused(event.error());
    committed.events.push_back(std::move(*event));
  }
  return std::optional<Committed>(std::move(committed));
}

}  // namespace api
