// Whatever bytes come as a rule update or a manifest: they are judged without harm, and a document
// that is accepted is what the command says of it.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ledger/digest.h"
#include "ledger/limits.h"
#include "updates/rule_update_reader.h"
#include "updates/source_manifest.h"

namespace {

void check_rule_update(std::string_view document) {
  using namespace ledger;
  const auto parsed = updates::read_rule_update(document, domain::ImportOrigin::file);
  CHECK(parsed.errors.size() <= limits::json_errors_max, "errors are told up to their limit");
  if (!parsed.ok()) return;
  CHECK(parsed.value.digest == sha256(document), "the digest is of the document");
  CHECK(!parsed.value.rules.empty(), "an update has rules");
  domain::RuleId last;
  for (const auto& rule : parsed.value.rules) {
    CHECK(last < rule.id, "rules come by ascending id");
    last = rule.id;
  }
  // Each body means reading the document once more.
  for (const auto& rule : {parsed.value.rules.front(), parsed.value.rules.back()}) {
    const auto body = updates::rule_body(document, rule.id);
    CHECK(body && sha256(*body) == rule.body && body->size() == rule.body_bytes,
          "a rule's body is found, and is the one whose digest is recorded");
  }
}

void check_manifest(std::string_view document) {
  const auto parsed = ledger::updates::read_source_manifest(document);
  if (!parsed.ok()) return;
  for (const auto& listed : parsed.value.updates) {
    CHECK(listed.file.find('/') == std::string::npos && listed.file.front() != '.',
          "a listed file lies beside the manifest");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view document(reinterpret_cast<const char*>(data), size);
  check_rule_update(document);
  check_manifest(document);
  return 0;
}
