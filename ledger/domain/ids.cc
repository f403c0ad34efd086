#include "ledger/domain/ids.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <span>

namespace ledger::domain {
namespace {

constexpr std::int64_t second_micros = 1'000'000;
constexpr std::int64_t minute_micros = 60 * second_micros;
constexpr std::int64_t hour_micros = 60 * minute_micros;
constexpr std::int64_t day_micros = 24 * hour_micros;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string hex_of(std::span<const std::uint8_t> bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out(bytes.size() * 2, '0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out[2 * i] = digits[bytes[i] >> 4];
    out[2 * i + 1] = digits[bytes[i] & 15];
  }
  return out;
}

int nibble(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Writes `value`, which must fit, as `width` digits.
void put(char* at, int width, std::int64_t value) {
  for (int i = width - 1; i >= 0; --i) {
    at[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

// Reads a text from the left; after the first thing that is not as asked, `ok` stays false.
struct Reader {
  std::string_view rest;
  bool ok = true;

  bool at_digit() const { return !rest.empty() && is_digit(rest.front()); }

  // Exactly `width` digits.
  std::int64_t digits(std::size_t width, std::int64_t least, std::int64_t most) {
    std::int64_t value = 0;
    if (rest.size() < width) ok = false;
    for (std::size_t i = 0; ok && i < width; ++i) {
      if (!is_digit(rest[i])) ok = false;
      value = value * 10 + (rest[i] - '0');
    }
    if (value < least || value > most) ok = false;
    if (ok) rest.remove_prefix(width);
    return ok ? value : least;
  }

  // One of the characters of `any`.
  char one_of(std::string_view any) {
    if (rest.empty() || any.find(rest.front()) == std::string_view::npos) {
      ok = false;
      return '\0';
    }
    const char c = rest.front();
    rest.remove_prefix(1);
    return c;
  }

  bool take(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }

  // The digits after a point, as microseconds; what is finer is cut off.
  std::int64_t fraction_micros() {
    if (!at_digit()) ok = false;
    std::int64_t micros = 0;
    for (std::int64_t scale = 100'000; at_digit(); scale /= 10) {
      micros += (rest.front() - '0') * scale;
      rest.remove_prefix(1);
    }
    return micros;
  }
};

std::optional<std::int64_t> days_since_1970(std::int64_t year, std::int64_t month,
                                            std::int64_t day) {
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date}.time_since_epoch().count();
}

}  // namespace

std::string hex(const Digest& digest) { return hex_of(digest.bytes); }
std::string hex(const CommandId& id) { return hex_of(id.bytes); }

std::optional<Digest> digest_from_hex(std::string_view text) {
  Digest digest;
  if (text.size() != 2 * digest.bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
    const int high = nibble(text[2 * i]);
    const int low = nibble(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return digest;
}

bool is_name(std::string_view text) {
  const auto is_start = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); };
  const auto is_inner = [&](char c) { return is_start(c) || c == '.' || c == '_' || c == '-'; };
  return !text.empty() && text.size() <= 63 && is_start(text.front()) &&
         std::all_of(text.begin(), text.end(), is_inner);
}

std::string text(RuleUpdateId id) {
  std::string out = "00-000";
  put(out.data(), 2, id.year);
  put(out.data() + 3, 3, id.number);
  return out;
}

std::optional<RuleUpdateId> rule_update_id_from(std::string_view text) {
  Reader reader{text};
  const auto year = reader.digits(2, 0, 99);
  reader.one_of("-");
  const auto number = reader.digits(3, 1, 999);
  if (!reader.ok || !reader.rest.empty()) return std::nullopt;
  return RuleUpdateId{static_cast<std::uint32_t>(year), static_cast<std::uint32_t>(number)};
}

std::string rfc3339(Time time) {
  // RFC 3339 ends with the year 9999; what lies outside is shown as its first or last moment.
  constexpr std::int64_t first = -62'167'219'200 * second_micros;     // 0000-01-01
  constexpr std::int64_t last = 253'402'300'800 * second_micros - 1;  // 9999-12-31
  const auto micros = std::clamp(time.micros, first, last);
  const auto days = micros >= 0 ? micros / day_micros : (micros + 1) / day_micros - 1;
  const auto in_day = micros - days * day_micros;
  const std::chrono::year_month_day date{
      std::chrono::sys_days{std::chrono::days{static_cast<int>(days)}}};
  std::string out = "0000-00-00T00:00:00.000Z";
  put(&out[0], 4, static_cast<int>(date.year()));
  put(&out[5], 2, static_cast<unsigned>(date.month()));
  put(&out[8], 2, static_cast<unsigned>(date.day()));
  put(&out[11], 2, in_day / hour_micros);
  put(&out[14], 2, in_day / minute_micros % 60);
  put(&out[17], 2, in_day / second_micros % 60);
  put(&out[20], 3, in_day / 1000 % 1000);
  return out;
}

std::optional<Time> time_from_rfc3339(std::string_view text) {
  Reader reader{text};
  const auto year = reader.digits(4, 0, 9999);
  reader.one_of("-");
  const auto month = reader.digits(2, 1, 12);
  reader.one_of("-");
  const auto day = reader.digits(2, 1, 31);
  reader.one_of("Tt");
  const auto hour = reader.digits(2, 0, 23);
  reader.one_of(":");
  const auto minute = reader.digits(2, 0, 59);
  reader.one_of(":");
  const auto second = reader.digits(2, 0, 60);
  const auto fraction = reader.take('.') ? reader.fraction_micros() : 0;
  const char sign = reader.one_of("Zz+-");
  std::int64_t offset = 0;
  if (sign == '+' || sign == '-') {
    const auto offset_hours = reader.digits(2, 0, 23);
    reader.one_of(":");
    const auto offset_minutes = reader.digits(2, 0, 59);
    offset = (sign == '+' ? 1 : -1) * (offset_hours * hour_micros + offset_minutes * minute_micros);
  }
  if (!reader.ok || !reader.rest.empty()) return std::nullopt;
  const auto days = days_since_1970(year, month, day);
  if (!days) return std::nullopt;
  const auto to_minute = *days * day_micros + hour * hour_micros + minute * minute_micros - offset;
  // A leap second comes at the end of a UTC day only, and is counted as the second after it.
  const bool last_minute = (to_minute + minute_micros) % day_micros == 0;
  if (second == 60 && !last_minute) return std::nullopt;
  return Time{to_minute + second * second_micros + fraction};
}

std::string iso8601(Duration duration) {
  if (duration.micros == 0) return "PT0S";
  // In unsigned numbers, where the most negative duration has a magnitude too.
  const auto bits = static_cast<std::uint64_t>(duration.micros);
  std::uint64_t rest = duration.micros < 0 ? 0 - bits : bits;
  std::string out = duration.micros < 0 ? "-P" : "P";
  const auto part = [&](std::int64_t unit, char letter) {
    const auto count = rest / static_cast<std::uint64_t>(unit);
    rest %= static_cast<std::uint64_t>(unit);
    if (count > 0) out += std::to_string(count) + letter;
  };
  part(day_micros, 'D');
  if (rest == 0) return out;
  out += 'T';
  part(hour_micros, 'H');
  part(minute_micros, 'M');
  if (rest == 0) return out;
  out += std::to_string(rest / second_micros);
  if (rest % second_micros != 0) {
    std::string fraction = ".000000";
    put(&fraction[1], 6, static_cast<std::int64_t>(rest % second_micros));
    out += fraction.substr(0, fraction.find_last_not_of('0') + 1);
  }
  return out + 'S';
}

std::optional<Duration> duration_from_iso8601(std::string_view text) {
  Reader reader{text};
  const bool negative = reader.take('-');
  reader.one_of("P");
  if (!reader.ok || reader.rest.empty()) return std::nullopt;
  struct Part {
    char letter;
    std::int64_t micros;
    bool in_time;
  };
  static constexpr Part parts[] = {{'D', day_micros, false},
                                   {'H', hour_micros, true},
                                   {'M', minute_micros, true},
                                   {'S', second_micros, true}};
  // Counted downwards, because the most negative duration has no positive twin.
  std::int64_t total = 0;
  bool in_time = false;
  std::size_t next = 0;  // Parts come in this order, each at most once.
  while (!reader.rest.empty()) {
    if (!in_time && reader.take('T')) in_time = true;
    std::int64_t count = 0;
    const auto* begin = reader.rest.data();
    const auto* end = begin + reader.rest.size();
    if (!reader.at_digit()) return std::nullopt;
    const auto [stop, problem] = std::from_chars(begin, end, count);
    if (problem != std::errc{}) return std::nullopt;
    reader.rest.remove_prefix(static_cast<std::size_t>(stop - begin));
    const bool has_fraction = reader.take('.');
    const auto fraction = has_fraction ? reader.fraction_micros() : 0;
    const char letter = reader.one_of("DHMS");
    if (!reader.ok || (has_fraction && letter != 'S')) return std::nullopt;
    while (next < 4 && (parts[next].letter != letter || parts[next].in_time != in_time)) ++next;
    if (next == 4) return std::nullopt;
    std::int64_t micros = 0;
    if (__builtin_mul_overflow(count, -parts[next].micros, &micros) ||
        __builtin_sub_overflow(micros, fraction, &micros) ||
        __builtin_add_overflow(total, micros, &total)) {
      return std::nullopt;
    }
    ++next;
  }
  if (negative) return Duration{total};
  if (total == std::numeric_limits<std::int64_t>::min()) return std::nullopt;
  return Duration{-total};
}

}  // namespace ledger::domain
