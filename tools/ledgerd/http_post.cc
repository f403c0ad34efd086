#include "tools/ledgerd/http_post.h"

#include <httplib.h>

#include <map>

namespace ledgerd {
namespace {

constexpr std::size_t answer_bytes_max = 65'536;

std::string words_of(httplib::Error error) {
  static const std::map<httplib::Error, std::string> words = {
      {httplib::Error::Connection, "no connection"},
      {httplib::Error::ConnectionTimeout, "no connection"},
      {httplib::Error::Read, "no answer in time"},
      {httplib::Error::Write, "the request could not be sent"},
      {httplib::Error::Canceled, "its answer is too long"},
      {httplib::Error::SSLConnection, "no TLS connection"},
      {httplib::Error::SSLServerVerification, "its certificate is not trusted"}};
  const auto found = words.find(error);
  return found == words.end() ? httplib::to_string(error) : found->second;
}

}  // namespace

ledger::Result<PostAnswer> http_post(const Posted& posted) {
  const std::string& url = posted.url;
  const auto host_at = url.find("://");
  const auto path_at = host_at == url.npos ? host_at : url.find('/', host_at + 3);
  httplib::Client client(url.substr(0, path_at));
  client.set_connection_timeout(posted.patience);
  client.set_read_timeout(posted.patience);
  client.set_tcp_nodelay(true);
  httplib::Request request;
  request.method = "POST";
  request.path = path_at == url.npos ? "/" : url.substr(path_at);
  request.set_header("Content-Type", posted.content_type);
  request.body = posted.body;
  PostAnswer taken;
  request.content_receiver = [&](const char* bytes, std::size_t count, std::uint64_t,
                                 std::uint64_t) {
    taken.body.append(bytes, count);
    return taken.body.size() <= answer_bytes_max;
  };
  const auto answer = client.send(request);
  if (!answer) {
    return ledger::fail(ledger::ErrorKind::unavailable, "not-reached", words_of(answer.error()));
  }
  taken.status = answer->status;
  return taken;
}

}  // namespace ledgerd
