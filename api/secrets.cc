#include "api/secrets.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

namespace api {
namespace {

constexpr std::size_t name_digits = 16;

// Bytes that only who knows the seed can tell: HMAC-SHA-256 in counter mode.
class Derived final : public ledger::Entropy {
 public:
  Derived(const domain::Digest& seed, std::string_view purpose, const domain::CommandId& id)
      : seed_(seed), input_(purpose) {
    input_ += bytes_of(id);
  }

  void fill(std::span<std::uint8_t> bytes) override {
    while (!bytes.empty()) {
      const std::string input = input_ + std::to_string(counter_++);
      domain::Digest block;
      unsigned size = 0;
      const auto* made =
          HMAC(EVP_sha256(), seed_.bytes.data(), static_cast<int>(seed_.bytes.size()),
               reinterpret_cast<const unsigned char*>(input.data()), input.size(),
               block.bytes.data(), &size);
      CHECK(made != nullptr && size == block.bytes.size(), "SHA-256 is always there");
      const std::size_t count = std::min(bytes.size(), block.bytes.size());
      std::copy_n(block.bytes.begin(), count, bytes.begin());
      bytes = bytes.subspan(count);
    }
  }

 private:
  domain::Digest seed_;
  std::string input_;
  std::uint64_t counter_ = 0;
};

}  // namespace

NewToken token_for(const Services& services, const domain::CommandId& id,
                   const domain::TokenId& name) {
  Derived entropy(services.secret_seed, "token secret ", id);
  return make_token(entropy, services.environment, name);
}

std::string name_for(const Services& services, const domain::CommandId& id,
                     std::string_view prefix) {
  Derived entropy(services.secret_seed, "name ", id);
  domain::Digest digest;
  entropy.fill(digest.bytes);
  return std::string(prefix) + "-" + hex(digest).substr(0, name_digits);
}

}  // namespace api
