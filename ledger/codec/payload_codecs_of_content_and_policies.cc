#include "ledger/codec/payload_codecs_impl.h"

namespace ledger::codec {

const PayloadCodec* payload_codecs_of_content_and_policies() { return codecs_of_part<1>(); }

}  // namespace ledger::codec
