#include "ledger/domain/event.h"

#include "ledger/domain/one_of_impl.h"

namespace ledger::domain {

template class OneOf<PayloadTypes>;

}  // namespace ledger::domain
