#include "tools/bench/heap.h"

#ifdef LEDGER_MIMALLOC
#include <mimalloc.h>
#else
#include <malloc.h>
#endif

namespace bench {

#ifdef LEDGER_MIMALLOC
std::size_t heap_bytes() {
  std::size_t bytes = 0;
  mi_heap_visit_blocks(
      mi_heap_get_default(), false,
      [](const mi_heap_t*, const mi_heap_area_t* area, void*, std::size_t, void* sum) {
        *static_cast<std::size_t*>(sum) += area->used * area->full_block_size;
        return true;
      },
      &bytes);
  return bytes;
}
#else
std::size_t heap_bytes() {
  const auto info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}
#endif

}  // namespace bench
