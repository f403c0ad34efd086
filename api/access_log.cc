#include "api/access_log.h"

#include <spdlog/spdlog.h>

namespace api {

void log_answer(const Request& request, int status) {
  const auto level = status >= 500 ? spdlog::level::warn : spdlog::level::debug;
  if (!spdlog::should_log(level)) return;
  spdlog::log(level, "http {} {} {} request={} from={} actor={}", status, request.method,
              request.path, request.request_id, request.address,
              request.caller ? request.caller->actor.id : "-");
}

void log_failure(const Request& request, std::string_view what) {
  spdlog::error("http {} {} failed: {} request={}", request.method, request.path, what,
                request.request_id);
}

}  // namespace api
