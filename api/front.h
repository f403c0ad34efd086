// Between the head of a request and its handler: which route, who asks, whether they may. Decided
// before a body is read, so that a stranger cannot make us take 64 MiB.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/access_reports.h"
#include "api/auth.h"
#include "api/rate_limit.h"
#include "api/router.h"

namespace api {

class CloneWatch;

class Front {
 public:
  // For whom a listener is: people and programs with tokens, or machines with certificates.
  // Machines find what is theirs and nothing else; only who enrols has no certificate yet, but a
  // token.
  enum class Door { tokens, machines };

  // All of it outlives the front; no route is added to `router` any more. `clones` is of the door
  // for machines.
  Front(const Router& router, Auth& auth, RateLimit& rate, AccessReports& reports,
        Door door = Door::tokens, CloneWatch* clones = nullptr);

  struct Admission {
    const Route* route = nullptr;     // Null: there is none, and there is a refusal.
    std::optional<Response> refusal;  // Instead of what its handler answers; also for OPTIONS.
    std::vector<std::pair<std::string, std::string>> headers;  // For whatever is answered.
  };
  // Fills in parameters and caller. May read a row of the views when it sees a token for the first
  // time. Thread: any.
  Admission admit(Request& request);

  // Counts an answer of a route; of none: null. Thread: any.
  void count(const Route* route, int status);
  struct RouteCount {
    const Route* route = nullptr;            // Null: no route.
    std::array<std::uint64_t, 6> answers{};  // By the first digit of the status; 0 is not used.
  };
  std::vector<RouteCount> counts() const;

  void tick() { reports_.tick(); }

 private:
  std::optional<Problem> check_caller(Request& request, const Route& route);
  std::optional<Problem> check_machine(Request& request, const Route& route);
  std::optional<Problem> check_permission(const Request& request, const Route& route);
  void limit(const Request& request, Admission& admission);

  const Router& router_;
  Auth& auth_;
  RateLimit& rate_;
  AccessReports& reports_;
  Door door_;
  CloneWatch* clones_;
  using Counters = std::array<std::atomic<std::uint64_t>, 6>;
  std::map<const Route*, Counters> counters_;  // Of every route, and of none.
};

}  // namespace api
