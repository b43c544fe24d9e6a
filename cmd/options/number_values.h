// Checks numbers in options, which CLI11 alone would wrap, cut off, or take as "nan".
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>

namespace cmd {

// Turns a size such as "10MiB" into bytes by these units. Refuses one that is negative, no whole
// number of bytes, less than `least` or more than 2^64-1.
CLI::Validator size_in_bytes(const CLI::AsSizeValue& units, uint64_t least = 0);

// Refuses anything but a whole number from `least` to `most`.
CLI::Validator number_from_to(uint64_t least, uint64_t most);

// Refuses anything but a decimal number of days from 0 to `most`.
CLI::Validator days_up_to(unsigned most);

}  // namespace cmd
