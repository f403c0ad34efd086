#include "ledger/codec/payload_codecs_impl.h"

namespace ledger::codec {

const PayloadCodec* payload_codecs_of_computers() { return codecs_of_part<2>(); }

}  // namespace ledger::codec
