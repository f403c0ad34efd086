#include <algorithm>
#include <utility>

#include "ledger/codec/codec.h"
#include "ledger/codec/json_out.h"
#include "ledger/limits.h"
#include "ledger/merkle/partial_tree.h"
#include "replay/evidence.h"
#include "replay/evidence_archive.h"
#include "replay/evidence_records.h"

namespace replay {

using domain::Position;
using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;
using ledger::merkle::LeafSet;
using ledger::store::EventLog;

namespace {

constexpr std::size_t stream_page = 4096;

tl::unexpected<ledger::Error> too_large() {
  return fail(ErrorKind::refused, "evidence-too-large",
              "This takes more than " + std::to_string(ledger::limits::evidence_bytes_max >> 20U) +
                  " MiB of records; ask for it in parts, from one position to another. Of a "
                  "stream, an end soon after its last event takes few.");
}

// Where the records of a stream stand, before `to`.
Result<std::vector<std::uint64_t>> positions_of(const EventLog& log, const std::string& stream,
                                                Position to) {
  std::vector<std::uint64_t> positions;
  while (true) {
    const auto page = log.stream(stream, positions.size(), stream_page);
    if (!page) return fail(page.error());
    for (const Position at : *page) {
      if (at >= to) return positions;
      positions.push_back(at.value);
    }
    if (page->size() < stream_page) return positions;
    if (positions.size() * sizeof(std::uint64_t) > ledger::limits::evidence_bytes_max) {
      return too_large();
    }
  }
}

Result<LeafSet> leaves_for(const EventLog& log, const EvidenceScope& scope, Position from,
                           Position to) {
  const std::string stream = stream_of(scope);
  if (stream.empty()) return LeafSet{{}, from.value, to.value};
  auto positions = positions_of(log, stream, to);
  if (!positions) return fail(positions.error());
  if (positions->empty()) {
    return fail(ErrorKind::not_found, "stream-unknown",
                "The log has no event of " + text(scope) + " before position " +
                    std::to_string(to.value) + ".");
  }
  const std::uint64_t after = positions->back() + 1;
  return LeafSet{*std::move(positions), after, to.value};
}

// The records of a bundle and the answer that they give.
struct Gathered {
  std::string records;
  std::uint64_t count = 0;
  EvidenceAnswer answer;
};

Result<void> gather(Gathered& gathered, const EvidenceFilter& filter, Position at,
                    std::string_view bytes) {
  add_record(gathered.records, {at, bytes});
  if (gathered.records.size() > ledger::limits::evidence_bytes_max) return too_large();
  ++gathered.count;
  const auto envelope = ledger::codec::decode_envelope(bytes);
  if (!envelope) return fail(envelope.error());
  if (!filter.matches(*envelope)) return {};
  const auto event = ledger::codec::decode(bytes);
  if (!event) return fail(event.error());
  gathered.answer.add(*event);
  return {};
}

Result<Gathered> gather_all(const EventLog& log, const LeafSet& leaves,
                            const EvidenceFilter& filter) {
  Gathered gathered;
  for (const std::uint64_t at : leaves.singles) {
    const auto record = log.record({at});
    if (!record) return fail(record.error());
    if (auto done = gather(gathered, filter, {at}, *record); !done) return fail(done.error());
  }
  const auto cursor = log.read({leaves.from}, {leaves.to});
  for (std::uint64_t at = leaves.from; at < leaves.to; ++at) {
    const auto entry = cursor->next();
    if (!entry) return fail(entry.error());
    CHECK(entry->has_value(), "a log has all records below its size");
    const auto done = gather(gathered, filter, (*entry)->position, (*entry)->bytes);
    if (!done) return fail(done.error());
  }
  return gathered;
}

std::string bytes_of(const ledger::merkle::Proof& proof) {
  std::string bytes;
  for (const auto& hash : proof) bytes.append(hash.bytes.begin(), hash.bytes.end());
  return bytes;
}

// The ends of what is asked for.
Result<std::pair<Position, Position>> ends_of(const EvidenceRequest& request, Position size) {
  const Position to = request.to.value_or(size);
  if (to > size || request.from > to || (request.from == to && !request.scope.name.empty())) {
    return fail(ErrorKind::invalid, "evidence-scope-invalid",
                "The signed head covers " + std::to_string(size.value) +
                    " records; name two positions up to that, the smaller one first.");
  }
  if (!stream_of(request.scope).empty() && request.from.value != 0) {
    return fail(ErrorKind::invalid, "evidence-scope-invalid",
                "Evidence of a stream begins with its first event; leave out where it begins.");
  }
  return std::pair{request.from, to};
}

}  // namespace

Result<Evidence> make_evidence(const EventLog& log, const EvidenceHead& head,
                               const EvidenceRequest& request, const Timestamper& timestamp) {
  const auto filter = EvidenceFilter::of(request.scope);
  if (!filter) return fail(filter.error());
  const auto ends = ends_of(request, head.head.size);
  if (!ends) return fail(ends.error());
  const auto leaves = leaves_for(log, request.scope, ends->first, ends->second);
  if (!leaves) return fail(leaves.error());
  auto gathered = gather_all(log, *leaves, *filter);
  if (!gathered) return fail(gathered.error());
  const auto read = [&log](const ledger::merkle::TileId& tile) {
    return log.tile(tile.level, tile.index, tile.width);
  };
  const auto proof = partial_proof(*leaves, head.head.size.value, read);
  if (!proof) return fail(proof.error());

  Evidence evidence;
  evidence.manifest = {std::string(evidence_format),
                       head.key.name,
                       head.head.size,
                       head.head.root,
                       request.scope,
                       ends->first,
                       ends->second,
                       gathered->count,
                       gathered->answer.rows()};
  std::vector<ArchiveMember> members;
  members.push_back({"README.txt", std::string(evidence_readme())});
  members.push_back({"manifest.json", ledger::codec::to_json(evidence.manifest) + "\n"});
  members.push_back({"checkpoint", head.note});
  members.push_back({"keys", ledger::merkle::text(head.key) + "\n"});
  members.push_back({"records", std::move(gathered->records)});
  members.push_back({"proof", bytes_of(*proof)});
  members.push_back({"answer.csv", gathered->answer.csv()});
  members.push_back({"answer.json", gathered->answer.json()});
  if (timestamp) {
    auto stamped = timestamp(head.note);
    if (!stamped) return fail(stamped.error());
    members.push_back({"timestamp.tsr", *std::move(stamped)});
  }
  members.push_back({"SHA256SUMS", checksums_of(members)});
  evidence.file = archive_of(members);
  return evidence;
}

}  // namespace replay
