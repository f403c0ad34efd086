#include <array>

#include "api/problem_pages.h"

namespace api {
namespace {

constexpr auto pages_of_http = std::to_array<ProblemPage>({
    {"acknowledgement-unknown", "That is no way to acknowledge a write",
     "Ledger-Acknowledge is durable, sealed or witnessed; without it a write is answered when it "
     "is "
     "durable. Nothing was changed."},
    {"as-of-before-genesis", "The time asked for is before the first event",
     "Ask for the position 0 or a later one; GET /v1/ledger says when the ledger began."},
    {"as-of-in-future", "The position asked for does not exist yet",
     "Ask for a position up to Ledger-Head, or use min_position to wait for one that was just "
     "written."},
    {"as-of-on-write", "The past cannot be changed",
     "Leave as_of out of requests that change something."},
    {"body-invalid", "The body is not what this route takes",
     "\"errors\" names each thing that is wrong with its JSON pointer; /openapi.yaml shows what is "
     "taken. Nothing was changed."},
    {"body-too-large", "The body is too large",
     "Send at most 1 MiB; imports of rule updates take 64 MiB, those of bundles 4 GiB. Split what "
     "is "
     "larger."},
    {"body-too-slow", "The body did not come in time",
     "Send the whole body within half a minute. Check the connection and try again."},
    {"body-unexpected", "This method has no body", "Send GET and HEAD without a body."},
    {"content-type-unknown", "The body is of a type that this route does not take",
     "Send application/json, or what /openapi.yaml names for the route."},
    {"credential-expired", "The token has expired", "Ask an administrator for a new token."},
    {"credential-malformed", "The credential is not a token of this ledger",
     "Send the whole token: Authorization: Bearer ulg_..., 64 digits at its end."},
    {"credential-missing", "A token is needed",
     "Send Authorization: Bearer and a token. The first one is in the file admin-token of the data "
     "directory."},
    {"credential-unknown", "The token opens nothing",
     "It was never issued here, or it was revoked, its user disabled or its computer removed. Ask "
     "an administrator for a new one."},
    {"event-unknown", "There is no such event", "Positions run from 0 to Ledger-Head."},
    {"expectation-failed", "The server cannot do what Expect asks",
     "Only Expect: 100-continue is known."},
    {"file-shortened", "A file became shorter while it was sent",
     "Somebody changes files of the store in place: verify it, and fetch the file again."},
    {"header-repeated", "A header that may be given once was given twice",
     "Send each of Host, Authorization, Content-Type, Content-Length, Idempotency-Key and Expect "
     "once."},
    {"headers-too-large", "The headers are too large",
     "The request line and all headers have at most 16 KiB together."},
    {"host-missing", "The request does not say for which host it is", "Send a Host header."},
    {"http-version-unsupported", "This version of HTTP is not spoken here", "Use HTTP/1.1."},
    {"idempotency-key-invalid", "The Idempotency-Key cannot be used",
     "Send a UUID, 32 hexadecimal digits, or at most 64 characters of your own."},
    {"idempotency-key-reused", "The Idempotency-Key belongs to another request",
     "The same key with another body is refused, since the first answer would be wrong. Make a new "
     "key for a new request."},
    {"if-match-invalid", "If-Match is not an ETag of this ledger",
     "Send the ETag of the answer that you read before, with its quotes."},
    {"if-match-missing", "If-Match is required here",
     "Read the resource first and send its ETag in If-Match, so that nobody's change is lost."},
    {"internal", "Something in the ledger is broken",
     "It was logged; give the request id to whoever runs the ledger. Whether a write took effect "
     "is "
     "told by sending it again with the same Idempotency-Key."},
    {"method-not-allowed", "This method is not possible at this path",
     "The header Allow names those that are."},
    {"method-unsupported", "This method is not known here",
     "Use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS."},
    {"not-acceptable", "No form of the answer is one you accept",
     "Accept application/json, text/csv or application/x-ndjson."},
    {"not-your-computer", "A computer speaks only for itself",
     "The token belongs to another computer than the one in the path."},
    {"overloaded", "Too many requests wait already", "Try again after the seconds of Retry-After."},
    {"page-token-invalid", "The page token is not one of ours",
     "Begin the list again without page_token."},
    {"page-token-mismatch", "The page token belongs to another list",
     "Keep filter, as_of and all other parameters the same from page to page."},
    {"parameter-invalid", "A query parameter has a value that it cannot have",
     "The detail names the parameter and what it takes."},
    {"parameter-repeated", "A query parameter was given twice", "Give each parameter once."},
    {"parameter-unknown", "There is no such query parameter",
     "The detail names the nearest one; /openapi.yaml lists all."},
    {"permission-missing", "The token's role does not allow this",
     "Ask somebody whose role does, or an administrator for another role. The refusal was "
     "recorded."},
    {"problem-unknown", "There is no such problem", "GET /problems lists all."},
    {"range-outside", "The range begins beyond the end of the file",
     "Content-Range says how long the file is. Begin again without Range if it should be longer."},
    {"rate-limited", "Too many requests in a short time",
     "Wait for the seconds of Retry-After; RateLimit says how many may follow."},
    {"request-in-flight", "The same request is being worked on",
     "Wait a moment, then send it again with the same Idempotency-Key to get its answer."},
    {"request-malformed", "The request is not HTTP/1.1",
     "Check the client or what stands before it."},
    {"route-not-found", "Nothing is at this path",
     "/openapi.yaml lists every path. A trailing slash is another path."},
    {"target-malformed", "The target is not a path",
     "Percent-encode what is not a letter, a digit or one of -._~ in names and values."},
    {"token-in-url", "A token does not belong into a URL",
     "URLs are kept in logs and histories: revoke this token, and send the next one in the header "
     "Authorization."},
    {"too-many-headers", "The request has too many headers", "Send at most 100."},
    {"too-many-streams", "Too many streams are open",
     "Close some, or try again after the seconds of Retry-After."},
    {"too-many-uploads", "As many large bodies as are taken at once are on their way",
     "Send it again when one of them has been taken."},
    {"transfer-encoding-unsupported", "The body is encoded in a way that is not taken",
     "Send the body with Content-Length, or chunked."},
    {"version-stale", "Somebody changed it meanwhile",
     "Read it again, look at the change, and send yours with the new ETag."},
    {"views-behind", "The views have not caught up yet",
     "What was written is safe; ask again after the seconds of Retry-After."},
    {"writer-queue-full", "Too many commands wait already",
     "Nothing was changed. Try again after the seconds of Retry-After."},
    {"skip-not-pinned", "Rows are skipped only of a position that stays",
     "Read the first page, and give its \"position\" as as_of with skip; or go on by page_token."},
    {"service-stopping", "The ledger is being stopped",
     "Nothing was changed. Try again when it is back."},
});

}  // namespace

std::span<const ProblemPage> problem_pages_of_http() { return pages_of_http; }

}  // namespace api
