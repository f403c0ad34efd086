#include "updates/agent/pattern_set.h"

#include <algorithm>
#include <map>
#include <utility>

#include "ledger/codec/json_in.h"

namespace ledger::updates::agent {
namespace {

using machine::ExpectedPattern;

std::string sha256_of(const tuf::FoundTarget& found) {
  const auto hash = found.target.hashes.find("sha256");
  return hash == found.target.hashes.end() ? std::string() : hash->second;
}

// When the publisher says that it came out; targets that do not say are older than those that do.
domain::Time released_at(const tuf::FoundTarget& found) {
  const auto custom = codec::parse_json_document(found.target.custom);
  const auto* member = custom.root.member("released_at");
  const auto* text = member == nullptr ? nullptr : std::get_if<std::string>(&member->value);
  const auto time = text == nullptr ? std::nullopt : domain::time_from_rfc3339(*text);
  return time.value_or(domain::Time{});
}

domain::Time released_at(const tuf::Client::Listing& listing, const std::string& target) {
  const auto found =
      std::find_if(listing.targets.begin(), listing.targets.end(),
                   [&](const tuf::FoundTarget& each) { return each.path == target; });
  return found == listing.targets.end() ? domain::Time{} : released_at(*found);
}

std::vector<WantedPattern> decided_in(const tuf::Client::Listing& listing,
                                      const std::vector<ExpectedPattern>& expected) {
  std::vector<WantedPattern> wanted;
  for (const auto& each : expected) {
    const std::string digest = hex(each.digest);
    for (const auto& found : listing.targets) {
      const auto path = pattern_path(found.path);
      if (path.component != each.component.value || path.version != each.version) continue;
      if (sha256_of(found) != digest) continue;
      wanted.push_back({each.component, each.version, found.path, each.digest});
      break;
    }
  }
  return wanted;
}

// Of the same component and platform as `installed`; empty: it is the newest.
std::vector<WantedPattern> newer_in(const tuf::Client::Listing& listing,
                                    const InstalledPattern& installed) {
  const auto mine = pattern_path(installed.target);
  domain::Time newest = released_at(listing, installed.target);
  std::vector<WantedPattern> wanted;
  for (const auto& found : listing.targets) {
    const auto path = pattern_path(found.path);
    const auto digest = domain::digest_from_hex(sha256_of(found));
    if (path.component != mine.component || path.platform != mine.platform || !digest) continue;
    if (!(newest < released_at(found)) || *digest == installed.digest) continue;
    newest = released_at(found);
    wanted = {{installed.component, path.version, found.path, *digest}};
  }
  return wanted;
}

}  // namespace

Result<PatternSet> PatternSet::open(Files& files, const OpenWay& open, const Random& random,
                                    Options options) {
  auto installation = Installation::open(files, options.directory, options.keep);
  if (!installation) return fail(installation.error());
  PatternSet made(files, open, random, std::move(options), std::move(*installation));
  for (auto& name : made.installation_.damaged()) made.damaged_.insert(std::move(name));
  return made;
}

const InstalledPattern* PatternSet::find(const domain::ComponentName& component) const {
  const auto* now = installation_.current();
  if (now == nullptr) return nullptr;
  for (const auto& each : now->patterns) {
    if (each.component == component && !damaged_.contains(each.file)) return &each;
  }
  return nullptr;
}

bool PatternSet::takes(const domain::ComponentName& component) const {
  const auto& names = options_.components;
  return names.empty() || std::find(names.begin(), names.end(), component) != names.end();
}

bool PatternSet::is_held(const domain::ComponentName& component) const {
  const auto held = installation_.held();
  return std::find(held.begin(), held.end(), component) != held.end();
}

bool PatternSet::is_ahead(const tuf::Client::Listing& listing, const WantedPattern& decided) const {
  const auto* known = find(decided.component);
  return known != nullptr && known->instead_of &&
         released_at(listing, decided.target) < released_at(listing, known->target);
}

std::vector<domain::ComponentVersion> PatternSet::in_effect() const {
  std::vector<domain::ComponentVersion> components;
  const auto* now = installation_.current();
  if (now == nullptr) return components;
  for (const auto& each : now->patterns) {
    if (find(each.component) != nullptr) components.push_back({each.component, each.version});
  }
  return components;
}

std::uint64_t PatternSet::version() const {
  return installation_.current() == nullptr ? 0 : installation_.current()->number;
}

void PatternSet::get(const Places& places, const Places::Source& source, const Choice& choice,
                     domain::Time valid_at, Outcome& outcome,
                     std::vector<InstalledPattern>& patterns) {
  const auto ways = ways_to(places, source, options_.computer, *random_);
  if (ways.empty()) {
    outcome.cause = domain::UpdateFault::relay_unreachable;
    outcome.detail = "There is no relay to download from, and the source may not be asked.";
    return;
  }
  auto got = get_patterns({*files_, *open_, options_.metadata, valid_at}, source, ways, choice,
                          installation_);
  for (auto& each : got.not_authentic) outcome.not_authentic.push_back(std::move(each));
  for (auto& each : got.patterns) patterns.push_back(std::move(each));
  if (got.whole) return;
  if (got.cause == domain::UpdateFault::none) outcome.waits = true;
  if (outcome.failed()) return;
  outcome.cause = got.cause;
  outcome.detail = std::move(got.detail);
}

void PatternSet::install(const std::vector<InstalledPattern>& patterns, domain::Time now,
                         Outcome& outcome) {
  std::map<domain::ComponentName, InstalledPattern> after;
  std::vector<Piece> pieces;
  if (const auto* current = installation_.current()) {
    for (const auto& each : current->patterns) {
      if (find(each.component) != nullptr) after.emplace(each.component, each);
    }
  }
  for (const auto& each : patterns) after.insert_or_assign(each.component, each);
  InstalledVersion facts;
  facts.made_at = now;
  for (auto& [component, each] : after) {
    const auto* kept = find(component);
    const bool is_kept = kept != nullptr && kept->digest == each.digest;
    pieces.push_back({each.file, each.digest,
                      is_kept ? installation_.file_of(*installation_.current(), kept->file)
                              : installation_.incoming(each.digest)});
    facts.patterns.push_back(std::move(each));
  }
  const auto done = installation_.install(std::move(facts), pieces, installation_.held());
  if (!done) {
    for (auto& name : installation_.damaged()) damaged_.insert(std::move(name));
    auto refused = refused_by_disk(done.error());
    outcome.cause = refused.cause;
    outcome.detail = std::move(refused.detail);
    return;
  }
  damaged_.clear();
  outcome.changed = true;
}

Outcome PatternSet::update(const std::vector<ExpectedPattern>& expected, const Places& places,
                           domain::Time now) {
  Outcome outcome;
  std::map<domain::SourceId, std::vector<ExpectedPattern>> missing;
  for (const auto& each : expected) {
    const auto* known = find(each.component);
    const bool as_it_should = known != nullptr && known->digest == each.digest;
    if (as_it_should || !takes(each.component) || is_held(each.component)) continue;
    // Nothing was decided since this computer went on by itself.
    if (known != nullptr && known->instead_of == each.version) continue;
    for (const auto& source : places.sources) {  // One that nobody names may be in any.
      if (!each.source || *each.source == source.source) missing[source.source].push_back(each);
    }
    const bool known_source = !each.source || places.find(*each.source) != nullptr;
    if (known_source && !places.sources.empty()) continue;
    outcome.cause = domain::UpdateFault::source_unreachable;
    outcome.detail = "Nobody said where " + each.component.value + " " + each.version +
                     " can be had; its source has no root of trust.";
  }
  std::vector<InstalledPattern> patterns;
  for (const auto& each : missing) {
    const auto& wanted = each.second;  // Clang 14 captures no structured bindings.
    std::size_t stay = 0;
    const Choice choice{[&](const auto& listing) {
                          auto decided = decided_in(listing, wanted);
                          stay = std::erase_if(
                              decided, [&](const auto& one) { return is_ahead(listing, one); });
                          return decided;
                        },
                        [&](const auto& chosen) { return chosen.size() + stay == wanted.size(); }};
    get(places, *places.find(each.first), choice, now - decided_grace, outcome, patterns);
  }
  if (!patterns.empty()) install(patterns, now, outcome);
  return outcome;
}

Outcome PatternSet::update_undecided(const Places& places, domain::Time now) {
  Outcome outcome;
  std::vector<InstalledPattern> patterns;
  const auto* current = installation_.current();
  if (current == nullptr) return outcome;
  for (const auto& source : places.sources) {
    const Choice choice{[&](const auto& listing) {
                          std::vector<WantedPattern> wanted;
                          for (const auto& each : current->patterns) {
                            if (each.source != source.source || is_held(each.component)) continue;
                            for (auto& newer : newer_in(listing, each)) {
                              wanted.push_back(std::move(newer));
                            }
                          }
                          return wanted;
                        },
                        [](const auto&) { return true; }};
    get(places, source, choice, now, outcome, patterns);
  }
  for (auto& each : patterns) {
    const auto* before = find(each.component);
    if (before != nullptr) each.instead_of = before->instead_of.value_or(before->version);
  }
  if (!patterns.empty()) install(patterns, now, outcome);
  return outcome;
}

Outcome PatternSet::roll_back(const domain::InstructionId& instruction) {
  Outcome outcome;
  const auto before = version();
  if (const auto done = installation_.roll_back(instruction); !done) {
    outcome = refused_by_disk(done.error());
    return outcome;
  }
  damaged_.clear();
  outcome.changed = version() != before;
  return outcome;
}

bool PatternSet::rolled_back_by(const domain::InstructionId& instruction) const {
  return installation_.rolled_back_by(instruction);
}

Outcome PatternSet::release() {
  const auto done = installation_.release();
  return done ? Outcome{} : refused_by_disk(done.error());
}

}  // namespace ledger::updates::agent
