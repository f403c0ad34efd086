#include "updates/rule_update_reader.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "ledger/digest.h"
#include "ledger/domain/cve.h"
#include "ledger/limits.h"
#include "updates/local_file.h"

namespace ledger::updates {
namespace {

using codec::JsonArray;
using codec::JsonObject;
using codec::JsonReader;
using codec::JsonValue;

constexpr std::string_view format = "update-ledger/rule-update/1";
constexpr std::size_t title_bytes_max = 200;
constexpr std::size_t name_bytes_max = 200;
constexpr std::size_t application_type_bytes_max = 64;
constexpr std::size_t body_bytes_max = 32'768;
constexpr std::size_t cves_max = 64;
constexpr std::uint32_t version_max = 2'147'483'648;

enum class Lines { one, many };

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_application_type(std::string_view text) {
  const auto allowed = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || std::string_view("/._-").find(c) < 4;
  };
  return !text.empty() && text.size() <= application_type_bytes_max &&
         std::all_of(text.begin(), text.end(), allowed);
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

// One way for a document to be read, which goes on after an error to tell the next.
class DocumentReader {
 public:
  void read(const JsonValue& root, domain::ImportRuleUpdate& out) {
    static constexpr std::array<std::string_view, 5> names = {"format", "id", "released_at",
                                                              "title", "rules"};
    const auto* object = std::get_if<JsonObject>(&root.value);
    if (object == nullptr) {
      reader_.refuse_type(root, "an object");
      return;
    }
    reader_.check_names(*object, names.data(), names.size());
    member(root, "format", [&](const JsonValue& value) { read_format(value); });
    member(root, "id", [&](const JsonValue& value) { reader_.read(value, out.update); });
    member(root, "released_at", [&](const JsonValue& value) { read_time(value, out.released_at); });
    member(root, "title", [&](const JsonValue& value) {
      read_text(value, title_bytes_max, Lines::one, out.title);
    });
    member(root, "rules", [&](const JsonValue& value) { read_rules(value, out.rules); });
  }

  std::vector<codec::JsonError> take_errors() { return reader_.take_errors(); }

 private:
  template <class Read>
  void member(const JsonValue& object, std::string_view name, Read read) {
    reader_.enter(name);
    if (const JsonValue* found = object.member(name)) {
      read(*found);
    } else {
      reader_.refuse("json-missing", "This field is required.");
    }
    reader_.leave();
  }

  void read_format(const JsonValue& value) {
    std::string text;
    if (!reader_.read(value, text) || text == format) return;
    reader_.refuse("format-unknown", "This ledger reads \"" + std::string(format) + "\" only.");
  }

  // In UTC, to the second, in one spelling: a time that is shown as it was written.
  void read_time(const JsonValue& value, domain::Time& out) {
    std::string text;
    if (!reader_.read(value, text)) return;
    const auto time = domain::time_from_rfc3339(text);
    const bool exact = time && !text.starts_with("0000") &&
                       domain::rfc3339(*time) == text.substr(0, text.size() - 1) + ".000Z";
    if (exact) out = *time;
    if (!exact) {
      reader_.refuse("json-value", "Expected a time in UTC such as 2025-08-05T09:00:00Z.");
    }
  }

  bool read_text(const JsonValue& value, std::size_t bytes_max, Lines lines, std::string& out) {
    if (!reader_.read(value, out)) return false;
    if (out.empty()) return reader_.refuse("text-empty", "Expected a text that is not empty.");
    if (out.size() > bytes_max) {
      return reader_.refuse("text-too-long", "The text has " + std::to_string(out.size()) +
                                                 " bytes; at most " + std::to_string(bytes_max) +
                                                 " are allowed.");
    }
    if (lines == Lines::one && std::any_of(out.begin(), out.end(), is_control)) {
      return reader_.refuse("json-value", "Expected one line without control characters.");
    }
    return true;
  }

