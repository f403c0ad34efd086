#include "ledger/codec/json_out.h"

#include <charconv>

#include "ledger/codec/utf8.h"

namespace ledger::codec {
namespace {

template <class Number>
void write_number(std::string& out, Number value) {
  char digits[24];
  const auto written = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, written.ptr);
}

void write_escaped(std::string& out, char c) {
  static constexpr char hex_digits[] = "0123456789abcdef";
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\t') {
    out += "\\t";
  } else {
    out += "\\u00";
    out += hex_digits[static_cast<unsigned char>(c) >> 4];
    out += hex_digits[static_cast<unsigned char>(c) & 15];
  }
}

// Texts that consist of plain characters only.
void write_plain(std::string& out, std::string_view text) {
  out += '"';
  out += text;
  out += '"';
}

}  // namespace

void write_json(std::string& out, std::string_view text) {
  out += '"';
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t begin = at;
    while (at < text.size() && is_plain_in_json(text[at])) ++at;
    out.append(text, begin, at - begin);
    if (at == text.size()) break;
    const std::size_t length = utf8_length(text, at);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      ++at;
    } else if (length == 1) {
      write_escaped(out, text[at++]);
    } else {
      out.append(text, at, length);
      at += length;
    }
  }
  out += '"';
}

void write_json(std::string& out, bool value) { out += value ? "true" : "false"; }
void write_json(std::string& out, std::int64_t value) { write_number(out, value); }
void write_json(std::string& out, std::uint64_t value) { write_number(out, value); }
void write_json(std::string& out, domain::Position position) { write_number(out, position.value); }
void write_json(std::string& out, domain::Time time) { write_plain(out, domain::rfc3339(time)); }
void write_json(std::string& out, domain::Duration duration) {
  write_plain(out, domain::iso8601(duration));
}
void write_json(std::string& out, const domain::Digest& digest) {
  write_plain(out, domain::hex(digest));
}
void write_json(std::string& out, const domain::CommandId& id) {
  write_plain(out, domain::hex(id));
}
void write_json(std::string& out, domain::RuleId id) { write_number(out, id.value); }
void write_json(std::string& out, domain::RuleUpdateId id) { write_plain(out, domain::text(id)); }

}  // namespace ledger::codec
