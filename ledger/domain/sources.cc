#include "ledger/domain/sources.h"

#include <algorithm>
#include <array>

#include "ledger/domain/world.h"
#include "ledger/limits.h"

namespace ledger::domain {
namespace {

constexpr const char* manager = "manager";
constexpr const char* vendor = "vendor";  // A source, and the standard of primary_source.
constexpr Duration news_check_interval = minutes(limits::news_check_interval.count());

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

NewEvent two_faces(const SourceId& source, std::uint64_t version, const Digest& first,
                   const Digest& second, const std::string& observer) {
  return NewEvent{stream_of_source(source),
                  EquivocationDetected{source, "snapshot", version, first, second, observer},
                  std::nullopt, Outcome::failed};
}

bool has_views(const Source& source) { return source.facts.enabled && source.facts.trust_root; }

// The one source that reports of relays can be about; null: there are none, or several.
const SourceId* only_source(const World& world) {
  const SourceId* only = nullptr;
  for (const auto& [id, source] : world.sources.sources) {
    if (!has_views(source)) continue;
    if (only != nullptr) return nullptr;
    only = &id;
  }
  return only;
}

// A check came to a version that was seen before, by itself or by a relay.
void compare_views(const World& world, const Source& source, const ReportSourceChecked& report,
                   std::vector<NewEvent>& events) {
  if (!source.facts.trust_root || !report.metadata_digest) return;
  const Digest& now = *report.metadata_digest;
  if (source.metadata_version == report.metadata_version) {
    if (source.metadata_digest && *source.metadata_digest != now) {
      events.push_back(
          two_faces(report.source, report.metadata_version, *source.metadata_digest, now, manager));
    }
    return;
  }
  const SourceId* only = only_source(world);
  if (only == nullptr || *only != report.source) return;
  for (const auto& [id, relay] : world.relays.relays) {
    if (!relay.report || relay.report->metadata_version != report.metadata_version) continue;
    const auto& seen = relay.report->metadata_digest;
    if (!seen || *seen == now) continue;
    events.push_back(two_faces(report.source, report.metadata_version, *seen, now, id.value));
  }
}

// Warnings of the roles that people sign; those of a machine end every day.
void warn_of_roles(const ReportSourceChecked& report, Time now, std::vector<NewEvent>& events) {
  for (const auto& each : report.roles) {
    const auto due = warning_due(each.expires_at - now);
    if (due == 0 || each.expires_at <= now) continue;
    events.push_back(NewEvent{stream_of_source(report.source),
                              MetadataExpiring{report.source, each.role, each.expires_at, due}, 0,
                              Outcome::done});
  }
}

// Relays are told that there is news; each group by itself, since some cannot be told.
void tell_relays(const World& world, std::vector<NewEvent>& events) {
  std::vector<RelayGroupId> told;
  for (const auto& [id, relay] : world.relays.relays) {
    const auto group = world.relays.groups.find(relay.relay_group);
    if (group == world.relays.groups.end() || group->second.air_gapped) continue;
    if (std::find(told.begin(), told.end(), group->first) == told.end()) {
      told.push_back(group->first);
    }
  }
  std::sort(told.begin(), told.end());
  for (const auto& id : told) {
    events.push_back(
        NewEvent{stream_of("relay-group", id), RelayGroupUpdateRequested{id}, 0, Outcome::done});
  }
}

}  // namespace

void compare_views(const World& world, const ReportRelay& report, std::vector<NewEvent>& events) {
  if (!report.metadata_digest || report.metadata_version == 0) return;
  const Digest& said = *report.metadata_digest;
  const auto tell = [&](const SourceId& source, const Digest& seen) {
    events.push_back(two_faces(source, report.metadata_version, seen, said, report.relay.value));
  };
  const SourceId* differing = nullptr;
  for (const auto& [id, source] : world.sources.sources) {
    if (!has_views(source) || !source.metadata_digest) continue;
    if (source.metadata_version != report.metadata_version) continue;
    if (*source.metadata_digest == said) return;
    if (differing == nullptr) differing = &id;
  }
  if (differing != nullptr) {
    return tell(*differing, *world.sources.find(*differing)->metadata_digest);
  }
  const SourceId* only = only_source(world);
  if (only == nullptr) return;
  for (const auto& [id, relay] : world.relays.relays) {
    if (!relay.report || relay.report->metadata_version != report.metadata_version) continue;
    const auto& seen = relay.report->metadata_digest;
    if (seen && *seen != said && id != report.relay) return tell(*only, *seen);
  }
}

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

std::string asked_url(const SourceId& source, const std::string& own_url,
                      std::string_view primary_source) {
  const bool elsewhere = source.value == vendor && primary_source != vendor;
  return elsewhere ? std::string(primary_source) : own_url;
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
                const Moment& moment) {
  const auto source = existing(world, report.source);
  if (!source) return fail(source.error());
  const std::string stream = stream_of_source(report.source);
  std::vector<NewEvent> events;
  events.push_back(NewEvent{
      stream,
      SourceChecked{report.source, report.check, report.metadata_version, report.metadata_digest,
                    report.expires_at, report.rule_updates, report.patterns},
      std::nullopt, Outcome::done});
  if ((*source)->unreachable_since && !report.bundle) {
    events.push_back(NewEvent{stream, SourceReachable{report.source, manager}, 0, Outcome::done});
  }
  compare_views(world, **source, report, events);
  warn_of_roles(report, moment.now, events);
  const bool is_news = report.metadata_version > (*source)->metadata_version;
  if (is_news && (*source)->facts.trust_root) tell_relays(world, events);
  apply_automatically(world, events);
  return events;
}

Decision decide(const World& world, const Command&, const ReportSourceCheckFailed& report,
                const Moment& moment) {
  const auto source = existing(world, report.source);
  if (!source) return fail(source.error());
  const std::string stream = stream_of_source(report.source);
  std::vector<NewEvent> events;
  events.push_back(
      NewEvent{stream, SourceCheckFailed{report.source, report.check, report.cause, report.detail},
               std::nullopt, Outcome::failed});
  if (report.cause == SourceFault::metadata_expired && !(*source)->expired) {
    const std::string role = report.role.empty() ? "timestamp" : report.role;
    const Time ended = std::min((*source)->metadata_expires_at.value_or(moment.now), moment.now);
    events.push_back(
        NewEvent{stream, MetadataExpired{report.source, role, ended}, 0, Outcome::failed});
  }
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

Decision decide(const World& world, const Command&, const RecordBundleImported& taken,
                const Moment&) {
  const auto source = existing(world, taken.source);
  if (!source) return fail(source.error());
  if (!(*source)->facts.trust_root) {
    return refuse("trust-root-missing",
                  "Nothing says whom to trust about source " + taken.source.value +
                      ": give it the SHA-256 of its root metadata as trust_root.");
  }
  return one_event(
      stream_of_source(taken.source),
      BundleImported{taken.digest, taken.bytes, taken.metadata_version, taken.already_newer});
}

Decision decide(const World& world, const Command&, const RecordBundleRefused& refused,
                const Moment&) {
  if (const auto source = existing(world, refused.source); !source) return fail(source.error());
  std::vector<NewEvent> events;
  events.push_back(NewEvent{stream_of_source(refused.source),
                            BundleRefused{refused.digest, cut_detail(refused.detail)}, std::nullopt,
                            Outcome::failed});
  return events;
}

// A check tells all roots since the one recorded last: it may have been stopped before it told one.
Decision decide(const World& world, const Command&, const ReportTrustRoot& report, const Moment&) {
  const auto source = existing(world, report.source);
  if (!source) return fail(source.error());
  if (report.version <= (*source)->root_version) return no_events();
  return one_event(stream_of_source(report.source),
                   TrustRootAdvanced{report.source, report.version, report.digest});
}

Decision decide(const World& world, const Command&, const ReportDownloadStarted& report,
                const Moment&) {
  if (const auto source = existing(world, report.source); !source) return fail(source.error());
  return one_event(stream_of_source(report.source),
                   DownloadStarted{report.source, report.target, report.digest, report.bytes});
}

Decision decide(const World& world, const Command&, const ReportDownloadFinished& report,
                const Moment&) {
  if (const auto source = existing(world, report.source); !source) return fail(source.error());
  return one_event(stream_of_source(report.source),
                   DownloadFinished{report.source, report.target, report.digest, report.bytes,
                                    report.root_version, report.metadata_version});
}

Decision decide(const World& world, const Command&, const ReportDownloadFailed& report,
                const Moment&) {
  if (const auto source = existing(world, report.source); !source) return fail(source.error());
  std::vector<NewEvent> events;
  events.push_back(NewEvent{
      stream_of_source(report.source),
      DownloadFailed{report.source, report.target, report.cause, cut_detail(report.detail)},
      std::nullopt, Outcome::failed});
  return events;
}

void look_for_news(const World& world, Time now, std::vector<NewEvent>& events) {
  CHECK(!events.empty(), "somebody told what is news");
  const auto& last = world.sources.last_check;
  if (last && now - *last < news_check_interval) return;
  const std::size_t cause = events.size() - 1;
  std::uint64_t checks = world.sources.checks;
  for (const auto& [id, source] : world.sources.sources) {
    const bool answers = source.last_success && !source.unreachable_since;
    if (!has_views(source) || !answers || source.check) continue;
    const OperationId check{"check-" + std::to_string(++checks)};
    events.push_back(NewEvent{stream_of_source(id),
                              SourceCheckRequested{id, check, DownloadMode::check_and_download},
                              cause, Outcome::done});
  }
}

void sources_due(const World& world, Time now, std::vector<NewEvent>& events) {
  for (const auto& [id, source] : world.sources.sources) {
    if (!source.facts.enabled || source.expired) continue;
    // The timestamp of a repository of TUF ends every day, and is signed again every hour: whether
    // that happened, only a check can say. Of the roles that people sign, checks have warned.
    const bool is_tuf = source.facts.trust_root.has_value();
    const auto ends = is_tuf ? source.warned_expiry : source.metadata_expires_at;
    if (!ends) continue;
    if (*ends <= now) {
      events.push_back(
          NewEvent{stream_of_source(id),
                   MetadataExpired{id, is_tuf ? source.warned_role : "timestamp", *ends},
                   std::nullopt, Outcome::failed});
      continue;
    }
    if (is_tuf) continue;
    const auto due = warning_due(*ends - now);
    if (due == 0 || (source.warned_days != 0 && due >= source.warned_days)) continue;
    events.push_back(NewEvent{stream_of_source(id), MetadataExpiring{id, "timestamp", *ends, due},
                              std::nullopt, Outcome::done});
  }
}

}  // namespace ledger::domain
