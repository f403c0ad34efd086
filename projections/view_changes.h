// When each view last changed, so that what was read of a view can be used again while it stays as
// it was.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>

#include "ledger/domain/ids.h"
#include "projections/views.h"

namespace projections {

class ViewChanges {
 public:
  // The store has so many events folded; what they changed is not known. Of a store that had more
  // the last changes stay: somebody may be asking about them.
  void opened(ledger::domain::Position size) {
    size_.store(0, std::memory_order_release);
    for (auto& changed : changed_) {
      changed.store(std::max(changed.load(), size.value), std::memory_order_release);
    }
    size_.store(size.value, std::memory_order_release);
    writing(size);
  }

  // The event at `position` changes a row of the view. Thread: the projector's.
  void changed(View view, ledger::domain::Position position) {
    changed_[index_of(view)].store(position.value + 1, std::memory_order_release);
  }

  // What the events before `size` changed has been said. Thread: the projector's.
  void committed(ledger::domain::Position size) {
    size_.store(size.value, std::memory_order_release);
  }

  // Rows of the events before `size` are about to be written. Thread: the projector's.
  void writing(ledger::domain::Position size) {
    written_.store(size.value, std::memory_order_release);
  }

  // Whether no row was written, seen by anybody or not, of an event after `at`. Thread: any.
  bool is_newest(ledger::domain::Position at) const {
    return at.value + 1 >= written_.load(std::memory_order_acquire);
  }

  // Whether the view is the same after the event at `a` as after the one at `b`. False: perhaps.
  // Thread: any.
  bool is_same(View view, ledger::domain::Position a, ledger::domain::Position b) const {
    if (std::max(a, b).value >= size_.load(std::memory_order_acquire)) return false;
    return changed_[index_of(view)].load(std::memory_order_acquire) <= std::min(a, b).value + 1;
  }

  // The newest event up to the one at `at` that may have changed the view: as long as that is the
  // same, so is the view. Thread: any.
  ledger::domain::Position last_change(View view, ledger::domain::Position at) const {
    const auto changed = changed_[index_of(view)].load(std::memory_order_acquire);
    return {changed == 0 ? 0 : std::min(at.value, changed - 1)};
  }

 private:
  static std::size_t index_of(View view) { return static_cast<std::size_t>(view) - 1; }

  // Positions plus one; 0: no event ever changed it.
  std::array<std::atomic<std::uint64_t>, all_views.size()> changed_{};
  std::atomic<std::uint64_t> size_{0};
  std::atomic<std::uint64_t> written_{0};
};

}  // namespace projections
