// Time zones of this machine's tz database (/usr/share/zoneinfo), read once at first use.
#pragma once

#include <string_view>

#include "ledger/domain/time_zones.h"

namespace ledger {

class TzdbTimeZones final : public domain::TimeZones {
 public:
  // Errors: invalid ("time-zone-unknown"), io ("time-zones-unreadable"). Thread: any.
  Result<domain::ZonePeriod> period_at(std::string_view zone, domain::Time at) const override;
};

}  // namespace ledger
