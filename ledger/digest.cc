#include "ledger/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "ledger/result.h"
#include "ledger/short_message.h"

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

// OpenSSL reads long messages where they are.
Digest hash_of(std::string_view prefix, std::string_view bytes) {
  if (has_sha256_instructions() && prefix.size() + bytes.size() <= ShortMessage::bytes_max) {
    const ShortMessage message(prefix, bytes);
    Sha256Words words = sha256_start;
    take_blocks({words, message.block(0)}, message.blocks());
    return digest_of(words);
  }
  EVP_MD_CTX* const context = of_this_thread();
  add(context, prefix.data(), prefix.size());
  add(context, bytes.data(), bytes.size());
  return end(context);
}

}  // namespace

Digest sha256(std::string_view bytes) { return hash_of({}, bytes); }

Digest leaf_hash(std::string_view record) { return hash_of(std::string_view("\0", 1), record); }

Digest node_hash(const Digest& left, const Digest& right) {
  // As texts: a copy between bytes of two types goes byte by byte.
  std::array<char, 2 * sizeof(Digest)> both;
  char* const middle = std::copy_n(bytes_of(left).data(), sizeof(Digest), both.data());
  std::copy_n(bytes_of(right).data(), sizeof(Digest), middle);
  return hash_of(std::string_view("\1", 1), {both.data(), both.size()});
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
