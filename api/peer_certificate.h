// What a peer showed in the handshake of TLS.
#pragma once

#include <memory>

#include "api/http.h"

struct ssl_st;

namespace api {

// Null: nothing, or nobody asked for it.
std::shared_ptr<const ShownCertificate> seen_certificate(ssl_st* ssl);

}  // namespace api
