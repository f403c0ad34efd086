#include "updates/machine/ruleset_json.h"

#include <charconv>

#include "ledger/codec/json_out.h"
#include "ledger/digest.h"

namespace ledger::updates::machine {
namespace {

void put_number(std::string& bytes, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>((value >> shift) & 0xffU);
}

tl::unexpected<Error> ruleset_differs(const std::string& what) {
  return fail(ErrorKind::corrupt, "ruleset-differs",
              what + " is not what its SHA-256 says; nothing of it is used.");
}

std::string rule_name(domain::RuleId rule) { return std::to_string(rule.value); }

}  // namespace

Result<domain::Digest> digest_of(const std::vector<OrderedRule>& rules) {
  Sha256 hash;
  std::string numbers;
  for (const auto& rule : rules) {
    std::uint32_t version = 0;
    const char* const end = rule.version.data() + rule.version.size();
    const auto read = std::from_chars(rule.version.data(), end, version);
    if (read.ec != std::errc() || read.ptr != end) {
      return ruleset_differs("The version of rule " + rule_name(rule.rule));
    }
    numbers.clear();
    put_number(numbers, rule.rule.value);
    put_number(numbers, version);
    hash.update(numbers);
    hash.update(bytes_of(rule.body_digest));
  }
  return hash.finish();
}

std::string ruleset_json(const OrderedRuleset& ruleset) {
  std::string out = "{\"ruleset\":";
  codec::write_json(out, ruleset.ruleset);
  out += ",\"update\":";
  codec::write_json(out, ruleset.update);
  out += ",\"rules\":[";
  bool first = true;
  const auto add = [&](std::string_view name, const auto& value) {
    out += name;
    codec::write_json(out, value);
  };
  for (const auto& rule : ruleset.rules) {
    if (!first) out += ',';
    first = false;
    add("\n{\"rule\":", rule.rule);
    add(",\"module\":", rule.module);
    add(",\"name\":", rule.name);
    out += ",\"version\":" + rule.version;
    add(",\"body_digest\":", rule.body_digest);
    add(",\"body\":", rule.body);
    out += '}';
  }
  out += "]}";
  return out;
}

Result<void> check_ruleset(const OrderedRuleset& ruleset) {
  const OrderedRule* before = nullptr;
  for (const auto& rule : ruleset.rules) {
    const std::string name = rule_name(rule.rule);
    if (sha256(rule.body) != rule.body_digest) return ruleset_differs("Rule " + name);
    if (before != nullptr && !(before->rule < rule.rule)) {
      return ruleset_differs("The order of rule " + name);
    }
    before = &rule;
  }
  const auto digest = digest_of(ruleset.rules);
  if (!digest) return fail(digest.error());
  if (*digest != ruleset.ruleset) return ruleset_differs("The ruleset");
  return {};
}

}  // namespace ledger::updates::machine
