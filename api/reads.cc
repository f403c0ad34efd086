#include "api/reads.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "ledger/digest.h"
#include "ledger/limits.h"
#include "ledger/merkle/base64.h"
#include "projections/as_of.h"

namespace api {

using domain::Position;

namespace {

// How long a read waits for the views to be as far as the log was when it came. They follow within
// milliseconds, so that whoever has just written sees it.
constexpr std::chrono::milliseconds newest_wait{250};

constexpr std::size_t token_digest_bytes = 8;

// Over all that a page's rows depend on, but where it begins.
std::string arguments_digest(const Request& request) {
  ledger::Sha256 hash;
  hash.update(request.path);
  for (const auto& [name, value] : request.query) {
    if (name == "page_token" || name == "page_size" || name == "min_position" || name == "skip") {
      continue;
    }
    hash.update(std::string_view("\0", 1));
    hash.update(name);
    hash.update("=");
    hash.update(value);
  }
  const auto digest = hash.finish();
  return std::string(bytes_of(digest).substr(0, token_digest_bytes));
}

std::string number_bytes(std::uint64_t number) {
  std::string bytes(8, '\0');
  for (std::size_t i = 8; i-- > 0; number >>= 8) bytes[i] = static_cast<char>(number & 0xff);
  return bytes;
}

std::uint64_t number_from_bytes(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

// Base 64 with the letters that URLs leave alone, and without padding.
std::string url_text(std::string_view bytes) {
  std::string text = ledger::merkle::base64(bytes);
  while (!text.empty() && text.back() == '=') text.pop_back();
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::optional<std::string> from_url_text(std::string_view text) {
  std::string padded(text);
  std::replace(padded.begin(), padded.end(), '-', '+');
  std::replace(padded.begin(), padded.end(), '_', '/');
  while (padded.size() % 4 != 0) padded += '=';
  return ledger::merkle::base64_decoded(padded);
}

struct Token {
  Position at;
  std::string after;
};

Answered<std::optional<Token>> token_of(const Request& request) {
  const auto text = request.query_value("page_token");
  if (!text || text->empty()) return std::optional<Token>();
  const auto bytes = from_url_text(*text);
  if (!bytes || bytes->size() < 8 + token_digest_bytes) {
    return refused("page-token-invalid", "The page token is none of ours; ask for the first page.");
  }
  const std::string_view all(*bytes);
  if (all.substr(8, token_digest_bytes) != arguments_digest(request)) {
    return refused("page-token-mismatch",
                   "The page token belongs to a question with other arguments; give the same ones "
                   "or ask for the first page.");
  }
  return std::optional<Token>(Token{Position{number_from_bytes(all.substr(0, 8))},
                                    std::string(all.substr(8 + token_digest_bytes))});
}

Refusal views_behind(Position wanted, Position size) {
  Refusal refusal(ledger::Error{
      ledger::ErrorKind::unavailable, "views-behind",
      "Position " + std::to_string(wanted.value) + " is not visible yet; the views have " +
          std::to_string(size.value) + " events. Ask again in a moment."});
  return refusal;
}

Answered<void> wait_for(const Services& services, Position at, std::chrono::milliseconds at_most) {
  if (at.value < services.projector.size().value) return {};
  if (services.projector.wait_for(at, at_most)) return {};
  return refused(views_behind(at, services.projector.size()));
}

Answered<Position> visible(const Services& services) {
  const auto size = services.projector.size();
  if (size.value == 0) return refused(views_behind(Position{0}, size));
  return Position{size.value - 1};
}

// The newest position, once it is visible or has been waited for.
Answered<Position> newest(const Services& services) {
  const auto head = services.log.head().size;
  if (head.value > 0) services.projector.wait_for(Position{head.value - 1}, newest_wait);
  return visible(services);
}

Answered<Position> resolved(const Request& request, const Services& services) {
  const auto as_of = request.query_value("as_of");
  if (!as_of) return newest(services);
  if (const auto current = newest(services); !current) return refused(current.error());
  return moment(services, *as_of);
}

std::string etag_of(const Reading& reading, const Response& response,
                    std::optional<std::uint64_t> version) {
  if (reading.is_pinned) {
    const auto digest = hex(ledger::sha256(response.content_type + '\n' + response.body));
    return "\"p" + std::to_string(reading.at.value) + "-" + digest.substr(0, 16) + "\"";
  }
  return version ? "\"" + version_tag(*version) + "\"" : std::string();
}

}  // namespace

std::string version_tag(std::uint64_t version) { return "v" + std::to_string(version); }

QueryNames read_parameters(const QueryNames& more) {
  QueryNames names = {"as_of", "min_position"};
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

QueryNames list_parameters(const QueryNames& more) {
  QueryNames names = {"page_size", "page_token", "skip", "fields", "order_by", "count"};
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

Answered<Position> moment(const Services& services, std::string_view text) {
  const auto at =
      projections::resolve_as_of(text, services.clock.now(), services.log, services.views);
  if (!at) return refused(at.error());
  return *at;
}

Answered<Reading> open_reading(const Request& request, const Services& services) {
  const auto least = number_parameter(request, "min_position");
  if (!least) return refused(least.error());
  if (*least) {
    const auto waited =
        wait_for(services, Position{**least}, ledger::limits::http_min_position_wait);
    if (!waited) return refused(waited.error());
  }
  auto token = token_of(request);
  if (!token) return refused(token.error());
  const auto as_of = request.query_value("as_of");
  const bool pinned = as_of && number_from(*as_of);
  auto at = *token ? Answered<Position>((*token)->at) : resolved(request, services);
  if (!at) return refused(at.error());
  const auto shown = wait_for(services, *at, *token ? std::chrono::milliseconds(0) : newest_wait);
  if (!shown) return refused(shown.error());
  return Reading{request, services,
                 *at,     services.views.as_of(*at),
                 pinned,  *token ? std::move((*token)->after) : std::string()};
}

Answered<Reading> open_newest(const Request& request, const Services& services) {
  const auto at = newest(services);
  if (!at) return refused(at.error());
  return Reading{request, services, *at, services.views.as_of(*at), false, {}};
}

Answered<Reading> open_visible(const Request& request, const Services& services) {
  const auto at = visible(services);
  if (!at) return refused(at.error());
  return Reading{request, services, *at, services.views.as_of(*at), false, {}};
}

Answered<std::size_t> page_size(const Request& request) {
  const auto asked = number_parameter(request, "page_size");
  if (!asked) return refused(asked.error());
  return std::clamp<std::size_t>(asked->value_or(ledger::limits::http_page_rows), 1,
                                 ledger::limits::http_page_rows_max);
}

std::string page_token(const Reading& reading, std::string_view after) {
  std::string bytes = number_bytes(reading.at.value) + arguments_digest(reading.request);
  bytes += after;
  return url_text(bytes);
}

Response finished(const Reading& reading, Response response, std::optional<std::uint64_t> version) {
  const auto& log = reading.services.log;
  const auto head = log.head();
  auto& headers = response.headers;
  headers.emplace_back("Ledger-Position", std::to_string(reading.at.value));
  auto moment = reading.services.kept->moment.at(log, reading.at);
  if (moment) headers.emplace_back("Ledger-As-Of-Time", *std::move(moment));
  headers.emplace_back("Ledger-Head", std::to_string(head.size.value - 1));
  const Position size{reading.at.value + 1};
  const auto root =
      size == head.size ? ledger::Result<domain::Digest>(head.root) : log.root_at(size);
  if (root) headers.emplace_back("Ledger-Root", hex(*root));
  const auto etag = etag_of(reading, response, version);
  headers.emplace_back("Cache-Control",
                       reading.is_pinned ? "private, max-age=31536000, immutable" : "no-cache");
  if (etag.empty()) return response;
  headers.emplace_back("ETag", etag);
  const auto known = reading.request.header("if-none-match");
  if (response.status == 200 && known && *known == etag) {
    response.status = 304;
    response.body.clear();
  }
  return response;
}

}  // namespace api
