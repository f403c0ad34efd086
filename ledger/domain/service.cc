#include "ledger/domain/service.h"

#include <utility>

#include "ledger/domain/world.h"
#include "ledger/limits.h"

namespace ledger::domain {
namespace {

Decision failed_event(std::string stream, Payload payload, Outcome outcome) {
  std::vector<NewEvent> events;
  events.push_back(NewEvent{std::move(stream), std::move(payload), std::nullopt, outcome});
  return events;
}

}  // namespace

Decision decide(const World&, const Command&, const RecordServiceStarted& started, const Moment&) {
  return one_event("service", ServiceStarted{started.version, started.data_format, started.size,
                                             started.beyond_head});
}

Decision decide(const World&, const Command&, const RecordServiceStopped& stopped, const Moment&) {
  return one_event("service", ServiceStopped{stopped.cause});
}

Decision decide(const World&, const Command&, const RecordViewsDigested& digested, const Moment&) {
  return one_event("views", ViewsDigested{digested.folded, digested.views});
}

Decision decide(const World&, const Command&, const RecordVerification& run, const Moment&) {
  return failed_event("service", LedgerVerified{run.size, run.root, run.sound, run.faults},
                      run.sound ? Outcome::done : Outcome::failed);
}

Decision decide(const World& world, const Command&, const RecordSigningKey& key, const Moment&) {
  if (world.service.signing_keys.contains(key.key_id)) return no_events();
  return one_event("signing-key/" + key.key_id,
                   SigningKeyIntroduced{key.key_id, key.name, key.public_key});
}

Decision decide(const World&, const Command&, const RecordBackup& backup, const Moment&) {
  return one_event("service", BackupCreated{backup.size, backup.root, backup.name});
}

Decision decide(const World&, const Command&, const RecordRestore& restore, const Moment&) {
  return one_event("service", LedgerRestored{restore.size, restore.root, restore.name});
}

Decision decide(const World&, const Command&, const RecordExport& made, const Moment&) {
  return one_event("exports", ExportMade{made.what, made.filter, made.as_of, made.rows, made.format,
                                         made.digest});
}

Decision decide(const World&, const Command&, const RecordEvidence& made, const Moment&) {
  return one_event("exports", EvidenceIssued{made.scope, made.from, made.to, made.digest});
}

Decision decide(const World&, const Command&, const RecordReport& made, const Moment&) {
  return one_event("exports", ReportMade{made.report, made.from, made.to, made.digest});
}

// That a key is retired which is not in use is nothing new: what was cut short is done again.
Decision decide(const World& world, const Command&, const RetireSigningKey& key, const Moment&) {
  const auto& in_use = world.service.signing_keys;
  if (!in_use.contains(key.key_id)) return no_events();
  if (in_use.size() == 1) {
    return refuse("signing-key-last", "Key " + key.key_id +
                                          " is the only one that signs heads; bring another one "
                                          "into use first.");
  }
  return one_event("signing-key/" + key.key_id, SigningKeyRetired{key.key_id});
}

Decision decide(const World&, const Command&, const RecordAccessDenied& denied, const Moment&) {
  return failed_event("access", AccessDenied{denied.method, denied.route, denied.permission},
                      Outcome::refused);
}

Decision decide(const World&, const Command&, const RecordSignInFailed& attempts, const Moment&) {
  return failed_event("access", SignInFailed{attempts.attempts, attempts.cause}, Outcome::refused);
}

Decision decide(const World& world, const Command&, const SetBookmark& set, const Moment&) {
  if (!is_name(set.bookmark.value)) {
    return invalid("bookmark-name-invalid",
                   "A bookmark's name is 1 to 63 of a-z, 0-9, '.', '_' and '-', and begins with a "
                   "letter or digit.");
  }
  if (set.position >= world.size) {
    return invalid("position-beyond-head", "The log has " + std::to_string(world.size.value) +
                                               " records; name an earlier position.");
  }
  const auto known = world.service.bookmarks.find(set.bookmark);
  if (known != world.service.bookmarks.end()) {
    if (known->second == set.position) return no_events();
    return fail(ErrorKind::conflict, "bookmark-exists",
                "Bookmark " + set.bookmark.value + " names position " +
                    std::to_string(known->second.value) + "; remove it first.");
  }
  if (world.service.bookmarks.size() >= limits::bookmarks_max) {
    return refuse("too-many-bookmarks", "There can be " + std::to_string(limits::bookmarks_max) +
                                            " bookmarks; remove one first.");
  }
  return one_event(stream_of("bookmark", set.bookmark), BookmarkSet{set.bookmark, set.position});
}

Decision decide(const World& world, const Command&, const RemoveBookmark& remove, const Moment&) {
  if (!world.service.bookmarks.contains(remove.bookmark)) {
    return unknown("bookmark-unknown", "There is no bookmark " + remove.bookmark.value + ".");
  }
  return one_event(stream_of("bookmark", remove.bookmark), BookmarkRemoved{remove.bookmark});
}

void clock_due(const World& world, const Tick& tick, std::vector<NewEvent>& events) {
  if (world.now <= tick.now + seconds(1)) return;
  const auto& last = world.service.last_clock_step;
  if (last && last->from == world.now) return;  // Recorded time stands still there already.
  events.push_back(
      NewEvent{"service", ClockStepped{world.now, tick.now}, std::nullopt, Outcome::failed});
}

void evolve(World& world, const Event&, const ServiceStarted&) {
  world.service.running = true;
  ++world.service.starts;
}

void evolve(World& world, const Event&, const ServiceStopped&) { world.service.running = false; }

void evolve(World& world, const Event&, const ViewsDigested& digested) {
  world.service.last_digests = digested;
}

void evolve(World& world, const Event& event, const LedgerVerified& verified) {
  world.service.last_verification = verified;
  world.service.last_verification_at = event.recorded_at;
}

void evolve(World& world, const Event&, const SigningKeyIntroduced& introduced) {
  world.service.signing_keys[introduced.key_id] = introduced;
}

void evolve(World& world, const Event&, const SigningKeyRetired& retired) {
  world.service.signing_keys.erase(retired.key_id);
}
void evolve(World&, const Event&, const BackupCreated&) {}
void evolve(World&, const Event&, const LedgerRestored&) {}
void evolve(World&, const Event&, const ExportMade&) {}
void evolve(World&, const Event&, const EvidenceIssued&) {}
void evolve(World&, const Event&, const ReportMade&) {}
void evolve(World&, const Event&, const CommandRefused&) {}
void evolve(World&, const Event&, const AccessDenied&) {}
void evolve(World&, const Event&, const SignInFailed&) {}

void evolve(World& world, const Event&, const BookmarkSet& set) {
  world.service.bookmarks[set.bookmark] = set.position;
}

void evolve(World& world, const Event&, const BookmarkRemoved& removed) {
  world.service.bookmarks.erase(removed.bookmark);
}

void evolve(World& world, const Event&, const ClockStepped& stepped) {
  world.service.last_clock_step = stepped;
}

}  // namespace ledger::domain
