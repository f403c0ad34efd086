#include "replay/fold_trace.h"

#include <algorithm>
#include <utility>

#include "ledger/codec/codec.h"
#include "ledger/digest.h"
#include "ledger/domain/world.h"
#include "projections/event_rows.h"
#include "projections/history.h"
#include "projections/project.h"

namespace replay {

using domain::Position;
using ledger::fail;
using ledger::Result;
using Changes = std::vector<projections::EventRows::Change>;

namespace {

void add_number(std::string& bytes, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift);
}

void add_text(std::string& bytes, std::string_view text) {
  add_number(bytes, text.size());
  bytes += text;
}

// Folds event by event.
class Tracer {
 public:
  explicit Tracer(const ledger::store::EventLog& log)
      : log_(log), rows_(projections::RowBook::Start{{}, {}, {}}) {}

  // `each` is given what every event changed. Shape: once.
  Result<void> fold(Position to, const std::function<Result<void>(const Changes&)>& each) {
    const auto cursor = log_.read({}, to);
    while (world_.size < to) {
      const auto entry = cursor->next();
      if (!entry) return fail(entry.error());
      if (!*entry) break;
      const auto event = ledger::codec::decode((*entry)->bytes);
      if (!event) return fail(event.error());
      rows_.begin(event->position);
      projections::step(*event, world_, rows_);
      const auto told = each(rows_.end());
      if (!told) return told;
    }
    return {};
  }

  Position folded() const { return world_.size; }
  std::vector<domain::ViewDigest> views() const { return rows_.sums().digests(); }

 private:
  const ledger::store::EventLog& log_;
  domain::World world_;
  projections::EventRows rows_;
};

domain::Digest next_in_chain(const domain::Digest& chain, Position position,
                             const Changes& changes) {
  std::string bytes(chain.bytes.begin(), chain.bytes.end());
  add_number(bytes, position.value);
  for (const auto& change : changes) {
    add_text(bytes, name_of(change.view));
    add_text(bytes, change.key);
    bytes += change.row ? '+' : '-';
    if (change.row) add_text(bytes, *change.row);
  }
  return ledger::sha256(bytes);
}

}  // namespace

Result<void> trace_fold(const ledger::store::EventLog& log, const TraceRange& range,
                        const std::function<void(const FoldMark&)>& tell) {
  const Position to = std::min(range.to, log.head().size);
  const std::uint64_t every = std::max<std::uint64_t>(range.every, 1);
  Tracer tracer(log);
  domain::Digest chain;
  return tracer.fold(to, [&](const Changes& changes) -> Result<void> {
    const Position folded = tracer.folded();
    chain = next_in_chain(chain, {folded.value - 1}, changes);
    if (folded <= range.from || (folded.value % every != 0 && folded != to)) return {};
    const auto root = log.root_at(folded);
    if (!root) return fail(root.error());
    tell({folded, *root, chain, tracer.views()});
    return {};
  });
}

Result<std::vector<EventRow>> rows_of_event(const ledger::store::EventLog& log, Position event) {
  if (event >= log.head().size) {
    return fail(ledger::ErrorKind::not_found, "position-unknown",
                "The log has no event at " + std::to_string(event.value) + ".");
  }
  Tracer tracer(log);
  std::vector<EventRow> told;
  const auto folded = tracer.fold({event.value + 1}, [&](const Changes& changes) -> Result<void> {
    if (tracer.folded().value <= event.value) return {};
    for (const auto& change : changes) {
      EventRow row{std::string(name_of(change.view)),
                   projections::shown_key(change.view, change.key),
                   "null",
                   {}};
      if (change.row) {
        auto shown = projections::row_json(change.view, *change.row);
        if (!shown) return fail(shown.error());
        row.row = std::move(shown->text);
        row.sha256 = ledger::sha256(*change.row);
      }
      told.push_back(std::move(row));
    }
    return {};
  });
  if (!folded) return fail(folded.error());
  return told;
}

}  // namespace replay
