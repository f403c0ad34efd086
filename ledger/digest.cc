#include "ledger/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "ledger/result.h"

namespace ledger {
namespace {

// Never freed: hashes may still be taken by destructors that run after main().
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  CHECK(fetched != nullptr, "OpenSSL provides SHA-256");
  return fetched;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

Context new_context() {
  Context context(EVP_MD_CTX_new());
  CHECK(context != nullptr, "memory for a hash context");
  return context;
}

void begin(EVP_MD_CTX* context) {
  CHECK(EVP_DigestInit_ex2(context, algorithm(), nullptr) == 1, "a digest begins");
}

void add(EVP_MD_CTX* context, const void* bytes, std::size_t size) {
  CHECK(EVP_DigestUpdate(context, bytes, size) == 1, "a digest takes bytes");
}

Digest end(EVP_MD_CTX* context) {
  Digest digest;
  CHECK(EVP_DigestFinal_ex(context, digest.bytes.data(), nullptr) == 1, "a digest ends");
  return digest;
}

EVP_MD_CTX* of_this_thread() {
  thread_local const Context context = new_context();
  begin(context.get());
  return context.get();
}

}  // namespace

Digest sha256(std::string_view bytes) {
  EVP_MD_CTX* const context = of_this_thread();
  add(context, bytes.data(), bytes.size());
  return end(context);
}

Digest leaf_hash(std::string_view record) {
  constexpr unsigned char prefix = 0x00;
  EVP_MD_CTX* const context = of_this_thread();
  add(context, &prefix, 1);
  add(context, record.data(), record.size());
  return end(context);
}

Digest node_hash(const Digest& left, const Digest& right) {
  std::array<std::uint8_t, 65> bytes{0x01};
  std::copy(left.bytes.begin(), left.bytes.end(), bytes.begin() + 1);
  std::copy(right.bytes.begin(), right.bytes.end(), bytes.begin() + 33);
  EVP_MD_CTX* const context = of_this_thread();
  add(context, bytes.data(), bytes.size());
  return end(context);
}

struct Sha256::State {
  Context context = new_context();
};

Sha256::Sha256() : state_(std::make_unique<State>()) { begin(state_->context.get()); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  add(state_->context.get(), bytes.data(), bytes.size());
}

Digest Sha256::finish() {
  const Digest digest = end(state_->context.get());
  begin(state_->context.get());
  return digest;
}

}  // namespace ledger
