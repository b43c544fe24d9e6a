// Compiles and matches with regcomp and regexec.
#include "layer/bsdtar/substitution.h"

#include <fmt/core.h>

#include <array>
#include <cctype>
#include <optional>

#include "layer/base/error.h"
#include "layer/bsdtar/pattern_size.h"

namespace layer {
namespace {

constexpr size_t kGroups = 10;

struct FreePattern {
  void operator()(regex_t* pattern) const {
    regfree(pattern);
    delete pattern;  // NOLINT: shared_ptr's deleter
  }
};

std::shared_ptr<regex_t> compile(const std::string& pattern, const std::string& rule) {
  if (const std::optional<std::string> excess = excess_of_pattern(pattern)) {
    throw Error(fmt::format("-s '{}': '{}' {}", rule, pattern, *excess));
  }
  auto compiled = std::make_unique<regex_t>();
  const int status = regcomp(compiled.get(), pattern.c_str(), 0);
  if (status == 0) return {compiled.release(), FreePattern()};
  std::array<char, 256> message{};
  regerror(status, compiled.get(), message.data(), message.size());
  throw Error(fmt::format("-s '{}': '{}' is not a regular expression: {}", rule, pattern,
                          std::string_view(message.data())));
}

}  // namespace

Substitution::Substitution(std::string_view rule) : rule_(rule) {
  const char mark = rule_.empty() ? '\0' : rule_.front();
  const size_t middle = rule_.find(mark, 1);
  const size_t end = middle == std::string::npos ? middle : rule_.find(mark, middle + 1);
  if (rule_.empty() || end == std::string::npos) {
    throw Error(fmt::format("-s '{}': expected /OLD/NEW/", rule_));
  }
  pattern_ = compile(rule_.substr(1, middle - 1), rule_);
  replacement_ = rule_.substr(middle + 1, end - middle - 1);
  for (size_t i = 0; i + 1 < replacement_.size(); ++i) {
    if (replacement_[i] != '\\') continue;
    const char next = replacement_[++i];
    if (next >= '1' && next <= '9' && static_cast<size_t>(next - '0') > pattern_->re_nsub) {
      const size_t groups = pattern_->re_nsub;
      throw Error(fmt::format("-s '{}': '\\{}' refers to a missing group: OLD has {} group{}",
                              rule_, next, groups, groups == 1 ? "" : "s"));
    }
  }
  read_flags(std::string_view(rule_).substr(end + 1));
}

void Substitution::read_flags(std::string_view flags) {
  for (const char flag : flags) {
    const bool is_small = std::islower(static_cast<unsigned char>(flag)) != 0;
    switch (flag) {
      case 'g':
      case 'G':
        is_global_ = true;
        break;
      case 'r':
      case 'R':
        concerns_[static_cast<size_t>(SubstitutedText::kName)] = is_small;
        break;
      case 'h':
      case 'H':
        concerns_[static_cast<size_t>(SubstitutedText::kHardlink)] = is_small;
        break;
      case 's':
      case 'S':
        concerns_[static_cast<size_t>(SubstitutedText::kSymlink)] = is_small;
        break;
      default:
        throw Error(
            fmt::format("-s '{}': unknown flag '{}': expected g, r, R, h, H, s or S", rule_, flag));
    }
  }
}

void Substitution::append_replacement(const std::string& text, const regmatch_t* groups,
                                      std::string& done) const {
  const auto append_group = [&](size_t group) {
    if (groups[group].rm_so < 0) return;  // a group that took no part
    done.append(text, static_cast<size_t>(groups[group].rm_so),
                static_cast<size_t>(groups[group].rm_eo - groups[group].rm_so));
  };
  for (size_t i = 0; i < replacement_.size(); ++i) {
    const char next = i + 1 < replacement_.size() ? replacement_[i + 1] : '\0';
    if (replacement_[i] == '~') {
      append_group(0);
    } else if (replacement_[i] == '\\' && next >= '1' && next <= '9') {
      append_group(static_cast<size_t>(next - '0'));
      ++i;
    } else if (replacement_[i] == '\\' && (next == '~' || next == '\\')) {
      done += next;
      ++i;
    } else {
      done += replacement_[i];
    }
  }
}

void Substitution::apply(std::string& rest, std::string& done) const {
  bool was_match = false;  // directly before `rest`
  do {
    std::array<regmatch_t, kGroups> groups{};
    if (regexec(pattern_.get(), rest.c_str(), groups.size(), groups.data(), 0) != 0) return;
    const auto begin = static_cast<size_t>(groups[0].rm_so);
    const auto end = static_cast<size_t>(groups[0].rm_eo);
    const bool is_empty = begin == end;
    done.append(rest, 0, begin);
    // As sed has it, nothing between a match and what follows is no match of its own.
    if (!is_empty || begin > 0 || !was_match) append_replacement(rest, groups.data(), done);
    was_match = !is_empty;
    rest.erase(0, end);
    if (is_empty && !rest.empty()) {  // it would match at the same place for ever
      done += rest.front();
      rest.erase(0, 1);
    }
  } while (is_global_ && !rest.empty());
}

std::string substitute(const std::vector<Substitution>& rules, SubstitutedText kind,
                       std::string text) {
  std::string done;
  for (const Substitution& rule : rules) {
    if (rule.concerns(kind)) rule.apply(text, done);
  }
  return done + text;
}

}  // namespace layer
