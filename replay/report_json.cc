#include "replay/report_json.h"

#include "ledger/codec/json_out.h"

namespace replay {

namespace {

using domain::field;

struct FaultItem {
  domain::Position position;
  domain::Position last;
  std::string kind;
  std::string expected;
  std::string found;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("position", &FaultItem::position), field("last", &FaultItem::last),
                      field("kind", &FaultItem::kind), field("expected", &FaultItem::expected),
                      field("found", &FaultItem::found));
  }
};

struct Report {
  bool sound = false;
  domain::Position size;
  domain::Digest root;
  std::uint64_t bytes = 0;
  std::uint64_t folded = 0;
  std::uint64_t receipts_checked = 0;
  std::uint64_t tiles_checked = 0;
  std::uint64_t digests_checked = 0;
  std::uint64_t digests_unchecked = 0;
  std::uint64_t faults_total = 0;
  std::vector<FaultItem> faults;
  domain::Duration duration;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("sound", &Report::sound), field("size", &Report::size),
                      field("root", &Report::root), field("bytes", &Report::bytes),
                      field("folded", &Report::folded),
                      field("receipts_checked", &Report::receipts_checked),
                      field("tiles_checked", &Report::tiles_checked),
                      field("digests_checked", &Report::digests_checked),
                      field("digests_unchecked", &Report::digests_unchecked),
                      field("faults_total", &Report::faults_total),
                      field("faults", &Report::faults), field("duration", &Report::duration));
  }
};

}  // namespace

std::string report_json(const VerifyReport& report) {
  Report shown{report.is_sound(),
               report.size,
               report.root,
               report.bytes,
               report.folded,
               report.receipts_checked,
               report.tiles_checked,
               report.digests_checked,
               report.digests_unchecked,
               report.faults_total,
               {},
               {static_cast<std::int64_t>(report.seconds * 1e6)}};
  for (const auto& fault : report.faults) {
    shown.faults.push_back({fault.at, fault.last, fault.kind, fault.expected, fault.found});
  }
  return ledger::codec::to_json(shown);
}

}  // namespace replay
