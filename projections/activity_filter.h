// Which events an ActivityQuery asks for, told from their envelopes.
#pragma once

#include <array>
#include <string>

#include "ledger/codec/codec.h"
#include "ledger/result.h"
#include "projections/activity.h"

namespace projections {

class ActivityFilter {
 public:
  // Errors: invalid ("event-type-unknown").
  static ledger::Result<ActivityFilter> of(const ActivityQuery& query);

  bool matches(const ledger::codec::Envelope& envelope) const;

 private:
  ActivityQuery query_;
  std::string subject_;                                      // With its '/'.
  std::array<bool, domain::payload_names.size()> wanted_{};  // By index of the payload's type.
};

}  // namespace projections
