// A SAX handler that builds the document and refuses what nlohmann_json lets through.
#include "layer/base/json.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "layer/base/utf8.h"

namespace layer {
namespace {

// Small values take many times their size in memory: docs/limits.md.
constexpr uint64_t kBytesPerValue = 16;

// RFC 6901, section 3.
std::string escape_token(std::string_view token) {
  std::string text;
  for (const char c : token) {
    if (c == '~') {
      text += "~0";
    } else if (c == '/') {
      text += "~1";
    } else {
      text += c;
    }
  }
  return text;
}

Position position_of(std::string_view text, const std::string& file, size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const size_t line_start = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
  const size_t column = std::max(before.size() - line_start, size_t{1});
  return {file, static_cast<uint32_t>(line), static_cast<uint32_t>(column)};
}

// nlohmann's messages begin with an identifier and its own idea of the position.
std::string plain_message(std::string_view message) {
  const std::string_view mark = "column ";
  if (const size_t column = message.find(mark); column != message.npos) {
    if (const size_t colon = message.find(": ", column); colon != message.npos) {
      return std::string(message.substr(colon + 2));
    }
  }
  return std::string(message);
}

// nlohmann_json skips the mark, and takes a NUL for the end of the text. Other readers do neither.
void check_ends(std::string_view text, const std::string& file) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) {
    throw Error({file, 1, 1}, "is not JSON: it begins with a byte order mark");
  }
  if (const size_t nul = text.find('\0'); nul != text.npos) {
    throw Error(position_of(text, file, nul + 1), "is not JSON: a NUL character");
  }
}

class Builder : public nlohmann::json_sax<Json> {
 public:
  Builder(std::string_view text, const std::string& file, uint64_t max_values)
      : text_(text), file_(file), max_values_(max_values) {}

  Json take() { return std::move(root_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return false; }  // JSON text has none
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    Level& level = levels_.back();
    level.name = name;
    if (level.value->contains(name)) {
      throw Error({file_}, pointer() + ": is given twice");
    }
    return true;
  }

  bool parse_error(std::size_t offset, const std::string&,
                   const nlohmann::detail::exception& error) override {
    constexpr int kNumberOverflow = 406;  // nlohmann_json, "out_of_range.406"
    if (error.id == kNumberOverflow) {
      throw Error(position_of(text_, file_, offset), "the number is too large for any value here");
    }
    throw Error(position_of(text_, file_, offset), "is not JSON: " + plain_message(error.what()));
  }

 private:
  struct Level {
    Json* value;
    std::string name;  // of the member being read, in an object
  };

  Json* place(Json value) {
    if (++values_ > max_values_) {
      throw Error({file_}, fmt::format("has more than {} values", max_values_));
    }
    if (levels_.empty()) return &(root_ = std::move(value));
    Level& level = levels_.back();
    if (level.value->is_array()) {
      level.value->push_back(std::move(value));
      return &level.value->back();
    }
    return &((*level.value)[level.name] = std::move(value));
  }

  bool add(Json value) {
    place(std::move(value));
    return true;
  }

  bool open(Json value) {
    if (levels_.size() == kMaxJsonDepth) {
      throw Error({file_}, fmt::format("is nested more than {} levels deep", kMaxJsonDepth));
    }
    levels_.push_back({place(std::move(value)), {}});
    return true;
  }

  bool close() {
    levels_.pop_back();
    return true;
  }

  std::string pointer() const {
    std::string text;
    for (const Level& level : levels_) {
      // The element being read is the last one of its array.
      text += '/' + (level.value->is_array() ? std::to_string(level.value->size() - 1)
                                             : escape_token(level.name));
    }
    return text;
  }

  std::string_view text_;
  const std::string& file_;
  const uint64_t max_values_;
  uint64_t values_ = 0;
  Json root_;
  std::vector<Level> levels_;
};

}  // namespace

Json parse_json(std::string_view text, const std::string& file, uint64_t max_bytes) {
  if (text.size() > max_bytes) {
    throw Error({file}, fmt::format("is {} bytes long, more than {}", text.size(), max_bytes));
  }
  if (text.empty()) throw Error({file}, "is empty, not JSON");
  check_ends(text, file);
  Builder builder(text, file, std::max(max_bytes, kMaxJsonBytes) / kBytesPerValue);
  if (!Json::sax_parse(text, &builder)) throw Error({file}, "is not JSON");
  return builder.take();
}

std::string dump_json(const Json& value) {
  return value.dump();
}

std::string dump_report(const Json& value) {
  return with_escaped_json(value.dump(1, ' ', false, Json::error_handler_t::replace)) + '\n';
}

JsonField::JsonField(const Json& document, std::string file)
    : JsonField(document, std::move(file), {}) {}

JsonField::JsonField(const Json& value, std::string file, std::string pointer)
    : value_(&value), file_(std::move(file)), pointer_(std::move(pointer)) {}

Error JsonField::error(const std::string& message) const {
  return Error({file_}, pointer_.empty() ? message : pointer_ + ": " + message);
}

void JsonField::require_object() const {
  if (!value_->is_object()) {
    throw error(fmt::format("expected an object, found {}", value_->type_name()));
  }
}

std::optional<JsonField> JsonField::find(std::string_view name) const {
  require_object();
  const auto found = value_->find(std::string(name));
  if (found == value_->end() || found->is_null()) return std::nullopt;
  return JsonField(*found, file_, pointer_ + '/' + escape_token(name));
}

JsonField JsonField::at(std::string_view name) const {
  std::optional<JsonField> member = find(name);
  if (!member) throw error(fmt::format("has no '{}'", name));
  return *std::move(member);
}

std::vector<JsonField> JsonField::items() const {
  if (!value_->is_array()) {
    throw error(fmt::format("expected an array, found {}", value_->type_name()));
  }
  std::vector<JsonField> fields;
  for (size_t i = 0; i < value_->size(); ++i) {
    fields.push_back(JsonField((*value_)[i], file_, fmt::format("{}/{}", pointer_, i)));
  }
  return fields;
}

const std::string& JsonField::text() const {
  if (!value_->is_string()) {
    throw error(fmt::format("expected a string, found {}", value_->type_name()));
  }
  return value_->get_ref<const std::string&>();
}

bool JsonField::flag() const {
  if (!value_->is_boolean()) {
    throw error(fmt::format("expected true or false, found {}", value_->type_name()));
  }
  return value_->get<bool>();
}

uint64_t JsonField::size() const {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  const bool fits = value_->is_number_unsigned()
                        ? value_->get<uint64_t>() <= static_cast<uint64_t>(kMax)
                        : value_->is_number_integer() && value_->get<int64_t>() >= 0;
  if (!fits) {
    throw error(fmt::format("expected a whole number from 0 to {}, found {}", kMax,
                            value_->is_number() ? value_->dump() : value_->type_name()));
  }
  return value_->get<uint64_t>();
}

std::vector<std::string> JsonField::texts() const {
  std::vector<std::string> all;
  for (const JsonField& item : items()) {
    all.push_back(item.value_->is_null() ? std::string() : item.text());
  }
  return all;
}

StringMap JsonField::text_map() const {
  StringMap map;
  for (const std::string& name : names()) {
    const std::optional<JsonField> member = find(name);
    map[name] = member ? member->text() : std::string();
  }
  return map;
}

std::vector<std::string> JsonField::names() const {
  require_object();
  std::vector<std::string> all;
  for (const auto& member : value_->items()) all.push_back(member.key());
  return all;
}

}  // namespace layer
