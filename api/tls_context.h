// What a listener needs to speak TLS.
#pragma once

#include <memory>

#include "api/tls.h"
#include "ledger/result.h"

namespace boost::asio::ssl {
class context;
}

namespace api {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

// TLS 1.2 and newer, no renegotiation; for peers with certificates, who are our own, 1.3. Errors:
// io ("tls-files-unusable").
ledger::Result<TlsContext> server_tls(const TlsFiles& files);

}  // namespace api
