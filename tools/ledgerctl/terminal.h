// The whole screen of a terminal, as rows of text. The one file behind this knows ncurses.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace ledgerctl {

// What a row is, for colours; without them what it begins with says the same.
enum class Ink { plain, bar, current, added, removed, changed, faint, wrong };

struct Key {
  enum class Kind {
    text,  // A letter, in UTF-8.
    enter,
    escape,
    backspace,
    clear,  // Ctrl-U
    up,
    down,
    left,
    right,
    page_up,
    page_down,
    home,
    end,
    resized,
    other,
    gone,  // The terminal is.
  } kind{};
  std::string text;
};

// Thread: one.
class Terminal {
 public:
  // Null: it cannot show a whole screen. Colours are left out where NO_COLOR says so.
  static std::unique_ptr<Terminal> open();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  int rows() const;
  int columns() const;
  // A row, from its first column; what is too wide is cut off, what cannot be shown is "?".
  void put(int row, std::string_view text, Ink ink);
  // Shows what was put; the cursor stands behind so many bytes of `text` in that row, or nowhere.
  void show();
  void show_with_cursor(int row, std::string_view text);
  Key read();

 private:
  struct Screen;
  explicit Terminal(std::unique_ptr<Screen> screen);
  std::unique_ptr<Screen> screen_;
};

}  // namespace ledgerctl
