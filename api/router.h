// Which handler answers a path. The table can be listed: tests walk every route with every role,
// and compare it with openapi.yaml.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http.h"
#include "api/permissions.h"
#include "ledger/limits.h"

namespace api {

struct RouteOptions {
  std::size_t body_bytes_max = ledger::limits::http_body_bytes_max;  // A larger body is a 413.
  enum class Body { in_memory, in_file } body = Body::in_memory;     // See Request::upload.
  // Whether a request runs on the thread of its connection, which spares two changes of threads:
  // only what waits for nothing and answers within microseconds. Empty: never, but in the
  // handlers' pool.
  std::function<bool(const Request&)> at_once = {};
};
inline bool always(const Request&) { return true; }

struct Route {
  std::string method;   // "GET" also answers HEAD.
  std::string pattern;  // "/v1/rule-updates/{update}:planRollback"
  Permission permission{};
  Handler handler;
  RouteOptions options{};
};

// A handler that answers at once.
Handler answering(std::function<Response(const Request&)> answer);

class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  // Segments are literal or "{name}", which takes one segment that is not empty; "{name...}", only
  // at the end, takes the rest. A ":verb" may follow the last segment unless that is "{name...}".
  // A literal wins over a name. A pattern that is malformed or given twice is a bug of ours.
  void add(Route route);
  const std::vector<std::unique_ptr<const Route>>& routes() const;

  struct Match {
    const Route* route = nullptr;  // Null: nothing answers this method at this path.
    std::map<std::string, std::string, std::less<>> parameters;  // Percent-decoded.
    std::vector<std::string> allowed;  // Methods of this path; empty: there is no such path.
  };
  // `path` as sent, without the query. A ':' that is part of a name is sent as %3A. Trailing and
  // doubled slashes are other paths. Thread: any, once all routes are added.
  Match match(std::string_view method, std::string_view path) const;

 private:
  struct Node;
  std::vector<std::unique_ptr<const Route>> routes_;
  std::unique_ptr<Node> root_;
};

// What "%41%2F" stands for; nothing when malformed or when it stands for a NUL.
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace api
