// The certificates of a listener, made at the first start: an authority of this ledger's own, whose
// fingerprint people compare once, and a server's certificate under it that is renewed in time.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "api/x509.h"
#include "ledger/domain/ids.h"
#include "ledger/result.h"

namespace api {

// Whether who connects shows a certificate. Judged: asked for, and whatever is shown passes the
// handshake and stands in the request, so that who has a wrong one can be told what is wrong.
enum class PeerCertificate { none, asked, required, judged };

struct TlsFiles {
  std::filesystem::path certificate;  // PEM, with the chain.
  std::filesystem::path key;          // PEM.
  // Of peers: whose authority signs them (PEM). One that does not hold ends the handshake, unless
  // it is judged later.
  PeerCertificate peers = PeerCertificate::none;
  std::filesystem::path peer_authority = {};
};

struct MadeCertificate {
  TlsFiles files;
  std::filesystem::path authority;    // What clients are to trust: ca.crt.
  std::string authority_fingerprint;  // SHA-256 of it: "AB:CD:...".
  bool made_authority = false;
  bool made_certificate = false;
  KeyAndCertificate authority_pair = {};  // That signs certificates of machines too.
};

// The files ca.crt, ca.key, server.crt and server.key of `directory`, the keys for their owner
// only. The certificate is for this machine's name, localhost, 127.0.0.1, ::1 and `names`; a new
// one is made when two thirds of its year are over or a name is missing in it. The authority lives
// ten years. Errors: invalid ("host-name-invalid"), corrupt ("tls-files-damaged"), io, unavailable.
ledger::Result<MadeCertificate> load_or_make_certificate(const std::filesystem::path& directory,
                                                         const std::vector<std::string>& names,
                                                         ledger::domain::Time now);

}  // namespace api
