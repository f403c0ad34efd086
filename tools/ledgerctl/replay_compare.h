// Whether two builds fold a log to the same rows; what each is asked for it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "replay/compare.h"
#include "tools/ledgerctl/session.h"

namespace ledgerctl {

// A log that no server has open: a data directory, a backup, or a file of records.
struct FoldedLog {
  std::string data;
  std::string records;
};

struct TraceAsked {
  FoldedLog log;
  std::uint64_t from = 0;
  std::uint64_t to = UINT64_MAX;
  std::uint64_t every = 65'536;
  std::uint64_t event = 0;
};
// A mark of the fold for each so many events; the rows that one event makes.
Exit trace_digests(const Session& session, const TraceAsked& asked);
Exit trace_rows(const Session& session, const TraceAsked& asked);

struct CompareAsked {
  FoldedLog log;
  std::vector<std::string> builds;  // Two: each a ledgerctl, or a directory with one.
};
// Whether another build folds the records of a file to the same rows as this one.
ledger::Result<replay::Comparison> compare_with_build(const std::string& build,
                                                      const std::string& records);
// For people; `builds`: their names, one and the other.
void tell_comparison(const CompareAsked& asked, const replay::Comparison& found);

// Exit::ok: they agree. Exit::failed: they do not.
Exit compare_builds(const Session& session, const CompareAsked& asked);

}  // namespace ledgerctl
