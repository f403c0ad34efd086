#include "updates/content_watch.h"

#include <sys/stat.h>

#include <algorithm>

#include "ledger/limits.h"
#include "updates/local_file.h"

namespace ledger::updates {

namespace fs = std::filesystem;

std::optional<ContentWatch::Stamp> ContentWatch::stamp_of(const fs::path& file) {
  struct stat facts {};
  if (::lstat(file.c_str(), &facts) != 0) return std::nullopt;
  return Stamp{facts.st_ino, facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec};
}

std::optional<ContentWatch::Known> ContentWatch::known(const domain::Digest& digest) const {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(digest);
  return found == known_.end() ? std::nullopt : std::optional(found->second);
}

void ContentWatch::note(const domain::Digest& digest, const Known& known) {
  const std::lock_guard lock(mutex_);
  known_.insert_or_assign(digest, known);
}

ContentWatch::State ContentWatch::state(const domain::Digest& digest, const fs::path& file) const {
  const auto before = known(digest);
  if (!before) return State::unread;
  if (stamp_of(file) != before->stamp) return State::changed;
  return before->is_sound ? State::sound : State::damaged;
}

void ContentWatch::vouch(const domain::Digest& digest, const fs::path& file) {
  if (const auto stamp = stamp_of(file)) note(digest, {*stamp, true, Clock::now()});
}

void ContentWatch::forget(const domain::Digest& digest) {
  const std::lock_guard lock(mutex_);
  known_.erase(digest);
}

void ContentWatch::doubt(const domain::Digest& digest, const fs::path& file) {
  const auto stamp = stamp_of(file);
  const auto before = known(digest);
  const bool is_looked_at =
      before && before->stamp == stamp && Clock::now() - before->doubted_at < doubt_pause;
  if (!stamp || is_looked_at) return;
  const bool sound = is_sound(digest, file, *stamp);
  const std::lock_guard lock(mutex_);
  known_[digest].doubted_at = Clock::now();
  if (!sound) doubted_.push_back(digest);
}

// What cannot be read is of no more use than what is damaged.
bool ContentWatch::is_sound(const domain::Digest& digest, const fs::path& file,
                            const Stamp& stamp) {
  const auto found = digest_of_file(file);
  const bool sound = found && *found == digest;
  // Replaced meanwhile, it has another stamp than this one, and is read again.
  note(digest, {stamp, sound, Clock::now()});
  return sound || stamp_of(file) != stamp;
}

std::vector<domain::Digest> ContentWatch::look_through(
    const std::vector<domain::Digest>& all,
    const std::function<fs::path(const domain::Digest&)>& file_of, std::uint64_t bytes_max,
    const std::stop_token& stop) {
  struct Due {
    Clock::time_point read_at;  // The first of all: it changed.
    domain::Digest digest;
    Stamp stamp;
  };
  const auto now = Clock::now();
  std::vector<Due> due;
  for (const auto& digest : all) {
    const auto stamp = stamp_of(file_of(digest));
    if (!stamp) continue;
    const auto before = known(digest);
    if (before && before->stamp != *stamp) {
      due.push_back({Clock::time_point::min(), digest, *stamp});
    } else if (!before || now - before->read_at >= limits::content_unread_max) {
      due.push_back({before ? before->read_at : Clock::time_point(), digest, *stamp});
    }
  }
  std::stable_sort(due.begin(), due.end(),
                   [](const Due& a, const Due& b) { return a.read_at < b.read_at; });
  std::vector<domain::Digest> damaged;
  {
    const std::lock_guard lock(mutex_);
    damaged.swap(doubted_);
  }
  std::uint64_t read = 0;
  for (const auto& each : due) {
    const bool has_changed = each.read_at == Clock::time_point::min();
    if (stop.stop_requested() || (!has_changed && read >= bytes_max)) break;
    read += static_cast<std::uint64_t>(each.stamp.bytes);
    if (!is_sound(each.digest, file_of(each.digest), each.stamp)) damaged.push_back(each.digest);
  }
  std::sort(damaged.begin(), damaged.end());
  damaged.erase(std::unique(damaged.begin(), damaged.end()), damaged.end());
  return damaged;
}

}  // namespace ledger::updates
