// How far a write got before it was answered. Every answer means durable; whoever wants more says
// so in Ledger-Acknowledge and reads in Ledger-Acknowledged what was reached: the write is done
// either way, and the same request again, by its Idempotency-Key, waits again.
#pragma once

#include <array>
#include <string_view>

#include "api/http.h"
#include "api/refusal.h"
#include "api/services.h"

namespace api {

enum class Acknowledgement {
  durable,    // Synced.
  sealed,     // Under a signed head that is synced.
  witnessed,  // Under one that enough witnesses have cosigned.
};
constexpr auto enum_names(Acknowledgement) {
  return std::array<std::string_view, 3>{"durable", "sealed", "witnessed"};
}

// What a write asks for. Problems: 400 "acknowledgement-unknown", 409 "witnesses-missing".
Answered<Acknowledgement> wanted_acknowledgement(const Request& request, const Services& services);

// The answer to a write, once what it asks for is reached or cannot be expected any more; other
// answers as they are. Cost: waits for limits::http_acknowledge_wait at most.
Response acknowledged(const Request& request, const Services& services, Response response);

}  // namespace api
