// Bazel's worker protocol: messages are cut from a stream, whatever else they say.
#include "cmd/worker/work_request.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "layer/base/error.h"

namespace {

using namespace std::string_literals;

// The messages of a stream that comes in pieces of `size` bytes.
std::vector<std::string> cut(const std::string& stream, size_t size) {
  cmd::MessageSplitter splitter;
  std::vector<std::string> messages;
  for (size_t at = 0; at < stream.size(); at += size) {
    splitter.add(std::string_view(stream).substr(at, size));
    while (const auto message = splitter.next()) messages.push_back(*message);
  }
  splitter.finish();
  return messages;
}

std::string fault_of_stream(const std::string& stream) {
  try {
    cut(stream, stream.size());
  } catch (const layer::Error& error) {
    return error.what();
  }
  return "none";
}

std::string fault_of_request(const std::string& message) {
  try {
    cmd::parse_work_request(message, "work request 1");
  } catch (const layer::Error& error) {
    return error.what();
  }
  return "none";
}

TEST_CASE("worker: messages come in any pieces") {
  const std::string large(300, 'x');
  const std::string stream =
      "\x01"
      "a"
      "\x00"
      "\xac\x02"s +
      large +
      "\x02"
      "bc";
  const std::vector<std::string> messages{"a", "", large, "bc"};
  for (const size_t size : {1U, 2U, 3U, 7U, 306U, 1000U}) {
    CAPTURE(size);
    CHECK(cut(stream, size) == messages);
  }
  CHECK(cut("", 1).empty());
}

TEST_CASE("worker: what has no length, and what ends early, has its place in the stream") {
  const std::vector<std::pair<std::string, std::string>> faults{
      {"\x00\x02"
       "a"s,
       "work request 2: error: standard input ends within it\n"},
      {"\x80", "work request 1: error: standard input ends within it\n"},
      {"\x81\x80\x80\x80\x04", "work request 1: error: is longer than 1073741824 bytes\n"},
      {std::string(11, '\xff'), "work request 1: error: is longer than 1073741824 bytes\n"},
  };
  for (const auto& [stream, message] : faults) CHECK(fault_of_stream(stream) == message);
}

TEST_CASE("worker: a request's fields are read, others passed over") {
  const cmd::WorkRequest request = cmd::parse_work_request(
      "\x0a\x05layer\x0a\x02@x\x12\x09\x0a\x03"
      "a/b\x12\x02"
      "42\x12\x03\x0a\x01"
      "c\x18\x07\x28\x0a"
      "\x32\x05"
      "box/1\x3a\x04more\x08\x05",
      "work request 1");
  CHECK(request.arguments == std::vector<std::string>{"layer", "@x"});
  REQUIRE(request.inputs.size() == 2);
  CHECK(request.inputs[0].path == "a/b");
  CHECK(request.inputs[0].digest == "42");
  CHECK(request.inputs[1].path == "c");
  CHECK(request.inputs[1].digest.empty());
  CHECK(request.id == 7);
  CHECK(request.sandbox == "box/1");
  CHECK_FALSE(request.is_cancel);
  const cmd::WorkRequest cancel = cmd::parse_work_request("\x18\x03\x20\x01", "work request 2");
  CHECK(cancel.is_cancel);
  CHECK(cancel.id == 3);
  CHECK(cmd::parse_work_request("", "work request 3").arguments.empty());
}

TEST_CASE("worker: a request of another form is refused") {
  const std::string name = "work request 1: error: ";
  const std::vector<std::pair<std::string, std::string>> faults{
      {"\x0a\x05lay", name + "is no request of Bazel: end of buffer exception\n"},
      {"\x12\x02\x0a\x05", name + "is no request of Bazel: end of buffer exception\n"},
      {"\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
       name + "is no request of Bazel: varint too long exception\n"},
      {"\x0f", name + "is no request of Bazel: unknown pbf field type exception\n"},
      {"\x02", name + "is no request of Bazel: invalid tag exception\n"},
      {"\x0a\x02\x00x"s, name + "has a NUL byte in a text\n"},
      {"\x12\x04\x0a\x02x\x00"s, name + "has a NUL byte in a text\n"},
  };
  for (const auto& [message, fault] : faults) CHECK(fault_of_request(message) == fault);
}

TEST_CASE("worker: a response has its length before it, and is UTF-8 whatever was printed") {
  CHECK(cmd::encode_response({7, 1, "a\n\xff\xc3\xa9", false}) ==
        "\x0d\x08\x01\x12\x07"
        "a\n\xEF\xBF\xBD\xc3\xa9\x18\x07");
  CHECK(cmd::encode_response({2, 0, "", true}) == "\x08\x08\x00\x12\x00\x18\x02\x20\x01"s);
}

}  // namespace
