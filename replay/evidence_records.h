// What creating and verifying a bundle have in common: its records, which of them answer, and how
// an answer is written. The verifier writes the answer again and compares.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ledger/domain/event.h"
#include "projections/activity_filter.h"
#include "replay/evidence.h"

namespace replay {

struct EvidenceRecord {
  domain::Position position;
  std::string_view bytes;
};

void add_record(std::string& records, const EvidenceRecord& record);

// Reads what add_record() wrote.
class EvidenceRecords {
 public:
  explicit EvidenceRecords(std::string_view records) : rest_(records) {}
  // The position of the next one; nothing: there is none, or it is cut off.
  std::optional<domain::Position> next_position() const;
  // Errors: corrupt ("evidence-malformed").
  ledger::Result<EvidenceRecord> take();
  bool is_empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// The stream that a scope speaks of; empty: of none.
std::string stream_of(const EvidenceScope& scope);

// Which events answer a scope. Errors: invalid ("evidence-scope-invalid", "event-type-unknown").
class EvidenceFilter {
 public:
  static ledger::Result<EvidenceFilter> of(const EvidenceScope& scope);
  bool matches(const ledger::codec::Envelope& envelope) const { return filter_.matches(envelope); }

 private:
  explicit EvidenceFilter(projections::ActivityFilter filter) : filter_(std::move(filter)) {}
  projections::ActivityFilter filter_;
};

// The answer, written event by event.
class EvidenceAnswer {
 public:
  EvidenceAnswer();
  void add(const domain::Event& event);
  std::uint64_t rows() const { return rows_; }
  const std::string& csv() const { return csv_; }
  std::string json() const { return json_ + (rows_ > 0 ? "\n]\n" : "]\n"); }

 private:
  std::string csv_;
  std::string json_ = "[";
  std::uint64_t rows_ = 0;
};

// The text of README.txt.
std::string_view evidence_readme();

}  // namespace replay
