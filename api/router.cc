#include "api/router.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "ledger/result.h"

namespace api {

struct Router::Node {
  // By method.
  using Leaf = std::map<std::string, const Route*, std::less<>>;

  std::map<std::string, Node, std::less<>> literal;
  std::unique_ptr<Node> named;
  std::map<std::string, Leaf, std::less<>> leaves;        // By verb; "" without one.
  std::map<std::string, const Route*, std::less<>> rest;  // Of a route that takes all that follows.
  bool has_rest() const { return !rest.empty(); }
};

namespace {

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  path.remove_prefix(1);
  for (;;) {
    const auto slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

struct Segment {
  std::string_view text;
  std::string_view verb;
};

Segment split_verb(std::string_view segment) {
  const auto colon = segment.rfind(':');
  if (colon == std::string_view::npos) return {segment, {}};
  return {segment.substr(0, colon), segment.substr(colon + 1)};
}

bool is_named(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool takes_rest(std::string_view segment) { return is_named(segment) && segment.ends_with("...}"); }

std::string_view name_in(std::string_view segment) {
  return segment.substr(1, segment.size() - (takes_rest(segment) ? 5 : 2));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

Handler answering(std::function<Response(const Request&)> answer) {
  return [answer = std::move(answer)](std::shared_ptr<const Request> request, Reply reply) {
    reply(answer(*request));
  };
}

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(Route route) {
  CHECK(route.pattern.starts_with('/'), "a pattern begins with a slash");
  CHECK(route.handler != nullptr, "a route has a handler");
  routes_.push_back(std::make_unique<const Route>(std::move(route)));
  const Route* added = routes_.back().get();
  Node* node = root_.get();
  auto segments = segments_of(added->pattern);
  const bool rest = takes_rest(segments.back());
  const auto last = rest ? Segment{segments.back(), {}} : split_verb(segments.back());
  segments.back() = last.text;
  if (rest) segments.pop_back();
  for (const auto segment : segments) {
    if (is_named(segment)) {
      if (node->named == nullptr) node->named = std::make_unique<Node>();
      node = node->named.get();
    } else {
      CHECK(segment.find_first_of("{}:%") == std::string_view::npos, "a literal is plain");
      node = &node->literal[std::string(segment)];
    }
  }
  auto& leaf = rest ? node->rest : node->leaves[std::string(last.verb)];
  CHECK(leaf.emplace(added->method, added).second, "a pattern is given once");
}

const std::vector<std::unique_ptr<const Route>>& Router::routes() const { return routes_; }

namespace {

// What the names of a pattern took; false when it cannot be decoded.
bool take_parameters(const Route& route, std::string_view path, Router::Match& match) {
  const auto names = segments_of(route.pattern);
  const auto values = segments_of(path);
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto name = names[i];
    std::string_view value = values[i];
    if (takes_rest(name)) {
      value = path.substr(static_cast<std::size_t>(value.data() - path.data()));
    } else if (i + 1 == names.size()) {
      const auto [text, verb] = split_verb(name);
      if (!verb.empty()) value = split_verb(value).text;
      name = text;
    }
    if (!is_named(name)) continue;
    auto decoded = percent_decoded(value);
    if (!decoded) return false;
    match.parameters.emplace(name_in(name), std::move(*decoded));
  }
  return true;
}

}  // namespace

Router::Match Router::match(std::string_view method, std::string_view path) const {
  using Leaf = Node::Leaf;
  if (!path.starts_with('/')) return {};
  const auto segments = segments_of(path);
  // Literal first, then named, then the rest; the first that reaches a leaf wins.
  struct Walk {
    const std::vector<std::string_view>& segments;

    const Leaf* from(const Node& node, std::size_t i) const {
      if (i == segments.size()) return nullptr;
      const bool last = i + 1 == segments.size();
      const auto [text, verb] = last ? split_verb(segments[i]) : Segment{segments[i], {}};
      const auto found = node.literal.find(text);
      if (found != node.literal.end()) {
        if (const Leaf* leaf = step(found->second, i, last, verb)) return leaf;
      }
      const bool nameable = !text.empty() && text.find(':') == std::string_view::npos;
      if (node.named != nullptr && nameable) {
        if (const Leaf* leaf = step(*node.named, i, last, verb)) return leaf;
      }
      return node.has_rest() && !segments[i].empty() ? &node.rest : nullptr;
    }

    const Leaf* step(const Node& node, std::size_t i, bool last, std::string_view verb) const {
      if (!last) return from(node, i + 1);
      const bool colon_without_verb = verb.empty() && segments[i].ends_with(':');
      const auto leaf = node.leaves.find(verb);
      return leaf == node.leaves.end() || colon_without_verb ? nullptr : &leaf->second;
    }
  };
  const Leaf* leaf = Walk{segments}.from(*root_, 0);
  Match match;
  if (leaf == nullptr) return match;
  if (!take_parameters(*leaf->begin()->second, path, match)) return {};
  for (const auto& [known, route] : *leaf) match.allowed.push_back(known);
  auto found = leaf->find(method);
  if (found == leaf->end() && method == "HEAD") found = leaf->find("GET");
  if (found == leaf->end()) return match;
  match.route = found->second;
  if (found == leaf->begin()) return match;
  match.parameters.clear();  // Another method of the same path may use other names.
  take_parameters(*match.route, path, match);
  return match;
}

}  // namespace api
