#include "api/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace api {

RateLimit::Grant RateLimit::take(const std::string& name) {
  const double full = options_.per_second;
  const std::int64_t now = clock_.steady().micros;
  const std::lock_guard lock(mutex_);
  if (buckets_.size() >= options_.names_max) buckets_.clear();
  const auto [found, fresh] = buckets_.try_emplace(name);
  Bucket& bucket = found->second;
  if (fresh) bucket = Bucket{full, now};
  const double passed = static_cast<double>(now - bucket.filled_at) / 1e6;
  bucket.tokens = std::min(full, bucket.tokens + passed * full);
  bucket.filled_at = now;
  Grant grant;
  grant.allowed = bucket.tokens >= 1;
  if (grant.allowed) bucket.tokens -= 1;
  grant.remaining = static_cast<std::uint32_t>(bucket.tokens);
  grant.reset_seconds = static_cast<std::uint32_t>(std::ceil((full - bucket.tokens) / full));
  return grant;
}

}  // namespace api
