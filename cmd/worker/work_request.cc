// Finds the end of an object by counting braces; layer/base/json.h then parses it as strict JSON.
#include "cmd/worker/work_request.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "layer/base/error.h"
#include "layer/base/json.h"

namespace cmd {
namespace {

constexpr size_t kMaxRequest = size_t{1} << 30;  // bytes: some million inputs
constexpr std::string_view kSpace = " \t\r\n";   // RFC 8259, section 2

std::string text_or_empty(const layer::JsonField& object, std::string_view name) {
  const std::optional<layer::JsonField> field = object.find(name);
  return field ? field->text() : std::string();
}

std::string name_of(size_t number) {
  return fmt::format("work request {}", number);
}

}  // namespace

WorkRequest parse_work_request(std::string_view text, const std::string& name) {
  const layer::Json document = layer::parse_json(text, name, kMaxRequest);
  const layer::JsonField root(document, name);
  WorkRequest request;
  if (const auto arguments = root.find("arguments")) request.arguments = arguments->texts();
  if (const auto inputs = root.find("inputs")) {
    for (const layer::JsonField& input : inputs->items()) {
      request.inputs.push_back({input.at("path").text(), text_or_empty(input, "digest")});
    }
  }
  request.sandbox = text_or_empty(root, "sandboxDir");
  if (const auto id = root.find("requestId")) request.id = id->size();
  if (const auto cancel = root.find("cancel")) request.is_cancel = cancel->flag();
  return request;
}

std::string to_json(const WorkResponse& response) {
  layer::Json json{
      {"exitCode", response.exit_code}, {"output", response.output}, {"requestId", response.id}};
  // Not where it says nothing: Bazel 4 does not know it.
  if (response.was_cancelled) json["wasCancelled"] = true;
  return json.dump(-1, ' ', false, layer::Json::error_handler_t::replace) + '\n';
}

void ObjectSplitter::skip_space() {
  if (seen_ == 0) text_.erase(0, std::min(text_.find_first_not_of(kSpace), text_.size()));
}

std::optional<std::string> ObjectSplitter::next() {
  skip_space();
  if (!text_.empty() && text_.front() != '{') {
    throw layer::Error({name_of(count_ + 1)},
                       fmt::format("expected '{{', found '{}'", text_.front()));
  }
  for (; seen_ < text_.size(); ++seen_) {
    const char c = text_[seen_];
    if (in_string_) {
      if (!in_escape_ && c == '"') in_string_ = false;
      in_escape_ = !in_escape_ && c == '\\';
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if ((c == '}' || c == ']') && --depth_ == 0) {
      std::string object = text_.substr(0, seen_ + 1);
      text_.erase(0, seen_ + 1);
      seen_ = 0;
      ++count_;
      return object;
    }
  }
  if (text_.size() > kMaxRequest) {
    throw layer::Error({name_of(count_ + 1)}, fmt::format("is longer than {} bytes", kMaxRequest));
  }
  return std::nullopt;
}

void ObjectSplitter::finish() const {
  if (text_.find_first_not_of(kSpace) == std::string::npos) return;
  throw layer::Error({name_of(count_ + 1)}, "standard input ends within it");
}

std::string ObjectSplitter::name() const {
  return name_of(count_);
}

}  // namespace cmd
