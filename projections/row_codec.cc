#include "projections/row_codec.h"

namespace projections::internal {

tl::unexpected<ledger::Error> row_malformed() {
  return ledger::fail(ledger::ErrorKind::corrupt, "row-malformed",
                      "A row of the views does not read back; rebuild them.");
}

}  // namespace projections::internal
