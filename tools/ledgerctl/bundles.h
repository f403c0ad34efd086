// Bundles: what a source has, in one file for a place that no network reaches.
#pragma once

#include <string>

#include "tools/ledgerctl/session.h"

namespace ledgerctl {

struct BundleWish {
  std::string source;
  std::string file;   // Where it is written.
  std::string since;  // A bundle whose content is left out; empty: none.
};
struct BundleBrought {
  std::string file;
  std::string source;  // Empty: the one that the bundle names.
};
// Sends it to the server, which verifies and takes it, and says what came of that.
Exit import_update_bundle(const Session& session, const BundleBrought& brought);

// Takes the repository from the server, verifies it, writes the bundle and has that recorded.
Exit create_update_bundle(const Session& session, const BundleWish& wish);

}  // namespace ledgerctl
