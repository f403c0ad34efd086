#include "api/access_log.h"

#include <spdlog/spdlog.h>

namespace api {

std::string loggable_path(const Request& request) {
  // As sent: what is percent-encoded cannot end a line of the log.
  std::string path = request.target.substr(0, request.target.find('?'));
  const auto token = path.find("ulg_");
  if (token != std::string::npos) path.replace(token, std::string::npos, "ulg_...");
  return path;
}

void log_answer(const Request& request, int status) {
  const auto level = status >= 500 ? spdlog::level::warn : spdlog::level::debug;
  if (!spdlog::should_log(level)) return;
  spdlog::log(level, "http {} {} {} request={} from={} actor={}", status, request.method,
              loggable_path(request), request.request_id, request.address,
              request.caller ? request.caller->actor.id : "-");
}

void log_failure(const Request& request, std::string_view what) {
  spdlog::error("http {} {} failed: {} request={}", request.method, loggable_path(request), what,
                request.request_id);
}

}  // namespace api
