#include "ledger/codec/payload_codecs_impl.h"

namespace ledger::codec {

const PayloadCodec* payload_codecs_of_relays_and_people() { return codecs_of_part<3>(); }

}  // namespace ledger::codec