  void read_rules(const JsonValue& value, std::vector<domain::Rule>& out) {
    const auto* rules = std::get_if<JsonArray>(&value.value);
    if (rules == nullptr) {
      reader_.refuse_type(value, "an array");
      return;
    }
    if (rules->empty()) reader_.refuse("rule-update-empty", "A rule update has at least one rule.");
    if (rules->size() > limits::rules_per_update_max) {
      reader_.refuse("rule-update-too-large", "A rule update carries at most " +
                                                  std::to_string(limits::rules_per_update_max) +
                                                  " rules.");
      return;
    }
    out.reserve(rules->size());
    for (std::size_t i = 0; i < rules->size() && !reader_.is_full(); ++i) {
      reader_.enter(i);
      read_rule((*rules)[i], i, out.emplace_back());
      reader_.leave();
    }
  }

  void read_rule(const JsonValue& value, std::size_t index, domain::Rule& out) {
    static constexpr std::array<std::string_view, 9> names = {
        "id",   "module",          "name", "version", "severity", "application_type",
        "cves", "auto_assignable", "body"};
    const auto* object = std::get_if<JsonObject>(&value.value);
    if (object == nullptr) {
      reader_.refuse_type(value, "an object");
      return;
    }
    reader_.check_names(*object, names.data(), names.size());
    member(value, "id", [&](const JsonValue& id) { read_id(id, index, out.id); });
    member(value, "module", [&](const JsonValue& module) { read_module(module, out.module); });
    member(value, "name",
           [&](const JsonValue& name) { read_text(name, name_bytes_max, Lines::one, out.name); });
    member(value, "version", [&](const JsonValue& version) { read_version(version, out.version); });
    member(value, "severity",
           [&](const JsonValue& severity) { reader_.read(severity, out.severity); });
    member(value, "application_type", [&](const JsonValue& type) {
      if (!reader_.read(type, out.application_type)) return;
      if (is_application_type(out.application_type)) return;
      reader_.refuse("json-value", "Expected 1 to 64 of a-z, 0-9, '/', '.', '_' and '-'.");
    });
    member(value, "cves", [&](const JsonValue& cves) { read_cves(cves, out.cves); });
    member(value, "auto_assignable",
           [&](const JsonValue& flag) { reader_.read(flag, out.auto_assignable); });
    member(value, "body", [&](const JsonValue& body) {
      std::string text;
      if (!read_text(body, body_bytes_max, Lines::many, text)) return;
      out.body = sha256(text);
      out.body_bytes = static_cast<std::uint32_t>(text.size());
    });
  }

  // Ids ascend; one that came before is told with its place, which a comparison with the last
  // alone could not.
  void read_id(const JsonValue& value, std::size_t index, domain::RuleId& out) {
    if (!reader_.read(value, out)) return;
    const auto [at, is_new] = places_.emplace(out, index);
    if (!is_new) {
      reader_.refuse("rule-id-repeated", std::to_string(out.value) + " is also the id of /rules/" +
                                             std::to_string(at->second) + ".");
    } else if (out < last_) {
      reader_.refuse("rule-ids-not-ascending", std::to_string(out.value) + " comes after " +
                                                   std::to_string(last_.value) +
                                                   "; rules are sorted by id.");
    }
    last_ = std::max(last_, out);
  }

  void read_module(const JsonValue& value, domain::Module& out) {
    if (!reader_.read(value, out) || out != domain::Module::anti_malware) return;
    reader_.refuse("json-value", "Anti-malware has patterns, not rules.");
  }

  void read_version(const JsonValue& value, std::uint32_t& out) {
    if (!reader_.read(value, out) || (out >= 1 && out <= version_max)) return;
    reader_.refuse("json-range", "A rule's version is 1 to " + std::to_string(version_max) + ".");
  }

