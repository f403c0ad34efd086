#include "ledger/domain/sources.h"

#include <algorithm>
#include <array>

#include "ledger/domain/world.h"
#include "ledger/limits.h"

namespace ledger::domain {
namespace {

constexpr const char* manager = "manager";

std::string stream_of_source(const SourceId& id) { return stream_of("source", id); }

Result<const Source*> existing(const World& world, const SourceId& id) {
  const Source* source = world.sources.find(id);
  if (source == nullptr)
    return unknown("source-unknown", "There is no source named " + id.value + ".");
  return source;
}

bool has_scheme(std::string_view url) {
  return url.starts_with("https://") || url.starts_with("http://") || url.starts_with("file://");
}

// A fault of the way to a source, as opposed to one of what it serves.
bool is_unreachable(SourceFault fault) {
  switch (fault) {
    case SourceFault::name_not_resolved:
    case SourceFault::connection_refused:
    case SourceFault::timed_out:
    case SourceFault::tls_failed:
    case SourceFault::http_status:
    case SourceFault::proxy_failed:
    case SourceFault::not_found:
      return true;
    case SourceFault::none:
    case SourceFault::metadata_expired:
    case SourceFault::verification_failed:
    case SourceFault::disk_full:
    case SourceFault::other:
      return false;
  }
  return false;
}

// The warning that is due so many days before expiry; 0: none yet.
std::uint32_t warning_due(Duration left) {
  constexpr std::array<std::uint32_t, 4> steps = {1, 7, 14, 30};
  for (const auto step : steps) {
    if (left <= days(step)) return step;
  }
  return 0;
}

}  // namespace

const Source* Sources::find(const SourceId& id) const {
  const auto found = sources.find(id);
  return found == sources.end() ? nullptr : &found->second;
}

std::uint64_t Sources::latest_metadata_version() const {
  std::uint64_t latest = 0;
  for (const auto& [id, source] : sources) {
    if (source.facts.enabled) latest = std::max(latest, source.metadata_version);
  }
  return latest;
}

Decision decide(const World& world, const Command&, const ConfigureSource& configure,
                const Moment&) {
  if (!is_name(configure.source.value)) {
    return invalid(
        "source-name-invalid",
        "A source's name is 1 to 63 of a-z, 0-9, '.', '_' and '-', and begins with a letter "
        "or digit.");
  }
  for (const auto* url : {&configure.url, &configure.alternative_url}) {
    if (url == &configure.alternative_url && url->empty()) continue;
    if (!has_scheme(*url)) {
      return invalid("source-url-invalid",
                     "A source's URL begins with https://, http:// or file://.");
    }
  }
  const Source* known = world.sources.find(configure.source);
  if (known == nullptr && world.sources.sources.size() >= limits::sources_max) {
    return refuse("too-many-sources", "There can be " + std::to_string(limits::sources_max) +
                                          " sources; remove one first.");
  }
  const SourceConfigured facts{configure.source,     configure.url,   configure.alternative_url,
                               configure.trust_root, configure.proxy, configure.enabled};
  if (known != nullptr && known->facts == facts) return no_events();
  return one_event(stream_of_source(configure.source), facts);
}

Decision decide(const World& world, const Command&, const RemoveSource& remove, const Moment&) {
  if (const auto source = existing(world, remove.source); !source) return fail(source.error());
  return one_event(stream_of_source(remove.source), SourceRemoved{remove.source});
}

Decision decide(const World& world, const Command&, const RequestSourceCheck& request,
                const Moment&) {
  const auto source = existing(world, request.source);
  if (!source) return fail(source.error());
  if (!(*source)->facts.enabled) {
    return refuse("source-disabled",
                  "Source " + request.source.value + " is switched off; enable it first.");
  }
  if ((*source)->check) {
    return fail(ErrorKind::conflict, "check-under-way",
                "Check " + (*source)->check->value + " of source " + request.source.value +
                    " is under way; wait for its end.");
  }
  const OperationId check{"check-" + std::to_string(world.sources.checks + 1)};
  return one_event(stream_of_source(request.source),
                   SourceCheckRequested{request.source, check, request.download});
}

Decision decide(const World& world, const Command&, const ReportSourceChecked& report,
                const Moment&) {
  const auto source = existing(world, report.source);
  if (!source) return fail(source.error());
  const std::string stream = stream_of_source(report.source);
  std::vector<NewEvent> events;
  events.push_back(NewEvent{
      stream,
      SourceChecked{report.source, report.check, report.metadata_version, report.metadata_digest,
                    report.expires_at, report.rule_updates, report.patterns},
      std::nullopt, Outcome::done});
  if ((*source)->unreachable_since) {
    events.push_back(NewEvent{stream, SourceReachable{report.source, manager}, 0, Outcome::done});
  }
  apply_automatically(world, events);
  return events;
}

Decision decide(const World& world, const Command&, const ReportSourceCheckFailed& report,
                const Moment&) {
  const auto source = existing(world, report.source);
  if (!source) return fail(source.error());
  const std::string stream = stream_of_source(report.source);
  std::vector<NewEvent> events;
  events.push_back(
      NewEvent{stream, SourceCheckFailed{report.source, report.check, report.cause, report.detail},
               std::nullopt, Outcome::failed});
  if (is_unreachable(report.cause) && !(*source)->unreachable_since) {
    events.push_back(
        NewEvent{stream, SourceUnreachable{report.source, manager, report.cause, report.detail}, 0,
                 Outcome::failed});
  }
  return events;
}

Decision decide(const World& world, const Command&, const ReportVerificationFailed& report,
                const Moment&) {
  if (const auto source = existing(world, report.source); !source) return fail(source.error());
  std::vector<NewEvent> events;
  events.push_back(NewEvent{stream_of_source(report.source),
                            ContentVerificationFailed{report.source, report.target, report.role,
                                                      report.observer, report.detail},
                            std::nullopt, Outcome::failed});
  return events;
}

Decision decide(const World& world, const Command&, const RecordBundleCreated& made,
                const Moment&) {
  if (const auto source = existing(world, made.source); !source) return fail(source.error());
  return one_event(stream_of_source(made.source),
                   BundleCreated{made.digest, made.bytes, made.metadata_version});
}

void sources_due(const World& world, Time now, std::vector<NewEvent>& events) {
  for (const auto& [id, source] : world.sources.sources) {
    if (!source.facts.enabled || !source.metadata_expires_at || source.expired) continue;
    const Time ends = *source.metadata_expires_at;
    if (ends <= now) {
      events.push_back(NewEvent{stream_of_source(id), MetadataExpired{id, "timestamp", ends},
                                std::nullopt, Outcome::failed});
      continue;
    }
    const auto due = warning_due(ends - now);
    if (due == 0 || (source.warned_days != 0 && due >= source.warned_days)) continue;
    events.push_back(NewEvent{stream_of_source(id), MetadataExpiring{id, "timestamp", ends, due},
                              std::nullopt, Outcome::done});
  }
}

// -- The fold ----------------------------------------------------------------------------------

void evolve(World& world, const Event&, const SourceConfigured& configured) {
  world.sources.sources[configured.source].facts = configured;
}

void evolve(World& world, const Event&, const SourceRemoved& removed) {
  world.sources.sources.erase(removed.source);
}

void evolve(World& world, const Event& event, const SourceCheckRequested& requested) {
  auto& source = world.sources.sources[requested.source];
  source.check = requested.check;
  source.check_requested_at = event.position;
  ++world.sources.checks;
}

void evolve(World& world, const Event& event, const SourceChecked& checked) {
  auto& source = world.sources.sources[checked.source];
  source.check.reset();
  source.check_requested_at.reset();
  source.last_success = event.recorded_at;
  if (source.metadata_version < checked.metadata_version) {
    source.metadata_version = checked.metadata_version;
    source.metadata_since = since_of(event);
  }
  source.metadata_digest = checked.metadata_digest;
  source.metadata_expires_at = checked.expires_at;
  source.warned_days = 0;
  source.expired = false;
  source.verification_failed_at.reset();
  world.sources.last_check = event.recorded_at;
  if (!checked.rule_updates.empty() || checked.patterns > 0) {
    world.sources.last_download = event.recorded_at;
  }
}

void evolve(World& world, const Event& event, const SourceCheckFailed& failed) {
  auto& source = world.sources.sources[failed.source];
  source.check.reset();
  source.check_requested_at.reset();
  world.sources.last_check = event.recorded_at;
}

void evolve(World& world, const Event& event, const SourceUnreachable& unreachable) {
  auto& source = world.sources.sources[unreachable.source];
  source.unreachable_since = event.recorded_at;
  source.unreachable_detail = unreachable.detail;
}

void evolve(World& world, const Event&, const SourceReachable& reachable) {
  world.sources.sources[reachable.source].unreachable_since.reset();
}

void evolve(World& world, const Event&, const MetadataExpiring& expiring) {
  world.sources.sources[expiring.source].warned_days = expiring.days_left;
}

void evolve(World& world, const Event&, const MetadataExpired& expired) {
  world.sources.sources[expired.source].expired = true;
}

void evolve(World& world, const Event& event, const ContentVerificationFailed& failed) {
  auto& source = world.sources.sources[failed.source];
  if (!source.verification_failed_at) source.verification_failed_at = event.recorded_at;
  source.verification_failure = failed.target + ": " + failed.detail;
}

void evolve(World&, const Event&, const TrustRootAdvanced&) {}
void evolve(World&, const Event&, const EquivocationDetected&) {}
void evolve(World&, const Event&, const DownloadStarted&) {}

void evolve(World& world, const Event& event, const DownloadFinished&) {
  world.sources.last_download = event.recorded_at;
}

void evolve(World&, const Event&, const DownloadFailed&) {}
void evolve(World&, const Event&, const ContentPruned&) {}
void evolve(World&, const Event&, const BundleCreated&) {}
void evolve(World&, const Event&, const BundleImported&) {}
void evolve(World&, const Event&, const BundleRefused&) {}

}  // namespace ledger::domain
