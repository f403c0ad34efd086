#include <algorithm>
#include <string>
#include <vector>

#include "api/problem.h"
#include "api/problem_pages.h"

namespace api {
namespace {

std::vector<ProblemPage> in_order_of_codes() {
  std::vector<ProblemPage> all;
  for (const auto part :
       {problem_pages_of_http(), problem_pages_of_fleet(), problem_pages_of_rules(),
        problem_pages_of_record(), problem_pages_of_service(), problem_pages_of_trust(),
        problem_pages_of_machines()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  std::sort(all.begin(), all.end(),
            [](const ProblemPage& a, const ProblemPage& b) { return a.code < b.code; });
  return all;
}

bool wants_text(const Request& request) {
  const auto accept = request.header("accept").value_or("");
  return accept.find("text/plain") != std::string_view::npos ||
         accept.find("text/html") == std::string_view::npos;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

Response html(std::string_view title, const std::string& content) {
  Response response;
  response.content_type = "text/html; charset=utf-8";
  response.headers.emplace_back("Cache-Control", "public, max-age=3600");
  response.body = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" +
                  escaped(title) + "</title></head>\n<body><main>\n" + content +
                  "</main></body></html>\n";
  return response;
}

Response text(std::string content) {
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.headers.emplace_back("Cache-Control", "public, max-age=3600");
  response.body = std::move(content);
  return response;
}

}  // namespace

std::span<const ProblemPage> problem_pages() {
  static const std::vector<ProblemPage> pages = in_order_of_codes();
  return pages;
}

const ProblemPage* problem_page(std::string_view code) {
  const auto pages = problem_pages();
  const auto found = std::lower_bound(
      pages.begin(), pages.end(), code,
      [](const ProblemPage& page, std::string_view wanted) { return page.code < wanted; });
  if (found != pages.end() && found->code == code) return &*found;
  // What is wrong with a field of a recurrence is told with its name in front; that it is missing
  // or too much, on one page for all of them.
  constexpr std::string_view recurrence = "recurrence-";
  if (!code.starts_with(recurrence) || code.starts_with("recurrence-field-")) return nullptr;
  if (code.ends_with("-missing")) return problem_page("recurrence-field-missing");
  if (code.ends_with("-unused")) return problem_page("recurrence-field-unused");
  return problem_page(code.substr(recurrence.size()));
}

Response show_problem_page(const Request& request) {
  const auto code = request.parameters.find("code");
  const ProblemPage* page = code == request.parameters.end() ? nullptr : problem_page(code->second);
  if (page == nullptr) {
    return problem(request, Problem{404, "problem-unknown", "There is no such problem.", {}, {}});
  }
  if (wants_text(request)) {
    return text(std::string(page->title) + "\n" + std::string(page->code) + "\n\n" +
                std::string(page->advice) + "\n");
  }
  return html(page->title, "<h1>" + escaped(page->title) + "</h1>\n<p><code>" +
                               escaped(page->code) + "</code></p>\n<p>" + escaped(page->advice) +
                               "</p>\n<p><a href=\"/problems\">All problems</a></p>\n");
}

Response list_problem_pages(const Request& request) {
  if (wants_text(request)) {
    std::string lines;
    for (const auto& page : problem_pages()) {
      lines += std::string(page.code) + "  " + std::string(page.title) + "\n";
    }
    return text(std::move(lines));
  }
  std::string items = "<h1>Problems</h1>\n<ul>\n";
  for (const auto& page : problem_pages()) {
    items += "<li><a href=\"/problems/" + std::string(page.code) + "\"><code>" +
             std::string(page.code) + "</code></a> " + escaped(page.title) + "</li>\n";
  }
  return html("Problems", items + "</ul>\n");
}

}  // namespace api
