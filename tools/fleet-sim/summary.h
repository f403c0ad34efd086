// What a fleet did so far, as a line of JSON for programs.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace fleet_sim {

namespace domain = ledger::domain;

// How long answers took, to a sixteenth, in a table that does not grow.
class Latencies {
 public:
  void add(std::chrono::nanoseconds latency);
  void clear() { counts_ = {}; }
  // Microseconds; 0: there was none.
  std::uint64_t at_percent(std::uint64_t percent) const;

 private:
  static constexpr std::size_t parts = 16;  // Of each doubling.
  std::array<std::uint64_t, 32 * parts> counts_{};
};

struct RefusedCount {
  std::string code;
  std::uint64_t count = 0;

  template <class = void>
  static constexpr auto fields() {
    return domain::field_list(domain::field("code", &RefusedCount::code),
                              domain::field("count", &RefusedCount::count));
  }
};

// Everything since the start, but for the latencies: those are of the time since the line before.
struct Summary {
  domain::Time at;
  std::uint64_t computers = 0;
  std::uint64_t joined = 0;
  std::uint64_t up_to_date = 0;               // Of what they were told to run.
  std::optional<domain::Time> up_to_date_at;  // Since when all of them are.
  std::uint64_t silent = 0;                   // That were made to be.
  std::uint64_t beats = 0;
  std::uint64_t answered = 0;
  std::uint64_t lost = 0;  // Beats that were not sent.
  std::uint64_t orders_asked = 0;
  std::uint64_t updates = 0;
  std::uint64_t failed_updates = 0;
  std::vector<RefusedCount> refused;  // By code; "manager-unreachable" is one.
  std::uint64_t latency_p50_us = 0;   // Of beats, a new connection included.
  std::uint64_t latency_p99_us = 0;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return domain::field_list(
        field("at", &Summary::at), field("computers", &Summary::computers),
        field("joined", &Summary::joined), field("up_to_date", &Summary::up_to_date),
        field("up_to_date_at", &Summary::up_to_date_at), field("silent", &Summary::silent),
        field("beats", &Summary::beats), field("answered", &Summary::answered),
        field("lost", &Summary::lost), field("orders_asked", &Summary::orders_asked),
        field("updates", &Summary::updates), field("failed_updates", &Summary::failed_updates),
        field("refused", &Summary::refused), field("latency_p50_us", &Summary::latency_p50_us),
        field("latency_p99_us", &Summary::latency_p99_us));
  }
};

}  // namespace fleet_sim
