#include "api/clone_watch.h"

namespace api {
namespace {

// More machines than that, and all is forgotten: a clone is then found a little later.
constexpr std::size_t watched_max = 1'000'000;
constexpr std::size_t session_bytes_max = 64;
constexpr domain::Duration told_interval = domain::minutes(10);

}  // namespace

void CloneWatch::saw(const Request& request) {
  const auto session = request.header("machine-session");
  if (!session || session->empty() || session->size() > session_bytes_max) return;
  Clone clone{{request.certificate->common_name}, request.certificate->serial, {}, {}};
  {
    const std::lock_guard lock(mutex_);
    if (watched_.size() >= watched_max) watched_.clear();
    Watched& watched = watched_[clone.serial];
    if (!is_clone(watched, request, *session)) return;
    clone.first_address = watched.before.address;
    clone.second_address = watched.current.address;
  }
  tell_(std::move(clone));
}

bool CloneWatch::is_clone(Watched& watched, const Request& request, std::string_view session) {
  if (watched.current.id == session) return false;
  const bool came_back = watched.before.id == session;
  watched.before = std::move(watched.current);
  watched.current = {std::string(session), request.address};
  if (!came_back) return false;
  const auto now = clock_.steady();
  if (watched.was_told && now < domain::Duration{watched.told.micros + told_interval.micros}) {
    return false;
  }
  watched.told = now;
  watched.was_told = true;
  return true;
}

}  // namespace api
