// Reads and writes fields with protozero.
#include "cmd/worker/work_request.h"

#include <fmt/core.h>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <protozero/varint.hpp>

#include "layer/base/error.h"
#include "layer/base/utf8.h"

namespace cmd {
namespace {

constexpr size_t kMaxRequest = size_t{1} << 30;  // bytes: some million inputs

// worker_protocol.proto of Bazel: messages Input, WorkRequest and WorkResponse.
enum class InputField : protozero::pbf_tag_type { kPath = 1, kDigest = 2 };
enum class RequestField : protozero::pbf_tag_type {
  kArguments = 1,
  kInputs = 2,
  kRequestId = 3,
  kCancel = 4,
  kSandboxDir = 6,
};
enum class ResponseField : protozero::pbf_tag_type {
  kExitCode = 1,
  kOutput = 2,
  kRequestId = 3,
  kWasCancelled = 4,
};

constexpr uint32_t field(auto tag, protozero::pbf_wire_type type) {
  return protozero::tag_and_type(tag, type);
}

std::string name_of(size_t number) {
  return fmt::format("work request {}", number);
}

// Neither a word of a command line nor a path has a NUL byte.
std::string take_text(protozero::pbf_reader& message) {
  std::string text = message.get_string();
  if (text.find('\0') != std::string::npos) throw layer::Error("has a NUL byte in a text");
  return text;
}

layer::InputDigest parse_input(protozero::pbf_reader message) {
  using Type = protozero::pbf_wire_type;
  layer::InputDigest input;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case field(InputField::kPath, Type::length_delimited):
        input.path = take_text(message);
        break;
      case field(InputField::kDigest, Type::length_delimited):
        input.digest = message.get_bytes();
        break;
      default:
        message.skip();
    }
  }
  return input;
}

WorkRequest parse_request(protozero::pbf_reader message) {
  using Type = protozero::pbf_wire_type;
  WorkRequest request;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case field(RequestField::kArguments, Type::length_delimited):
        request.arguments.push_back(take_text(message));
        break;
      case field(RequestField::kInputs, Type::length_delimited):
        request.inputs.push_back(parse_input(message.get_message()));
        break;
      case field(RequestField::kRequestId, Type::varint):
        request.id = message.get_int32();
        break;
      case field(RequestField::kCancel, Type::varint):
        request.is_cancel = message.get_bool();
        break;
      case field(RequestField::kSandboxDir, Type::length_delimited):
        request.sandbox = take_text(message);
        break;
      default:
        message.skip();
    }
  }
  return request;
}

}  // namespace

WorkRequest parse_work_request(std::string_view message, const std::string& name) {
  try {
    return parse_request(protozero::pbf_reader(message.data(), message.size()));
  } catch (const protozero::exception& error) {
    throw layer::Error({name}, fmt::format("is no request of Bazel: {}", error.what()));
  } catch (const layer::Error& error) {
    throw layer::Error({name}, error.diagnostics().front().message);
  }
}

std::string encode_response(const WorkResponse& response) {
  std::string message;
  protozero::pbf_writer fields(message);
  const auto tag = [](ResponseField field) { return static_cast<protozero::pbf_tag_type>(field); };
  fields.add_int32(tag(ResponseField::kExitCode), response.exit_code);
  fields.add_string(tag(ResponseField::kOutput), layer::to_utf8(response.output));
  fields.add_int32(tag(ResponseField::kRequestId), response.id);
  // Not where it says nothing: Bazel 4 does not know it.
  if (response.was_cancelled) fields.add_bool(tag(ResponseField::kWasCancelled), true);
  std::string stream;
  protozero::write_varint(std::back_inserter(stream), message.size());
  return stream + message;
}

std::optional<std::string> MessageSplitter::next() {
  if (bytes_.empty()) return std::nullopt;
  const char* begin = bytes_.data();
  const char* const end = begin + bytes_.size();
  uint64_t size = 0;
  try {
    size = protozero::decode_varint(&begin, end);
  } catch (const protozero::end_of_buffer_exception&) {
    return std::nullopt;
  } catch (const protozero::varint_too_long_exception&) {
    size = UINT64_MAX;
  }
  if (size > kMaxRequest) {
    throw layer::Error({name_of(count_ + 1)}, fmt::format("is longer than {} bytes", kMaxRequest));
  }
  if (static_cast<uint64_t>(end - begin) < size) return std::nullopt;
  std::string message(begin, size);
  bytes_.erase(0, static_cast<size_t>(begin - bytes_.data()) + size);
  ++count_;
  return message;
}

void MessageSplitter::finish() const {
  if (bytes_.empty()) return;
  throw layer::Error({name_of(count_ + 1)}, "standard input ends within it");
}

std::string MessageSplitter::name() const {
  return name_of(count_);
}

}  // namespace cmd
