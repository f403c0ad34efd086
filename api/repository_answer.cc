#include "api/repository_answer.h"

#include <string_view>

#include "api/file_answer.h"
#include "api/problem.h"
#include "updates/served_file.h"

namespace api {
namespace {

constexpr std::size_t digest_digits = 64;

// The path behind "/repository/<source>/" as it was sent.
std::string path_in(const Request& request) {
  std::string_view target = request.target;
  target = target.substr(0, target.find('?'));
  for (int slashes = 0; slashes < 3; ++slashes) target.remove_prefix(target.find('/') + 1);
  return std::string(target);
}

// A file that is named by its digest has the same tag wherever it is served, so that a download
// goes on at another relay.
std::string tag_of(std::string_view path) {
  auto name = path.substr(path.rfind('/') + 1);
  const auto digest = ledger::domain::digest_from_hex(name.substr(0, digest_digits));
  const bool is_named_by_it = name.size() > digest_digits && name[digest_digits] == '.' && digest;
  return is_named_by_it ? "\"" + hex(*digest) + "\"" : std::string();
}

}  // namespace

Response repository_answer(const Request& request, const FindFile& find) {
  const domain::SourceId source{request.parameters.at("source")};
  const std::string path = path_in(request);
  using ledger::updates::Belief;
  const bool is_doubted = request.header("cache-control") == "no-cache";
  const auto found = find(source, path, is_doubted ? Belief::doubted : Belief::kept);
  if (!found) return problem(request, found.error());
  FileTraits traits;
  traits.immutable = found->immutable;
  if (path.ends_with(".json")) traits.content_type = "application/json";
  if (found->immutable) traits.entity_tag = tag_of(path);
  return file_answer(request, found->file, traits);
}

}  // namespace api
