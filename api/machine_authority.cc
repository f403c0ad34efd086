#include "api/machine_authority.h"

#include <array>
#include <charconv>
#include <span>

namespace api {

namespace domain = ledger::domain;

namespace {

constexpr std::size_t serial_digits = 32;
constexpr std::size_t size_digits_begin = 2;
constexpr std::size_t size_digits_end = 16;
constexpr std::string_view serial_mark = "40";  // Positive, and of one length.

std::string hex_digits(std::uint64_t number, std::size_t count) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(count, '0');
  for (std::size_t i = count; i-- > 0; number >>= 4) text[i] = digits[number & 15];
  return text;
}

}  // namespace

std::string make_serial(domain::Position size, ledger::Entropy& entropy) {
  std::array<std::uint8_t, 8> random{};
  entropy.fill(random);
  std::uint64_t number = 0;
  for (const auto byte : random) number = number << 8 | byte;
  return std::string(serial_mark) + hex_digits(size.value, size_digits_end - size_digits_begin) +
         hex_digits(number, serial_digits - size_digits_end);
}

std::optional<domain::Position> size_in_serial(const std::string& serial) {
  if (serial.size() != serial_digits || !serial.starts_with(serial_mark)) return std::nullopt;
  std::uint64_t size = 0;
  const char* const end = serial.data() + size_digits_end;
  const auto read = std::from_chars(serial.data() + size_digits_begin, end, size, 16);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return domain::Position{size};
}

std::optional<std::string> host_of_url(const std::string& url) {
  constexpr std::string_view scheme = "https://";
  if (!url.starts_with(scheme)) return std::nullopt;
  std::string rest = url.substr(scheme.size(), url.find('/', scheme.size()) - scheme.size());
  std::string host;
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string::npos) return std::nullopt;
    host = rest.substr(1, end - 1);
  } else {
    host = rest.substr(0, rest.find(':'));
  }
  if (!is_host_name(host)) return std::nullopt;
  return host;
}

ledger::Result<std::string> MachineAuthority::sign(const std::string& request,
                                                   const Wanted& wanted) const {
  RequestedCertificate facts;
  facts.common_name = wanted.computer.value;
  facts.serial = wanted.serial;
  facts.not_before = wanted.expires_at - machine_certificate_life;
  facts.not_after = wanted.expires_at;
  if (!wanted.relay_url.empty()) {
    const auto host = host_of_url(wanted.relay_url);
    if (!host) {
      return ledger::fail(ledger::ErrorKind::invalid, "relay-url-invalid",
                          "A relay is reached at https://host:port, with a host name or address.");
    }
    facts.names.insert(*host);
  }
  return sign_request(request, facts, authority_);
}

}  // namespace api
