// Requests and answers as the routes see them, whatever carries them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/ids.h"

namespace api {

namespace domain = ledger::domain;

// Who asks, as far as a credential says.
struct Caller {
  domain::Actor actor;
  domain::Role role{};
  std::optional<domain::ComputerId> computer;  // It may speak only for this one.
  std::optional<domain::TokenId> enrolment;    // An enrolment token: it may enrol, nothing else.
};

// What a machine showed when its connection began.
struct ShownCertificate {
  std::string common_name;
  std::string serial;  // Lowercase hexadecimal digits.
  domain::Time not_after;
  std::string fault;  // Why it is none of our authority's; empty: it is one.
  bool expired = false;
};

class OpenFile;
class Upload;

struct Request {
  std::string method;                                          // "GET"
  std::string target;                                          // As sent: path and query.
  std::string path;                                            // Decoded; "/v1/policies/web".
  std::vector<std::pair<std::string, std::string>> query;      // Decoded, in order.
  std::map<std::string, std::string, std::less<>> headers;     // By name in lower case.
  std::map<std::string, std::string, std::less<>> parameters;  // Of the route's path, by name.
  std::string body;
  std::shared_ptr<const Upload> upload;  // Instead of body, where the route takes a file.
  std::string address;     // Of the peer: "127.0.0.1".
  std::string request_id;  // Also in the answer's X-Request-Id.
  std::optional<Caller> caller;
  std::shared_ptr<const ShownCertificate> certificate;  // Null: none was shown.

  // The only value of a query parameter; nothing when absent.
  std::optional<std::string_view> query_value(std::string_view name) const;
  std::optional<std::string_view> header(std::string_view lower_name) const;
};

// A body that comes in pieces, for tails and long exports.
class Source {
 public:
  virtual ~Source() = default;
  // The next piece; an empty one: nothing just now, ask again when woken; nothing: the end.
  // Thread: one at a time, of the handlers' pool.
  virtual std::optional<std::string> next() = 0;
};


// A part of a file, read as the peer takes it.
struct FileBody {
  std::shared_ptr<const OpenFile> file;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;  // Still to be sent.
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::unique_ptr<Source> source;  // Instead of body; sent chunked.
  std::optional<FileBody> file;    // Instead of body; sent with its length.
};

// Called once, from any thread, soon or later.
using Reply = std::function<void(Response)>;
using Handler = std::function<void(std::shared_ptr<const Request>, Reply)>;

}  // namespace api
