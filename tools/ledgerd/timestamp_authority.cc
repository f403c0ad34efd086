#include "tools/ledgerd/timestamp_authority.h"

#include <httplib.h>

#include <array>
#include <cstring>

#include "replay/evidence_timestamp.h"

namespace ledgerd {

using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;

namespace {

constexpr std::chrono::seconds authority_patience{10};
constexpr std::size_t answer_bytes_max = 65'536;

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
  const auto host_at = url.find("://");
  const auto path_at = host_at == url.npos ? host_at : url.find('/', host_at + 3);
  httplib::Client client(url.substr(0, path_at));
  client.set_connection_timeout(authority_patience);
  client.set_read_timeout(authority_patience);
  std::string body;
  const auto take = [&](const char* bytes, std::size_t count) {
    body.append(bytes, count);
    return body.size() <= answer_bytes_max;
  };
  httplib::Request request;
  request.method = "POST";
  request.path = path_at == url.npos ? "/" : url.substr(path_at);
  request.set_header("Content-Type", "application/timestamp-query");
  request.body = query;
  request.content_receiver = [&](const char* bytes, std::size_t count, std::uint64_t,
                                 std::uint64_t) { return take(bytes, count); };
  const auto answer = client.send(request);
  if (!answer) return failed(url, httplib::to_string(answer.error()));
  if (answer->status != 200) return failed(url, "status " + std::to_string(answer->status));
  return body;
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
