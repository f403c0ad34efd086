#include "ledger/domain/command.h"

#include "ledger/domain/one_of_impl.h"

namespace ledger::domain {

template class OneOf<CommandPayloadTypes>;

}  // namespace ledger::domain
