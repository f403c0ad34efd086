#include "api/kept.h"

#include "ledger/codec/codec.h"

namespace api {

ledger::Result<std::string> KeptMoment::at(const ledger::store::EventLog& log,
                                           domain::Position position) {
  {
    const std::lock_guard lock(mutex_);
    if (position_ == position && !text_.empty()) return text_;
  }
  const auto record = log.record(position);
  if (!record) return ledger::fail(record.error());
  const auto envelope = ledger::codec::decode_envelope(*record);
  if (!envelope) return ledger::fail(envelope.error());
  auto text = rfc3339(envelope->recorded_at);
  const std::lock_guard lock(mutex_);
  position_ = position;
  text_ = text;
  return text;
}

}  // namespace api
