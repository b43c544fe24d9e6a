// Options whose values are words.
#pragma once

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace cmd {

// Turns one of the words into the number of its enumerator, which CLI11 then reads. What is none of
// them is refused with all of them, in this order.
template <typename Enum>
CLI::Validator one_of(std::initializer_list<std::pair<const char*, Enum>> choices) {
  return {[choices = std::vector<std::pair<std::string, Enum>>(choices.begin(), choices.end())](
              std::string& value) {
            std::vector<std::string> words;
            for (const auto& [word, enumerator] : choices) {
              if (word == value) {
                value = std::to_string(static_cast<std::underlying_type_t<Enum>>(enumerator));
                return std::string();
              }
              words.push_back(word);
            }
            return fmt::format("'{}' is none of {}", value, fmt::join(words, ", "));
          },
          std::string()};
}

}  // namespace cmd
