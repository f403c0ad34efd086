// The site's command after a change, such as `clamdscan --reload`: run without a shell, for so long
// at most, and so much of what it says is kept.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace ledger::updates::agent {

struct HookResult {
  std::int32_t exit_status = 0;  // 124: it took too long; 128 and more: ended by that signal.
  std::string said;              // Its last words on stdout and stderr.
  bool stopped = false;          // Ended by the command's stop, not by itself or its time.
};

inline constexpr std::size_t hook_said_bytes_max = 1'000;
// Between SIGTERM and SIGKILL for one that is to end.
inline constexpr std::chrono::milliseconds hook_farewell{500};

struct HookCommand {
  std::vector<std::string> words;                                // The program and its arguments.
  std::vector<std::pair<std::string, std::string>> environment;  // Added to ours.
  std::chrono::milliseconds timeout{60'000};
  std::stop_token stop = {};  // Ends it from another thread.
};

// Waits for it to end; whatever it started ends with it. Thread: any.
HookResult run_hook(const HookCommand& command);

// Words between spaces; within '...' or "..." a space is one of the word. Nothing is expanded.
std::vector<std::string> command_words(const std::string& text);

}  // namespace ledger::updates::agent
