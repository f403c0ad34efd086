// Older formats of the record, lifted to what they mean today. A format ends when records get a new
// meaning that a zero in the place of a new field does not have; a field whose zero is the truth
// about older records needs no new format.
//
//   1  ComputerSilent did not say when the computer was last heard.
//   2  Today's.
#pragma once

#include <cstdint>

#include "ledger/domain/event.h"

namespace ledger::codec {

inline constexpr std::uint16_t oldest_format = 1;
inline constexpr std::uint16_t newest_format = 2;

// The event that a record of format `from` means today; `from` is one of the formats above.
domain::Event upcast(domain::Event event, std::uint16_t from);

}  // namespace ledger::codec
