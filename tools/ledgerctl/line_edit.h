// A line that is typed, with a cursor and the lines before it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/ledgerctl/terminal.h"

namespace ledgerctl {

class LineEdit {
 public:
  enum class Outcome { typing, done, left };

  // A new, empty line.
  void begin();
  // `done`: the line is whole, and is remembered. `left`: it is given up.
  Outcome take(const Key& key);
  const std::string& text() const { return text_; }
  std::string before_cursor() const { return text_.substr(0, cursor_); }

 private:
  void recall(std::size_t which);
  void remember();

  std::string text_;
  std::size_t cursor_ = 0;               // Before which byte.
  std::vector<std::string> remembered_;  // Oldest first.
  std::size_t recalled_ = 0;             // Which of them is shown; their number: none.
};

}  // namespace ledgerctl
