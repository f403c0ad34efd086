// A value that is JSON already, as a field of a struct: it is shown as it stands.
#pragma once

#include <string>

namespace projections {

struct JsonText {
  std::string text = "null";
  bool operator==(const JsonText&) const = default;
};

// Found by ledger/codec/json_out.h.
inline void write_json(std::string& out, const JsonText& json) { out += json.text; }

}  // namespace projections