  void read_cves(const JsonValue& value, std::vector<std::string>& out) {
    const auto* cves = std::get_if<JsonArray>(&value.value);
    if (cves == nullptr) {
      reader_.refuse_type(value, "an array");
      return;
    }
    if (cves->size() > cves_max) {
      reader_.refuse("json-range",
                     "A rule names at most " + std::to_string(cves_max) + " vulnerabilities.");
      return;
    }
    for (std::size_t i = 0; i < cves->size(); ++i) {
      reader_.enter(i);
      read_cve((*cves)[i], out);
      reader_.leave();
    }
  }

  void read_cve(const JsonValue& value, std::vector<std::string>& out) {
    std::string cve;
    if (!reader_.read(value, cve)) return;
    if (!ledger::domain::is_cve(cve)) {
      reader_.refuse("json-value", "Expected a CVE such as CVE-2021-44228.");
    } else if (std::find(out.begin(), out.end(), cve) != out.end()) {
      reader_.refuse("cve-repeated", cve + " is given more than once.");
    } else {
      out.push_back(std::move(cve));
    }
  }

  JsonReader reader_;
  std::map<domain::RuleId, std::size_t> places_;
  domain::RuleId last_;
};

}  // namespace

codec::Parsed<domain::ImportRuleUpdate> read_rule_update(std::string_view document,
                                                         domain::ImportOrigin origin) {
  codec::Parsed<domain::ImportRuleUpdate> parsed;
  if (document.size() > limits::http_import_bytes_max) {
    parsed.errors.push_back(
        {"", "rule-update-too-large",
         "A rule update has at most " + std::to_string(limits::http_import_bytes_max) + " bytes."});
    return parsed;
  }
  codec::JsonDocument json = codec::parse_json_document(document);
  parsed.errors = std::move(json.errors);
  if (!parsed.ok()) return parsed;
  DocumentReader reader;
  reader.read(json.root, parsed.value);
  parsed.errors = reader.take_errors();
  parsed.value.digest = sha256(document);
  parsed.value.bytes = document.size();
  parsed.value.origin = origin;
  return parsed;
}

std::string summary(const std::vector<codec::JsonError>& errors) {
  if (errors.empty()) return "There are no errors.";
  const auto& first = errors.front();
  const std::string where = first.pointer.empty() ? "In the document" : "At " + first.pointer;
  const std::size_t others = errors.size() - 1;
  return where + ": " + first.detail +
         (others == 0 ? "" : " (" + std::to_string(others) + " more errors.)");
}

Result<std::map<domain::RuleId, std::string>> rule_bodies(std::string_view document) {
  const auto malformed = [](const std::string& detail) {
    return fail(ErrorKind::corrupt, "rule-update-malformed",
                "The document is no rule update. " + detail);
  };
  const codec::JsonDocument json = codec::parse_json_document(document);
  if (!json.errors.empty()) return malformed(summary(json.errors));
  const JsonValue* member = json.root.member("rules");
  const auto* rules = member == nullptr ? nullptr : std::get_if<JsonArray>(&member->value);
  if (rules == nullptr) return malformed("It has no rules.");
  std::map<domain::RuleId, std::string> bodies;
  for (const auto& each : *rules) {
    const JsonValue* id = each.member("id");
    const JsonValue* body = each.member("body");
    domain::RuleId rule;
    std::string text;
    JsonReader reader;
    if (id == nullptr || !reader.read(*id, rule)) continue;
    if (body == nullptr || !reader.read(*body, text)) return malformed("A rule has no body.");
    bodies.emplace_hint(bodies.end(), rule, std::move(text));
  }
  return bodies;
}

Result<std::string> rule_body(std::string_view document, domain::RuleId rule) {
  auto bodies = rule_bodies(document);
  if (!bodies) return fail(bodies.error());
  const auto found = bodies->find(rule);
  if (found != bodies->end()) return std::move(found->second);
  return fail(ErrorKind::not_found, "rule-unknown",
              "The rule update has no rule " + std::to_string(rule.value) + ".");
}

Result<std::string> read_document_file(const std::filesystem::path& path) {
  return read_local_file(path, limits::http_import_bytes_max);
}

}  // namespace ledger::updates
