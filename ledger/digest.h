// SHA-256, the one hash of the ledger: of short messages by the processor's instructions where it
// has them (sha256_blocks.h), of others by OpenSSL, with a context that each thread keeps.
#pragma once

#include <memory>
#include <string_view>

#include "ledger/domain/ids.h"

namespace ledger {

using domain::Digest;

// Thread: any.
Digest sha256(std::string_view bytes);

// The hash of a leaf of an RFC 6962 tree, SHA-256(0x00 ‖ record). Thread: any.
Digest leaf_hash(std::string_view record);

// The hash of an inner node, SHA-256(0x01 ‖ left ‖ right). Thread: any.
Digest node_hash(const Digest& left, const Digest& right);

// SHA-256 of bytes that come in pieces. Thread: one at a time.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::string_view bytes);
  // The hash of all pieces so far; afterwards the object begins a new one.
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ledger
