// Which program folds: worlds that another one has saved are not believed.
#pragma once

#include <string_view>

namespace ledger::codec {

// SHA-256, in hexadecimal digits, of the source that the fold of a log depends on: a program of
// other source may make another world of the same events, or write it in another way.
std::string_view fold_digest();

}  // namespace ledger::codec
