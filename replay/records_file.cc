#include "replay/records_file.h"

#include <limits>
#include <utility>

#include "ledger/codec/codec.h"
#include "replay/evidence_records.h"

namespace replay {

using ledger::fail;
using ledger::Result;

namespace {

tl::unexpected<ledger::Error> malformed_records(const std::string& detail) {
  return fail(ledger::ErrorKind::corrupt, "records-malformed", detail);
}

struct OneCommand {
  ledger::store::Batch batch;
  domain::CommandId command;
};

Result<void> append(OneCommand& gathered, ledger::store::EventLog& log) {
  auto& batch = gathered.batch;
  if (batch.records.empty()) return {};
  if (gathered.command != domain::CommandId{}) {
    batch.receipts.push_back(
        {gathered.command, {}, batch.expected, static_cast<std::uint32_t>(batch.records.size())});
  }
  const auto appended = log.append(batch);
  if (!appended) return fail(appended.error());
  batch = {appended->size, {}, {}};
  return {};
}

}  // namespace

Result<std::string> records_of(const ledger::store::EventLog& log) {
  std::string records;
  const auto cursor = log.read({}, log.head().size);
  while (true) {
    const auto entry = cursor->next();
    if (!entry) return fail(entry.error());
    if (!*entry) return records;
    add_record(records, {(*entry)->position, (*entry)->bytes});
  }
}

Result<void> append_records(std::string_view records, ledger::store::EventLog& log) {
  EvidenceRecords reader(records);
  OneCommand gathered{{log.head().size, {}, {}}, {}};
  domain::Position next;
  while (!reader.is_empty()) {
    const auto record = reader.take();
    if (!record)
      return malformed_records("The file of records is cut off: " + record.error().detail);
    const auto envelope = ledger::codec::decode_envelope(record->bytes);
    if (!envelope) return fail(envelope.error());
    if (record->position != next || envelope->position != next) {
      return malformed_records("The file does not have the record of position " +
                               std::to_string(next.value) + " in its place.");
    }
    if (gathered.command != envelope->command || envelope->command == domain::CommandId{}) {
      if (const auto appended = append(gathered, log); !appended) return appended;
    }
    gathered.command = envelope->command;
    gathered.batch.records.push_back(
        {std::string(record->bytes), envelope->stream, envelope->stream_version});
    next = {next.value + 1};
  }
  return append(gathered, log);
}

}  // namespace replay
