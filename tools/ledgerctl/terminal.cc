#include "tools/ledgerctl/terminal.h"

// Its macros would rename what others mean by move, clear or timeout.
#define NCURSES_NOMACROS 1
#include <ncurses.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdlib>
#include <cwchar>
#include <string_view>

namespace ledgerctl {
namespace {

constexpr int escape_milliseconds = 25;
constexpr wint_t control_u = 21;

struct Wide {
  std::wstring text;
  int columns = 0;
};

// What of the text fits into so many columns.
Wide fitting(std::string_view text, int columns_max) {
  Wide wide;
  std::mbstate_t state{};
  while (!text.empty()) {
    wchar_t letter = L'?';
    std::size_t bytes = std::mbrtowc(&letter, text.data(), text.size(), &state);
    if (bytes == 0 || bytes > text.size()) {  // A NUL, or no letter of this locale.
      state = {};
      letter = L'?';
      bytes = 1;
    }
    int width = wcwidth(letter);
    if (width < 0) {  // A control character would move the cursor.
      letter = L'?';
      width = 1;
    }
    if (wide.columns + width > columns_max) break;
    wide.text += letter;
    wide.columns += width;
    text.remove_prefix(bytes);
  }
  return wide;
}

chtype attributes_of(Ink ink, bool has_colours) {
  const auto pair = [&](short number) -> chtype {
    return has_colours ? static_cast<chtype>(COLOR_PAIR(number)) : 0;
  };
  switch (ink) {
    case Ink::bar:
      return A_REVERSE;
    case Ink::current:
      return A_BOLD | pair(4);
    case Ink::added:
      return pair(1);
    case Ink::removed:
      return pair(2);
    case Ink::changed:
      return pair(3);
    case Ink::faint:
      return A_DIM;
    case Ink::wrong:
      return A_BOLD | pair(2);
    case Ink::plain:
      break;
  }
  return A_NORMAL;
}

Key::Kind kind_of(wint_t code) {
  switch (code) {
    case KEY_ENTER:
      return Key::Kind::enter;
    case KEY_BACKSPACE:
      return Key::Kind::backspace;
    case KEY_UP:
      return Key::Kind::up;
    case KEY_DOWN:
      return Key::Kind::down;
    case KEY_LEFT:
      return Key::Kind::left;
    case KEY_RIGHT:
      return Key::Kind::right;
    case KEY_PPAGE:
      return Key::Kind::page_up;
    case KEY_NPAGE:
      return Key::Kind::page_down;
    case KEY_HOME:
      return Key::Kind::home;
    case KEY_END:
      return Key::Kind::end;
    case KEY_RESIZE:
      return Key::Kind::resized;
    default:
      return Key::Kind::other;
  }
}

Key letter(wint_t code) {
  if (code == '\n' || code == '\r') return {Key::Kind::enter, {}};
  if (code == 27) return {Key::Kind::escape, {}};
  if (code == 8 || code == 127) return {Key::Kind::backspace, {}};
  if (code == control_u) return {Key::Kind::clear, {}};
  if (code < ' ') return {Key::Kind::other, {}};
  char bytes[16];
  std::mbstate_t state{};
  const std::size_t count = std::wcrtomb(bytes, static_cast<wchar_t>(code), &state);
  if (count > sizeof bytes) return {Key::Kind::other, {}};
  return {Key::Kind::text, std::string(bytes, count)};
}

}  // namespace

struct Terminal::Screen {
  SCREEN* handle = nullptr;
  bool has_colours = false;
};

Terminal::Terminal(std::unique_ptr<Screen> screen) : screen_(std::move(screen)) {}

std::unique_ptr<Terminal> Terminal::open() {
  const char* const kind = std::getenv("TERM");
  if (kind == nullptr || std::string_view(kind) == "dumb") return nullptr;
  std::setlocale(LC_CTYPE, "");
  auto screen = std::make_unique<Screen>();
  screen->handle = newterm(nullptr, stdout, stdin);
  if (screen->handle == nullptr) return nullptr;
  cbreak();
  noecho();
  nonl();
  keypad(stdscr, TRUE);
  set_escdelay(escape_milliseconds);
  const char* const no_colour = std::getenv("NO_COLOR");
  const bool is_unwanted = no_colour != nullptr && *no_colour != '\0';
  if (!is_unwanted && has_colors()) {
    start_color();
    use_default_colors();
    const short colours[] = {COLOR_GREEN, COLOR_RED, COLOR_YELLOW, COLOR_CYAN};
    for (short i = 0; i < 4; ++i) init_pair(static_cast<short>(i + 1), colours[i], -1);
    screen->has_colours = true;
  }
  return std::unique_ptr<Terminal>(new Terminal(std::move(screen)));
}

Terminal::~Terminal() {
  endwin();
  delscreen(screen_->handle);
}

int Terminal::rows() const { return getmaxy(stdscr); }
int Terminal::columns() const { return getmaxx(stdscr); }

void Terminal::put(int row, std::string_view text, Ink ink) {
  if (row < 0 || row >= rows()) return;
  Wide wide = fitting(text, columns());
  if (ink == Ink::bar) wide.text.append(static_cast<std::size_t>(columns() - wide.columns), L' ');
  move(row, 0);
  clrtoeol();
  const auto attributes = static_cast<int>(attributes_of(ink, screen_->has_colours));
  attron(attributes);
  addnwstr(wide.text.data(), static_cast<int>(wide.text.size()));
  attroff(attributes);
}

void Terminal::show() {
  curs_set(0);
  refresh();
}

void Terminal::show_with_cursor(int row, std::string_view text) {
  curs_set(1);
  move(row, std::min(fitting(text, columns()).columns, columns() - 1));
  refresh();
}

Key Terminal::read() {
  while (true) {
    wint_t code = 0;
    errno = 0;
    const int kind = get_wch(&code);
    if (kind == KEY_CODE_YES) return {kind_of(code), {}};
    if (kind != ERR) return letter(code);
    if (errno != EINTR) return {Key::Kind::gone, {}};
  }
}

}  // namespace ledgerctl
