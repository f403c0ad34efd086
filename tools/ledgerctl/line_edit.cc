#include "tools/ledgerctl/line_edit.h"

#include <algorithm>

namespace ledgerctl {
namespace {

constexpr std::size_t remembered_max = 500;

bool is_inside_letter(const std::string& text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U;
}

// Where the letter before or behind this place begins.
std::size_t letter_before(const std::string& text, std::size_t at) {
  do {
    if (at > 0) --at;
  } while (at > 0 && is_inside_letter(text, at));
  return at;
}
std::size_t letter_behind(const std::string& text, std::size_t at) {
  do {
    if (at < text.size()) ++at;
  } while (is_inside_letter(text, at));
  return at;
}

}  // namespace

void LineEdit::begin() { recall(remembered_.size()); }

void LineEdit::recall(std::size_t which) {
  recalled_ = std::min(which, remembered_.size());
  text_ = recalled_ < remembered_.size() ? remembered_[recalled_] : "";
  cursor_ = text_.size();
}

void LineEdit::remember() {
  if (text_.empty() || (!remembered_.empty() && remembered_.back() == text_)) return;
  if (remembered_.size() == remembered_max) remembered_.erase(remembered_.begin());
  remembered_.push_back(text_);
}

LineEdit::Outcome LineEdit::take(const Key& key) {
  switch (key.kind) {
    case Key::Kind::text:
      text_.insert(cursor_, key.text);
      cursor_ += key.text.size();
      break;
    case Key::Kind::backspace: {
      if (text_.empty()) return Outcome::left;
      const auto from = letter_before(text_, cursor_);
      text_.erase(from, cursor_ - from);
      cursor_ = from;
      break;
    }
    case Key::Kind::clear:
      recall(remembered_.size());
      break;
    case Key::Kind::left:
      cursor_ = letter_before(text_, cursor_);
      break;
    case Key::Kind::right:
      cursor_ = letter_behind(text_, cursor_);
      break;
    case Key::Kind::home:
      cursor_ = 0;
      break;
    case Key::Kind::end:
      cursor_ = text_.size();
      break;
    case Key::Kind::up:
      if (recalled_ > 0) recall(recalled_ - 1);
      break;
    case Key::Kind::down:
      recall(recalled_ + 1);
      break;
    case Key::Kind::enter:
      remember();
      return Outcome::done;
    case Key::Kind::escape:
    case Key::Kind::gone:
      return Outcome::left;
    case Key::Kind::page_up:
    case Key::Kind::page_down:
    case Key::Kind::resized:
    case Key::Kind::other:
      break;
  }
  return Outcome::typing;
}

}  // namespace ledgerctl
