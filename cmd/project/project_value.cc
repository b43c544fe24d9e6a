// Checks types, puts paths below the file's folder, and asks the option's own checks.
#include "cmd/project/project_value.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <string_view>

namespace cmd {
namespace {

// The folder with a '/' at its end; empty for the working directory.
std::string_view folder_of(std::string_view file) {
  return file.substr(0, file.rfind('/') + 1);
}

// A path that is relative and is none of standard input or output.
std::string path_below(std::string_view folder, std::string_view path) {
  if (path.empty() || path.starts_with('/') || path == "-" || path.starts_with("-:")) {
    return std::string(path);
  }
  return fmt::format("{}{}", folder, path);
}

std::string value_in_folder(std::string_view folder, PathForm form, const std::string& value) {
  switch (form) {
    case PathForm::kNone:
      return value;
    case PathForm::kPath:
      return path_below(folder, value);
    case PathForm::kImage: {
      const size_t path = value.find(':') + 1;
      return path == 0 ? value : value.substr(0, path) + path_below(folder, value.substr(path));
    }
  }
  return value;
}

// What the option's checks say of a value; empty: it is fine.
std::string fault_of(CLI::Option& option, std::string value) {
  try {
    for (int i = 0;; ++i) {
      std::string fault = (*option.get_validator(i))(value);
      if (!fault.empty()) return fault;
    }
  } catch (const CLI::OptionNotFound&) {
    return {};  // CLI11 does not say how many there are
  }
}

class ValueReader {
 public:
  ValueReader(const std::string& file, ProjectOption& option) : file_(file), option_(option) {}

  std::optional<layer::Diagnostic> read(const toml::node& value) {
    const OptionKey& key = option_.key;
    if (key.is_repeatable) {
      const toml::array* const array = value.as_array();
      if (array == nullptr) return wrong_type(value);
      for (const toml::node& item : *array) add(item);
    } else if (key.form == ValueForm::kFlag) {
      const std::optional<bool> flag = value.value_exact<bool>();
      if (!flag) return wrong_type(value);
      if (*flag) option_.values.push_back({{}, position_of(file_, value.source())});
    } else {
      add(value);
    }
    return std::move(fault_);
  }

 private:
  void add(const toml::node& value) {
    if (fault_) return;
    const ValueForm form = option_.key.form;
    std::optional<std::string> text;
    if (form != ValueForm::kInteger) text = value.value_exact<std::string>();
    if (form == ValueForm::kInteger || (form == ValueForm::kSize && !text)) {
      if (const auto number = value.value_exact<int64_t>()) text = std::to_string(*number);
    }
    if (!text) {
      fault_ = wrong_type(value);
      return;
    }
    if (text->find('\0') != std::string::npos) {
      fault_ = fault(value, "has a NUL, which no argument may have");
      return;
    }
    const std::string in_place = value_in_folder(folder_of(file_), option_.key.path, *text);
    if (const std::string wrong = fault_of(*option_.key.option, in_place); !wrong.empty()) {
      fault_ = fault(value, wrong);
      return;
    }
    option_.values.push_back({in_place, position_of(file_, value.source())});
  }

  layer::Diagnostic wrong_type(const toml::node& value) const {
    const OptionKey& key = option_.key;
    const bool is_item = key.is_repeatable && !value.is_array();
    layer::Diagnostic wrong =
        fault(value, fmt::format("expected {}, found {}", expected_type(key), name_of_type(value)));
    const std::optional<std::string> text = value.value<std::string>();
    if (is_item && text) wrong.help = fmt::format("write {} = [\"...\"]", key.key);
    if (key.form == ValueForm::kText && !text && value.is_value()) {
      wrong.help = "put it into quotes";
    }
    return wrong;
  }

  layer::Diagnostic fault(const toml::node& value, const std::string& message) const {
    return {position_of(file_, value.source()),
            fmt::format("'{}': {}", option_.key.key, message),
            {},
            {}};
  }

  const std::string& file_;
  ProjectOption& option_;
  std::optional<layer::Diagnostic> fault_;
};

}  // namespace

layer::Position position_of(const std::string& file, const toml::source_region& place) {
  return {file, place.begin.line, place.begin.column};
}

std::string name_of_type(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::none:
      return "nothing";
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return "a date or time";
  }
  return "";
}

std::optional<layer::Diagnostic> read_value(const toml::node& value, const std::string& file,
                                            ProjectOption& option) {
  return ValueReader(file, option).read(value);
}

}  // namespace cmd
