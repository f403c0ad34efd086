// Events to the bytes of their records and back. The bytes are an event's identity: they are made
// once, and one value has exactly one form, so that encode(decode(bytes)) gives the same bytes for
// every record of today's format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/domain/event.h"
#include "ledger/result.h"

namespace ledger::codec {

// All that an event is but for its payload, of which it has the type.
struct Envelope {
  domain::Position position;
  domain::Time recorded_at;
  domain::Time occurred_at;
  std::string stream;
  std::uint64_t stream_version = 0;
  domain::CommandId command;
  domain::Position correlation;
  std::optional<domain::Position> causation;
  domain::Actor actor;
  domain::Outcome outcome{};
  std::string reason;
  std::string ticket;
  std::optional<domain::Digest> plan_digest;
  std::size_t payload_index = 0;  // Of payload_names.

  template <class = void>
  static constexpr auto fields();  // Without the payload's index.
  std::string_view type_name() const { return domain::payload_names[payload_index]; }
  bool operator==(const Envelope&) const = default;
};

// The fields that Event and Envelope share, for either.
template <class E>
constexpr auto envelope_fields() {
  using domain::field;
  return field_list(field("position", &E::position), field("recorded_at", &E::recorded_at),
                    field("occurred_at", &E::occurred_at), field("stream", &E::stream),
                    field("stream_version", &E::stream_version), field("command", &E::command),
                    field("correlation", &E::correlation), field("causation", &E::causation),
                    field("actor", &E::actor), field("outcome", &E::outcome),
                    field("reason", &E::reason), field("ticket", &E::ticket),
                    field("plan_digest", &E::plan_digest));
}

template <class>
constexpr auto Envelope::fields() {
  return envelope_fields<Envelope>();
}

// Errors: invalid ("record-too-large": over limits::record_bytes_max). Thread: any.
Result<std::string> encode(const domain::Event& event);

// Reads every format there ever was, and lifts older ones to today's meaning (upcast.h). Bytes from
// anywhere are answered, never trusted.
// Errors: corrupt ("record-malformed", "record-version-unknown"). Thread: any.
Result<domain::Event> decode(std::string_view bytes);

// The same into an event that was another before, whose room is used again: for whoever reads many.
// What is in it after an error is any event.
Result<void> decode_into(std::string_view bytes, domain::Event& event);

// For scans and filters: cheaper, and does not look at the payload's bytes. Errors as decode().
Result<Envelope> decode_envelope(std::string_view bytes);

}  // namespace ledger::codec
