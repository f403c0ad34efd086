// How many bytes a connection has received, as the kernel counts them: also those that a library
// swallowed without telling anybody.
#pragma once

#include <cstdint>

namespace ledger::updates {

// Of a TCP socket since it was connected; 0: the kernel does not say. Thread: any.
std::uint64_t received_bytes(int socket);

}  // namespace ledger::updates
