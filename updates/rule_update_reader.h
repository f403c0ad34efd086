// Reads a rule update's document, our published format (tools/content/rule-update.schema.json),
// into the command that imports it. tools/content/validate.py judges documents the same way.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "ledger/codec/json_in.h"
#include "ledger/domain/commands_rule_updates.h"
#include "ledger/result.h"

namespace ledger::updates {

// The document as a command: with its digest and size, and those of each rule's body. Everything
// that is wrong is told with its JSON pointer, at most limits::json_errors_max; then nothing of the
// command is of use.
// Codes: those of JsonReader and parse_json_document, and format-unknown, rule-update-empty,
// rule-update-too-large, rule-id-repeated, rule-ids-not-ascending, cve-repeated, text-empty,
// text-too-long.
// Source and metadata version are left for the caller, who knows where the document came from.
codec::Parsed<domain::ImportRuleUpdate> read_rule_update(std::string_view document,
                                                         domain::ImportOrigin origin);

// The errors as one sentence, for those who can show only one: the first, and how many there are.
std::string summary(const std::vector<codec::JsonError>& errors);

// The body of one rule of a document that was imported.
// Errors: not_found ("rule-unknown"), corrupt ("rule-update-malformed").
Result<std::string> rule_body(std::string_view document, domain::RuleId rule);

// All of its bodies, by rule. Errors: corrupt ("rule-update-malformed").
Result<std::map<domain::RuleId, std::string>> rule_bodies(std::string_view document);

// The bytes of a document on this machine, at most limits::http_import_bytes_max.
// Errors: not_found ("file-unknown"), invalid ("not-a-file", "file-too-large"), io ("file-failed").
Result<std::string> read_document_file(const std::filesystem::path& path);

}  // namespace ledger::updates
