// The head of an answer as bytes, with what every answer carries: when, of which request, how long
// it may be kept, and that a browser must not make anything else of it.
#pragma once

#include <string>

#include "api/http.h"

namespace api {

enum class BodyFraming {
  length,     // Content-Length.
  chunked,    // In pieces.
  until_end,  // In pieces, until the connection ends; for peers of HTTP/1.0.
};

struct AnswerHead {
  BodyFraming framing = BodyFraming::length;
  bool keep_alive = true;
  bool tls = false;
  // Echoed when it is well formed.
  std::string_view request_id;
  std::string_view traceparent;
};

std::string answer_head(const Response& response, const AnswerHead& head);

std::string_view reason_phrase(int status);

// A name for a request that a log line can carry: 1..64 of [A-Za-z0-9._-].
bool is_request_id(std::string_view text);
std::string new_request_id();
// W3C trace context, version 00.
bool is_traceparent(std::string_view text);

}  // namespace api
