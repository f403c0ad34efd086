#include "ledger/domain/patterns.h"

#include <algorithm>
#include <cctype>

#include "ledger/domain/world.h"
#include "ledger/limits.h"

namespace ledger::domain {
namespace {

std::string stream_of_pattern(const ComponentName& component, const Platform& platform) {
  return "pattern/" + component.value + "/" + platform.value;
}

bool is_version_digit(char c) { return c >= '0' && c <= '9'; }

// Numbers with a dot or a dash between them: "19.123.00", "22.600-1005".
bool is_pattern_version(std::string_view text) {
  if (text.empty() || text.size() > limits::version_bytes_max) return false;
  bool after_number = false;
  for (const char c : text) {
    if (is_version_digit(c)) {
      after_number = true;
    } else if ((c == '.' || c == '-') && after_number) {
      after_number = false;
    } else {
      return false;
    }
  }
  return after_number;
}

Result<void> check_release(const ReleasePattern& release) {
  if (!is_name(release.component.value)) {
    return invalid("component-name-invalid",
                   "A component's name is 1 to 63 of a-z, 0-9, '.', '_' and '-', and begins with "
                   "a letter or digit.");
  }
  if (!is_name(release.platform.value)) {
    return invalid("platform-invalid",
                   "A platform is a name such as linux or windows, or all for any of them.");
  }
  if (!is_pattern_version(release.version)) {
    return invalid("pattern-version-invalid",
                   "A pattern's version is numbers with dots or dashes between them, such as "
                   "19.123.00.");
  }
  if (release.product.size() > limits::computer_name_bytes_max) {
    return invalid("product-name-too-long", "A product's name has at most " +
                                                std::to_string(limits::computer_name_bytes_max) +
                                                " bytes.");
  }
  return {};
}

// Whether it was recorded of every version that has these bytes that they are gone.
bool is_pruned(const World& world, const Digest& digest) {
  bool known = false;
  for (const auto& [key, pattern] : world.patterns.patterns) {
    for (const auto& version : pattern.versions) {
      if (version.digest != digest) continue;
      if (!version.pruned) return false;
      known = true;
    }
  }
  return known;
}

}  // namespace

const PatternVersion* Pattern::find(std::string_view version) const {
  const auto found = std::find_if(versions.rbegin(), versions.rend(),
                                  [&](const auto& each) { return each.version == version; });
  return found == versions.rend() ? nullptr : &*found;
}

const Pattern* Patterns::find(const ComponentName& component, const Platform& platform) const {
  const auto found = patterns.find({component, platform});
  return found == patterns.end() ? nullptr : &found->second;
}

const Pattern* Patterns::find_for(const ComponentName& component, const Platform& platform) const {
  const Pattern* own = find(component, platform);
  return own != nullptr ? own : find(component, {"all"});
}

Decision decide(const World& world, const Command&, const ReleasePattern& release, const Moment&) {
  if (const auto checked = check_release(release); !checked) return fail(checked.error());
  const Pattern* pattern = world.patterns.find(release.component, release.platform);
  if (pattern == nullptr && world.patterns.patterns.size() >= limits::pattern_components_max) {
    return refuse("too-many-components", "There can be " +
                                             std::to_string(limits::pattern_components_max) +
                                             " pairs of component and platform.");
  }
  if (pattern != nullptr) {
    if (const PatternVersion* known = pattern->find(release.version)) {
      if (known->digest == release.digest) return no_events();
      return fail(ErrorKind::conflict, "pattern-version-differs",
                  "Version " + release.version + " of " + release.component.value +
                      " is known with another digest; content never changes under its version.");
    }
    if (release.released_at < pattern->current().released_at) {
      return refuse("pattern-not-newer", "Version " + release.version + " of " +
                                             release.component.value +
                                             " was released before the current one, " +
                                             pattern->current().version + ".");
    }
  }
  return one_event(
      stream_of_pattern(release.component, release.platform),
      PatternReleased{release.component, release.product, release.platform, release.version,
                      release.released_at, release.digest, release.bytes, release.source});
}

Decision decide(const World& world, const Command&, const RetirePattern& retire, const Moment&) {
  const Pattern* pattern = world.patterns.find(retire.component, retire.platform);
  const PatternVersion* version = pattern == nullptr ? nullptr : pattern->find(retire.version);
  if (version == nullptr) {
    return unknown("pattern-unknown", "There is no version " + retire.version + " of " +
                                          retire.component.value + " for " + retire.platform.value +
                                          ".");
  }
  if (version == &pattern->current()) {
    return refuse("pattern-current", "Version " + retire.version + " of " + retire.component.value +
                                         " is the current one; computers are to run it.");
  }
  if (version->retired) return no_events();
  return one_event(stream_of_pattern(retire.component, retire.platform),
                   PatternRetired{retire.component, retire.platform, retire.version});
}

// Whoever prunes tells it again after a crash.
Decision decide(const World& world, const Command&, const RecordContentPruned& pruned,
                const Moment&) {
  if (is_pruned(world, pruned.digest)) return no_events();
  return one_event("content/" + hex(pruned.digest),
                   ContentPruned{pruned.digest, pruned.bytes, pruned.cause});
}

void evolve(World& world, const Event& event, const PatternReleased& released) {
  Pattern& pattern = world.patterns.patterns[{released.component, released.platform}];
  pattern.product = released.product;
  pattern.versions.push_back({released.version, released.released_at, released.digest,
                              released.bytes, since_of(event), false, released.source, false});
  if (pattern.versions.size() > limits::pattern_versions_max) {
    pattern.versions.erase(pattern.versions.begin());
  }
}

void evolve(World& world, const Event&, const PatternRetired& retired) {
  auto& versions = world.patterns.patterns[{retired.component, retired.platform}].versions;
  for (auto& each : versions) {
    if (each.version == retired.version) each.retired = true;
  }
}

void evolve(World& world, const Event&, const ContentPruned& pruned) {
  for (auto& [key, pattern] : world.patterns.patterns) {
    for (auto& version : pattern.versions) {
      if (version.retired && version.digest == pruned.digest) version.pruned = true;
    }
  }
}

}  // namespace ledger::domain
