#include "replay/evidence_records.h"

#include <utility>

#include "ledger/codec/json_out.h"
#include "projections/activity.h"

namespace replay {

using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;

namespace {

constexpr std::size_t position_bytes = 8;
constexpr std::size_t length_bytes = 2;

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8U | static_cast<unsigned char>(byte);
  return value;
}

// A cell that a spreadsheet would take for a formula begins with a "'".
void add_cell(std::string& line, std::string_view text) {
  if (!line.empty()) line += ',';
  const bool formula = !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != text.npos;
  if (!formula && text.find_first_of(",\"\r\n") == text.npos) {
    line += text;
    return;
  }
  line += '"';
  if (formula) line += '\'';
  for (const char c : text) {
    if (c == '"') line += '"';
    line += c;
  }
  line += '"';
}

constexpr std::string_view csv_head =
    "position,type,recorded_at,occurred_at,stream,stream_version,command,correlation,causation,"
    "actor.kind,actor.id,actor.address,actor.authentication,outcome,reason,ticket,plan_digest,"
    "data\r\n";

std::string csv_line(const projections::EventItem& item) {
  std::string line = std::to_string(item.position.value);
  add_cell(line, item.type);
  add_cell(line, rfc3339(item.recorded_at));
  add_cell(line, rfc3339(item.occurred_at));
  add_cell(line, item.stream);
  add_cell(line, std::to_string(item.stream_version));
  const std::string command = ledger::codec::to_json(item.command);
  add_cell(line, std::string_view(command).substr(1, command.size() - 2));
  add_cell(line, std::to_string(item.correlation.value));
  add_cell(line, item.causation ? std::to_string(item.causation->value) : std::string());
  add_cell(line, domain::name_of(item.actor.kind));
  add_cell(line, item.actor.id);
  add_cell(line, item.actor.address);
  add_cell(line, domain::name_of(item.actor.authentication));
  add_cell(line, domain::name_of(item.outcome));
  add_cell(line, item.reason);
  add_cell(line, item.ticket);
  add_cell(line, item.plan_digest ? hex(*item.plan_digest) : std::string());
  add_cell(line, item.data.text);
  return line + "\r\n";
}

tl::unexpected<ledger::Error> invalid(std::string detail) {
  return fail(ErrorKind::invalid, "evidence-scope-invalid", std::move(detail));
}

bool has_activity_fields(const EvidenceScope& scope) {
  return !scope.types.empty() || !scope.actor.empty() || !scope.subject.empty() ||
         !scope.outcome.empty() || !scope.reason.empty();
}

}  // namespace

std::string text(const EvidenceScope& scope) {
  std::string said(domain::name_of(scope.kind));
  if (!scope.name.empty()) said += " " + scope.name;
  for (const auto& type : scope.types) said += " type=" + type;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) said += std::string(" ") + name + "=" + value;
  };
  add("actor", scope.actor);
  add("subject", scope.subject);
  add("outcome", scope.outcome);
  add("reason", scope.reason);
  return said;
}

void add_record(std::string& records, const EvidenceRecord& record) {
  const auto add = [&](std::uint64_t value, std::size_t bytes) {
    while (bytes-- > 0) records += static_cast<char>(value >> (8 * bytes) & 0xffU);
  };
  add(record.position.value, position_bytes);
  add(record.bytes.size(), length_bytes);
  records += record.bytes;
}

std::optional<domain::Position> EvidenceRecords::next_position() const {
  if (rest_.size() < position_bytes) return std::nullopt;
  return domain::Position{big_endian(rest_.substr(0, position_bytes))};
}

Result<EvidenceRecord> EvidenceRecords::take() {
  const auto position = next_position();
  constexpr std::size_t head = position_bytes + length_bytes;
  const std::uint64_t length =
      rest_.size() < head ? 0 : big_endian(rest_.substr(position_bytes, length_bytes));
  if (!position || rest_.size() < head + length) {
    return fail(ErrorKind::corrupt, "evidence-malformed", "Its last record is cut off.");
  }
  const EvidenceRecord record{*position, rest_.substr(head, length)};
  rest_.remove_prefix(head + length);
  return record;
}

std::string stream_of(const EvidenceScope& scope) {
  switch (scope.kind) {
    case EvidenceKind::stream:
      return scope.name;
    case EvidenceKind::computer:
      return "computer/" + scope.name;
    case EvidenceKind::rule_update:
      return "rule-update/" + scope.name;
    case EvidenceKind::range:
    case EvidenceKind::activity:
      break;
  }
  return {};
}

Result<EvidenceFilter> EvidenceFilter::of(const EvidenceScope& scope) {
  const bool is_named = scope.kind != EvidenceKind::range && scope.kind != EvidenceKind::activity;
  if (is_named == scope.name.empty()) {
    return invalid(is_named ? "Name the stream, computer or rule update."
                            : "A range and a filter over activity have no name.");
  }
  if (scope.kind != EvidenceKind::activity && has_activity_fields(scope)) {
    return invalid("Types, actor, subject, outcome and reason are for kind \"activity\".");
  }
  if (scope.kind == EvidenceKind::activity && !has_activity_fields(scope)) {
    return invalid("Say which activity: types, actor, subject, outcome or reason.");
  }
  projections::ActivityQuery query;
  query.types = scope.types;
  query.actor = scope.actor;
  query.subject = scope.subject;
  query.reason = scope.reason;
  query.stream = stream_of(scope);
  if (!scope.outcome.empty()) {
    query.outcome = domain::enum_from<domain::Outcome>(scope.outcome);
    if (!query.outcome) return invalid("An outcome is done, refused or failed.");
  }
  auto filter = projections::ActivityFilter::of(query);
  if (!filter) return fail(filter.error());
  return EvidenceFilter(*std::move(filter));
}

EvidenceAnswer::EvidenceAnswer() : csv_(csv_head) {}

void EvidenceAnswer::add(const domain::Event& event) {
  const auto item = projections::item_of(event);
  csv_ += csv_line(item);
  json_ += rows_ > 0 ? ",\n" : "\n";
  ledger::codec::write_json(json_, item);
  ++rows_;
}

std::string_view evidence_readme() {
  return R"(Evidence from an Update Ledger.

This file proves that the records in it stand in the log named in manifest.json, unchanged, and that
they are all that the log has about what was asked for, up to the signed head in "checkpoint".

    ledgerctl evidence verify FILE --key NAME+ID+KEY

checks all of it without a server. Take the key from somebody you trust, not from this file.

Without our programs: "sha256sum --check SHA256SUMS" compares the members. "checkpoint" is a signed
note (C2SP tlog-checkpoint, Ed25519). "records" has each record after its position (8 bytes) and its
length (2 bytes), big-endian. The hash of a record is SHA-256(00 record), that of two subtrees
SHA-256(01 left right), as RFC 6962 says. To get the root of the checkpoint, walk the tree from left
to right: a subtree without a position of "records" has the next 32 bytes of "proof" as its hash.

It is complete because: of a range, or a filter over activity, every record from "from" to "to" is
here; of a stream, its versions 0, 1, 2 ... have no gap, and every record after its last one, up to
"to", is here as well.
)";
}

}  // namespace replay
