// How wide output is, and texts that are cut to a width.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace cmd {

// The width of the terminal on stdout, at least 60; 100 if it is none. With --verbose there is no
// limit.
size_t report_width();

// The width of the terminal on stdout or stderr; 0 if there is none, or if --verbose is given.
size_t terminal_width(std::FILE* out);

// A row for `out`: cut to the width of a terminal, else whole.
std::string fit(std::FILE* out, std::string_view row);

// Lines of which each is broken at spaces if it is longer than `width` characters, with an indent
// from the second part on. 0: no width.
std::string wrap(std::string_view lines, size_t width);

// The text on one line and escaped (layer/base/utf8.h), with at most `width` characters: the end of
// a longer one is "…". Of a path the beginning is cut, because its end tells more.
std::string cut_end(std::string_view text, size_t width);
std::string cut_begin(std::string_view path, size_t width);

// "+1.2 MB", "-3 B", "0 B".
std::string size_change(uint64_t before, uint64_t after);

// "1 entry", "2 entries".
std::string counted_as(uint64_t number, std::string_view one, std::string_view many);

}  // namespace cmd
