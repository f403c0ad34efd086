#include "ledger/codec/payload_codecs_impl.h"

namespace ledger::codec {

const PayloadCodec* payload_codecs_of_ledger_and_sources() { return codecs_of_part<0>(); }

}  // namespace ledger::codec
