// What this thread has asked of the heap and not given back.
#pragma once

#include <cstddef>

namespace bench {

std::size_t heap_bytes();

}  // namespace bench
