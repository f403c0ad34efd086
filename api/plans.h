// Plans: what a dangerous command would do, kept until somebody applies it or it is too old. They
// are no events; those they lead to carry the plan's digest.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/permissions.h"
#include "api/refusal.h"
#include "api/services.h"
#include "ledger/domain/command.h"
#include "ledger/domain/plan.h"

namespace api {

struct Plan {
  std::string name;         // "plan-17"
  std::string action;       // "roll_back_rule_update"
  Permission permission{};  // That applying it takes.
  std::string confirm;      // What a person types to confirm it: the subject's name.
  std::string made_by;      // "token:alice"
  domain::Command command;
  domain::Preview preview;
  domain::Time made_at;
  domain::Time expires_at;
};

// What a plan looks like, as a JSON object.
std::string plan_json(const Plan& plan);

// Thread: any, for all of it.
class Plans {
 public:
  explicit Plans(const ledger::Clock& clock) : clock_(clock) {}

  // Keeps a plan under a new name; when there are limits::plans_max, the oldest goes.
  std::shared_ptr<const Plan> add(Plan plan);
  // Problems: 404 "plan-unknown", 410 "plan-expired".
  Answered<std::shared_ptr<const Plan>> find(std::string_view name) const;
  // Those that can be applied, newest first.
  std::vector<std::shared_ptr<const Plan>> all() const;
  // It was applied, or nobody wants it any more.
  void remove(std::string_view name);

 private:
  const ledger::Clock& clock_;
  mutable std::mutex mutex_;
  std::deque<std::shared_ptr<const Plan>> plans_;  // Oldest first.
  std::uint64_t made_ = 0;
};

struct PlanKind {
  std::string action;
  Permission permission{};
};

// What the command would do, kept as a plan. Problems: what the domain refuses.
Answered<std::shared_ptr<const Plan>> keep_plan(const Services& services, const PlanKind& kind,
                                                domain::Command command);
// The same as an answer: 201, with its Location.
Answered<Response> make_plan(const Services& services, const PlanKind& kind,
                             domain::Command command);

}  // namespace api
