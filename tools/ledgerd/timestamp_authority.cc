#include "tools/ledgerd/timestamp_authority.h"

#include <array>
#include <cstring>

#include "replay/evidence_timestamp.h"
#include "tools/ledgerd/http_post.h"

namespace ledgerd {

using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;

namespace {

tl::unexpected<ledger::Error> failed(const std::string& url, const std::string& why) {
  return fail(ErrorKind::unavailable, "timestamp-failed",
              "The authority " + url + " gave no timestamp: " + why + ".");
}

std::uint64_t new_nonce(ledger::Entropy& entropy) {
  std::array<std::uint8_t, 8> bytes{};
  entropy.fill(bytes);
  std::uint64_t nonce = 0;
  std::memcpy(&nonce, bytes.data(), bytes.size());
  return nonce;
}

Result<std::string> asked(const std::string& url, const std::string& query) {
  auto answer = http_post({url, "application/timestamp-query", query});
  if (!answer) return failed(url, answer.error().detail);
  if (answer->status != 200) return failed(url, "status " + std::to_string(answer->status));
  return std::move(answer->body);
}

}  // namespace

std::function<Result<std::string>(std::string_view)> timestamp_authority(const std::string& url,
                                                                         ledger::Entropy& entropy) {
  return [url, &entropy](std::string_view bytes) -> Result<std::string> {
    const auto query = replay::timestamp_query(bytes, new_nonce(entropy));
    if (!query) return fail(query.error());
    auto answer = asked(url, *query);
    if (!answer) return answer;
    const auto checked = replay::check_timestamp_imprint(*answer, bytes);
    if (!checked) return fail(checked.error());
    return answer;
  };
}

}  // namespace ledgerd
