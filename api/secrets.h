// Secrets of tokens. They are made from the seed of the data directory and the request's key, so
// that a request which is repeated because its answer was lost is answered the same again, and
// nothing of a secret is ever kept.
#pragma once

#include <string>
#include <string_view>

#include "api/auth.h"
#include "api/services.h"

namespace api {

// The token named `name` that the command `id` asks for.
NewToken token_for(const Services& services, const domain::CommandId& id,
                   const domain::TokenId& name);

// A name for a token, or a thing, that nobody named: "agent-1f0c...".
std::string name_for(const Services& services, const domain::CommandId& id,
                     std::string_view prefix);

}  // namespace api
