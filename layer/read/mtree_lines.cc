// Joins continued lines and splits words, without a copy where nothing is continued or escaped.
#include "layer/read/mtree_lines.h"

#include <algorithm>
#include <string>

namespace layer {
namespace {

constexpr std::string_view kBlanks = " \t";

bool is_continued(std::string_view line) {
  const size_t last = line.find_last_not_of('\\');
  const size_t backslashes = line.size() - (last == std::string_view::npos ? 0 : last + 1);
  return backslashes % 2 == 1;
}

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

// The byte that an escape letter stands for; NUL for a letter that is none.
char byte_of_letter(char letter) {
  constexpr std::string_view kLetters = "abfnrstv\\";
  constexpr std::string_view kBytes = "\a\b\f\n\r \t\v\\";
  const size_t found = kLetters.find(letter);
  return found == std::string_view::npos ? '\0' : kBytes[found];
}

}  // namespace

bool MtreeLines::next() {
  while (lines_.next()) {
    std::string_view text = lines_.line();
    line_.number = lines_.number();
    line_.column = 1;
    if (is_continued(text)) {
      std::string joined(text.substr(0, text.size() - 1));
      while (lines_.next()) {
        joined += lines_.line();
        if (!is_continued(lines_.line())) break;
        joined.pop_back();
      }
      text = arena_.copy(joined);
      line_.column = 0;
    }
    const size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
    line_.text = text.substr(begin);
    line_.column = line_.column_at(begin);
    if (!line_.text.empty() && line_.text.front() != '#') return true;
  }
  return false;
}

bool MtreeWords::next() {
  const std::string_view text = line_.text;
  const size_t begin = text.find_first_not_of(kBlanks, offset_ + word_.size());
  if (begin == std::string_view::npos) return false;
  offset_ = begin;
  word_ = text.substr(begin, text.find_first_of(kBlanks, begin) - begin);
  return true;
}

std::string_view unescape_mtree(std::string_view text, StringArena& arena) {
  if (text.find('\\') == std::string_view::npos) return text;
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string_view next = text.substr(i + 1, 3);
    if (text[i] != '\\' || next.empty()) {
      plain += text[i];
    } else if (next.size() == 3 && std::ranges::all_of(next, is_octal) && next[0] <= '3') {
      plain += static_cast<char>((next[0] - '0') * 64 + (next[1] - '0') * 8 + (next[2] - '0'));
      i += 3;
    } else if (const char byte = byte_of_letter(next[0]); byte != '\0') {
      plain += byte;
      ++i;
    } else {
      plain += '\\';
    }
  }
  return arena.copy(plain);
}

}  // namespace layer
