#include "updates/pattern_target.h"

#include "ledger/codec/json_in.h"
#include "ledger/codec/json_out.h"
#include "updates/rule_update_reader.h"
#include "updates/tuf/canonical_json.h"

namespace ledger::updates {
namespace {

struct PatternFacts {
  domain::ComponentName component;
  domain::Platform platform;
  std::string product;
  domain::Time released_at;
  std::string version;

  // In order of name, as canonical JSON has it.
  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return domain::field_list(
        field("component", &PatternFacts::component), field("platform", &PatternFacts::platform),
        field("product", &PatternFacts::product), field("released_at", &PatternFacts::released_at),
        field("version", &PatternFacts::version));
  }
};

codec::Parsed<PatternFacts> read_facts(const std::string& text) {
  codec::Parsed<PatternFacts> parsed;
  auto document = codec::parse_json_document(text);
  parsed.errors = std::move(document.errors);
  if (!parsed.ok()) return parsed;
  codec::JsonReader reader;
  domain::for_each_field(parsed.value, [&](std::string_view name, auto& member) {
    const codec::JsonValue* found = document.root.member(name);
    reader.enter(name);
    if (found == nullptr) {
      reader.refuse("json-missing", "This field is required.");
    } else {
      reader.read(*found, member);
    }
    reader.leave();
  });
  parsed.errors = reader.take_errors();
  return parsed;
}

tl::unexpected<Error> malformed(const MirrorTarget& target, const std::string& why) {
  return fail(ErrorKind::invalid, "pattern-target", "The target " + target.path + " " + why);
}

}  // namespace

std::string path_of_pattern(const domain::ReleasePattern& release, const std::string& file) {
  return "patterns/" + release.component.value + "/" + release.platform.value + "/" +
         release.version + "/" + file;
}

std::string custom_of_pattern(const domain::ReleasePattern& release) {
  std::string text;
  codec::write_json(text, PatternFacts{release.component, release.platform, release.product,
                                       release.released_at, release.version});
  const auto canonical = tuf::canonical_json(text);
  CHECK(canonical.has_value(), "what was written has no fractions");
  return *canonical;
}

Result<domain::ReleasePattern> pattern_of(const MirrorTarget& target) {
  if (target.custom.empty()) return malformed(target, "says neither component nor version.");
  auto facts = read_facts(target.custom);
  if (!facts.ok()) return malformed(target, "says what nobody can read: " + summary(facts.errors));
  domain::ReleasePattern release{
      facts.value.component,   facts.value.product, facts.value.platform, facts.value.version,
      facts.value.released_at, target.digest,       target.bytes,         {}};
  const auto file = target.path.substr(target.path.rfind('/') + 1);
  if (path_of_pattern(release, file) != target.path) {
    return malformed(target, "says that it is another: " + target.custom);
  }
  return release;
}

}  // namespace ledger::updates
