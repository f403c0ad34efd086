// Which paths a delegated role speaks for, and names that are safe in URLs and file names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "updates/tuf/metadata.h"

namespace ledger::updates::tuf {

// A pattern of a shell: `*` and `?` stand for anything but a slash, `[a-c]` and `[!x]` for one
// character. Takes time linear in both for one `*` between slashes, and never more than their
// product.
bool matches(std::string_view pattern, std::string_view path);

bool speaks_for(const DelegatedRole& role, std::string_view path);
// The one role of these that speaks for the path.
std::string name_for(const SuccinctRoles& roles, std::string_view path);

// Everything but letters, digits and -._~ as %XX; a slash stays where it is asked to.
enum class Slash { encoded, kept };
std::string percent_encoded(std::string_view text, Slash slash);

// Nothing: no such text, or one with a NUL, which no path has.
std::optional<std::string> percent_decoded(std::string_view text);

// "rules/25-031.json" as "rules/<hash>.25-031.json".
std::string with_hash(std::string_view path, std::string_view hash);

}  // namespace ledger::updates::tuf
