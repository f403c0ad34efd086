#include "api/access_reports.h"

#include <utility>
#include <vector>

#include "ledger/limits.h"

namespace api {

using domain::Actor;
using domain::ActorKind;
using domain::Authentication;

namespace {

constexpr domain::Duration quiet = domain::minutes(1);
constexpr std::size_t remembered_max = 4'096;  // Then everything is forgotten, and recorded anew.

Actor stranger(const std::string& address) {
  return Actor{ActorKind::token, "unknown", address, Authentication::none};
}

}  // namespace

AccessReports::AccessReports(Record record, const ledger::Clock& clock)
    : record_(std::move(record)), clock_(clock) {}

bool AccessReports::is_due(std::map<std::string, domain::Duration>& last, const std::string& key) {
  const auto now = clock_.steady();
  if (last.size() >= remembered_max) last.clear();
  const auto [found, fresh] = last.emplace(key, now);
  if (fresh) return true;
  if (now.micros - found->second.micros < quiet.micros) return false;
  found->second = now;
  return true;
}

void AccessReports::denied(const Request& request, const Route& route) {
  const Caller& caller = *request.caller;
  const std::string key = caller.actor.id + ' ' + route.method + ' ' + route.pattern;
  {
    const std::lock_guard lock(mutex_);
    if (!is_due(denied_last_, key)) return;
  }
  record_({caller.actor, domain::RecordAccessDenied{request.method, route.pattern,
                                                    std::string(name_of(route.permission))}});
}

void AccessReports::sign_in_failed(const Request& request, std::string_view cause) {
  const auto now = clock_.steady();
  std::uint32_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    if (attempts_.size() >= remembered_max) attempts_.clear();
    const auto [found, fresh] = attempts_.try_emplace(request.address);
    Attempts& attempts = found->second;
    ++attempts.unrecorded;
    attempts.cause = cause;
    if (!fresh && now.micros - attempts.recorded_at.micros < quiet.micros) return;
    attempts.recorded_at = now;
    count = std::exchange(attempts.unrecorded, 0);
  }
  record_({stranger(request.address), domain::RecordSignInFailed{count, std::string(cause)}});
}

void AccessReports::tick() {
  const auto now = clock_.steady();
  std::vector<Report> due;
  {
    const std::lock_guard lock(mutex_);
    for (auto each = attempts_.begin(); each != attempts_.end();) {
      auto& [address, attempts] = *each;
      if (now.micros - attempts.recorded_at.micros < quiet.micros) {
        ++each;
        continue;
      }
      if (attempts.unrecorded == 0) {
        each = attempts_.erase(each);
        continue;
      }
      due.push_back(
          {stranger(address),
           domain::RecordSignInFailed{std::exchange(attempts.unrecorded, 0), attempts.cause}});
      attempts.recorded_at = now;
      ++each;
    }
  }
  for (auto& report : due) record_(std::move(report));
}

}  // namespace api
