// Passes over the value once; what is put in is not expanded again.
#include "oci/model/expand_variables.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "layer/base/error.h"
#include "layer/base/nearest_names.h"

namespace oci {
namespace {

// NAME=VALUE. execve(2), MAX_ARG_STRLEN: 128 KiB with the NUL at the end.
constexpr size_t kMaxVariable = (size_t{128} << 10) - 1;

bool begins_variable_name(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

bool is_in_variable_name(char c) {
  return begins_variable_name(c) || (c >= '0' && c <= '9');
}

std::optional<std::string_view> value_of_variable(const std::vector<std::string>& env,
                                                  std::string_view name) {
  for (const std::string& item : env) {
    const std::string_view text = item;
    if (text.starts_with(name) && text.substr(name.size()).starts_with('='))
      return text.substr(name.size() + 1);
  }
  return std::nullopt;
}

// Expands one value; `at_` is where it reads.
class Expansion {
 public:
  Expansion(const std::string& key, std::string_view value, const std::vector<std::string>& env)
      : key_(key), value_(value), env_(env) {}

  std::string run();

 private:
  std::string_view take_name();
  std::string_view variable(size_t dollar, std::string_view name) const;
  layer::Error error_at(size_t dollar, const std::string& message) const;
  void append(std::string_view text);

  const std::string& key_;
  std::string_view value_;
  const std::vector<std::string>& env_;
  size_t at_ = 0;
  std::string result_;
};

layer::Error Expansion::error_at(size_t dollar, const std::string& message) const {
  return {layer::Position{"--env " + key_},
          fmt::format("character {} of '{}': {}", dollar + 1, value_, message)};
}

std::string_view Expansion::take_name() {
  const size_t begin = at_;
  if (at_ < value_.size() && begins_variable_name(value_[at_])) {
    while (at_ < value_.size() && is_in_variable_name(value_[at_])) ++at_;
  }
  return value_.substr(begin, at_ - begin);
}

std::string_view Expansion::variable(size_t dollar, std::string_view name) const {
  if (const std::optional<std::string_view> value = value_of_variable(env_, name)) return *value;
  std::vector<std::string_view> names;
  for (const std::string& item : env_) {
    const size_t equals = item.find('=');
    if (equals != std::string::npos) names.push_back(std::string_view(item).substr(0, equals));
  }
  throw error_at(dollar,
                 fmt::format("'{}' is set neither by the base nor by an --env before it: {}", name,
                             layer::names_to_choose(name, std::move(names))))
      .with_help(fmt::format("write '$${0}' to keep '${0}' for a program in the container", name));
}

// Each variable may name the one before it twice, so values may double without end.
void Expansion::append(std::string_view text) {
  if (key_.size() + 1 + result_.size() + text.size() > kMaxVariable) {
    throw layer::Error({"--env " + key_},
                       fmt::format("the variable is longer than {} bytes with its value, so no "
                                   "Linux system starts a program with it",
                                   kMaxVariable));
  }
  result_ += text;
}

std::string Expansion::run() {
  while (at_ < value_.size()) {
    const size_t dollar = std::min(value_.find('$', at_), value_.size());
    append(value_.substr(at_, dollar - at_));
    at_ = dollar + 1;
    if (dollar == value_.size()) break;
    const char next = at_ < value_.size() ? value_[at_] : '\0';
    if (next == '$') {
      append("$");
      ++at_;
      continue;
    }
    if (next == '{') ++at_;
    const std::string_view name = take_name();
    const bool is_closed = next != '{' || (at_ < value_.size() && value_[at_] == '}');
    if (name.empty() || !is_closed) {
      throw error_at(dollar, "a '$' is followed neither by NAME nor by {NAME}")
          .with_help("write '$$' for a literal '$'");
    }
    if (next == '{') ++at_;
    append(variable(dollar, name));
  }
  return std::move(result_);
}

}  // namespace

std::string expand_variables(const std::string& key, const std::string& value,
                             const std::vector<std::string>& env) {
  return Expansion(key, value, env).run();
}

}  // namespace oci
