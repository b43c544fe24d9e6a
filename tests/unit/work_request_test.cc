// Bazel's worker protocol: objects are cut from a stream and read strictly, whatever else they say.
#include "cmd/worker/work_request.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "layer/base/error.h"

namespace {

// The objects of a stream that comes in pieces of `size` bytes.
std::vector<std::string> cut(const std::string& stream, size_t size) {
  cmd::ObjectSplitter splitter;
  std::vector<std::string> objects;
  for (size_t at = 0; at < stream.size(); at += size) {
    splitter.add(std::string_view(stream).substr(at, size));
    while (const auto object = splitter.next()) objects.push_back(*object);
  }
  splitter.finish();
  return objects;
}

std::string fault_of_stream(const std::string& stream) {
  try {
    cut(stream, stream.size());
  } catch (const layer::Error& error) {
    return error.what();
  }
  return "none";
}

std::string fault_of_request(const std::string& text) {
  try {
    cmd::parse_work_request(text, "work request 1");
  } catch (const layer::Error& error) {
    return error.what();
  }
  return "none";
}

TEST_CASE("worker: requests may stand together or apart, and come in any pieces") {
  const std::string stream =
      "{\"arguments\":[\"a}{\",\"\\\"}\\\\\"]}{}\n\n  {\"x\":{\"y\":[{}]}} \r\n";
  const std::vector<std::string> objects{R"({"arguments":["a}{","\"}\\"]})", "{}",
                                         R"({"x":{"y":[{}]}})"};
  for (size_t size = 1; size <= stream.size(); ++size) {
    CAPTURE(size);
    CHECK(cut(stream, size) == objects);
  }
  CHECK(cut(" \n", 1).empty());
}

TEST_CASE("worker: what is no object, and what ends early, has its place in the stream") {
  const std::vector<std::pair<std::string, std::string>> faults{
      {"garbage", "work request 1: error: expected '{', found 'g'\n"},
      {"{}\n[]", "work request 2: error: expected '{', found '['\n"},
      {"{}{\"a\":", "work request 2: error: standard input ends within it\n"},
      {"{\"a}", "work request 1: error: standard input ends within it\n"},
      {"{} }", "work request 2: error: expected '{', found '}'\n"},
  };
  for (const auto& [stream, message] : faults) CHECK(fault_of_stream(stream) == message);
}

TEST_CASE("worker: a request's members are read, those of other names passed over") {
  const cmd::WorkRequest request = cmd::parse_work_request(
      R"({"arguments":["layer","@x"],"inputs":[{"path":"a/b","digest":"NDI=","new":1},{"path":"c"}],)"
      R"("requestId":7,"verbosity":10,"sandboxDir":"box/1","later":{"more":[]}})",
      "work request 1");
  CHECK(request.arguments == std::vector<std::string>{"layer", "@x"});
  REQUIRE(request.inputs.size() == 2);
  CHECK(request.inputs[0].path == "a/b");
  CHECK(request.inputs[0].digest == "NDI=");
  CHECK(request.inputs[1].digest.empty());
  CHECK(request.id == 7);
  CHECK(request.sandbox == "box/1");
  CHECK_FALSE(request.is_cancel);
  const cmd::WorkRequest cancel =
      cmd::parse_work_request(R"({"requestId":3,"cancel":true})", "work request 2");
  CHECK(cancel.is_cancel);
  CHECK(cancel.id == 3);
  CHECK(cmd::parse_work_request("{}", "work request 3").arguments.empty());
}

TEST_CASE("worker: a request of another form is refused where it is one") {
  const std::vector<std::pair<std::string, std::string>> faults{
      {R"({"arguments":"layer"})",
       "work request 1: error: /arguments: expected an array, found string\n"},
      {R"({"arguments":[1]})",
       "work request 1: error: /arguments/0: expected a string, found number\n"},
      {R"({"requestId":-1})",
       "work request 1: error: /requestId: expected a whole number from 0 to 9223372036854775807, "
       "found -1\n"},
      {R"({"inputs":[{"digest":""}]})", "work request 1: error: /inputs/0: has no 'path'\n"},
      {R"({"cancel":1})", "work request 1: error: /cancel: expected true or false, found number\n"},
      {R"({"requestId":1,"requestId":2})", "work request 1: error: /requestId: is given twice\n"},
  };
  for (const auto& [text, message] : faults) CHECK(fault_of_request(text) == message);
}

TEST_CASE("worker: a response is one line, and UTF-8 whatever was printed") {
  CHECK(cmd::to_json({7, 1, "a\n\"b\xff", false}) ==
        "{\"exitCode\":1,\"output\":\"a\\n\\\"b\xEF\xBF\xBD\",\"requestId\":7}\n");
  CHECK(cmd::to_json({2, 0, "", true}) ==
        "{\"exitCode\":0,\"output\":\"\",\"requestId\":2,\"wasCancelled\":true}\n");
}

}  // namespace
