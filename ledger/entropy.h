// Unpredictable bytes, for keys and secrets only. Choices that a replay must repeat use Random
// instead.
#pragma once

#include <cstdint>
#include <span>

namespace ledger {

class Entropy {
 public:
  virtual ~Entropy() = default;
  // Fills `bytes`; a machine that cannot is no place for a ledger, so this does not fail. Thread:
  // any.
  virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

class SystemEntropy final : public Entropy {
 public:
  void fill(std::span<std::uint8_t> bytes) override;
};

}  // namespace ledger
