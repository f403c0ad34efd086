#include "replay/fault_book.h"

#include "ledger/limits.h"

namespace replay {

void FaultBook::add(domain::Position at, std::string kind, std::string expected,
                    std::string found) {
  add_range({at, at}, std::move(kind), std::move(expected), std::move(found));
}

void FaultBook::add_range(std::pair<domain::Position, domain::Position> range, std::string kind,
                          std::string expected, std::string found) {
  ++total_;
  if (faults_.size() == ledger::limits::faults_told_max) return;
  faults_.push_back(
      {range.first, range.second, std::move(kind), std::move(expected), std::move(found)});
}

void FaultBook::add_to_range(domain::Position at, std::string kind, std::string expected,
                             std::string found) {
  if (!faults_.empty()) {
    Fault& before = faults_.back();
    if (before.kind == kind && before.found == found && before.last.value + 1 == at.value) {
      before.last = at;
      return;
    }
  }
  add(at, std::move(kind), std::move(expected), std::move(found));
}

std::string text(const Fault& fault) {
  std::string said = fault.kind;
  if (fault.at == fault.last) {
    said += " at position " + std::to_string(fault.at.value);
  } else {
    said += " at positions " + std::to_string(fault.at.value) + " to " +
            std::to_string(fault.last.value);
  }
  said += ": expected " + fault.expected + ", found " + fault.found;
  return said;
}

}  // namespace replay
