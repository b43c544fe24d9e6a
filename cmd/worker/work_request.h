// Bazel's worker protocol as JSON: what it asks for, and what it is answered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/store/input_digests.h"

namespace cmd {

// worker_protocol.proto of Bazel, in the JSON form of Protocol Buffers 3; whatever may follow on
// whatever, with or without white space between:
//   stream   := request*
//   request  := { "arguments": [text*], "inputs": [input*], "requestId": number, "cancel": flag,
//                 "sandboxDir": text, ... }
//   input    := { "path": text, "digest": text, ... }
//   response := { "exitCode": number, "output": text, "requestId": number, "wasCancelled": flag }
// A member may be absent, and is then empty, 0 or false; members with other names are passed over.
struct WorkRequest {
  std::vector<std::string> arguments;
  std::vector<layer::InputDigest> inputs;
  std::string sandbox;     // directory that paths are relative to; empty: the worker's own
  uint64_t id = 0;         // 0: the only request at a time
  bool is_cancel = false;  // asks for the end of the one with this id, and for nothing else
};

struct WorkResponse {
  uint64_t id = 0;
  int exit_code = 0;
  std::string output;
  bool was_cancelled = false;
};

// Throws Error, which calls the text `name`.
WorkRequest parse_work_request(std::string_view text, const std::string& name);

// One line. What is not UTF-8 in the output is replaced.
std::string to_json(const WorkResponse& response);

// Cuts a stream into the texts of its objects.
class ObjectSplitter {
 public:
  void add(std::string_view bytes) { text_ += bytes; }

  // The next one that is whole; none: more bytes are needed. Throws Error if what follows is no
  // object, or one of more bytes than any request has.
  std::optional<std::string> next();

  // Throws Error if the stream ends within an object.
  void finish() const;

  // What messages call the object that next() returned last.
  std::string name() const;

 private:
  void skip_space();

  std::string text_;  // from the begin of the object
  size_t seen_ = 0;   // bytes of it
  size_t depth_ = 0;  // of braces and brackets there
  size_t count_ = 0;  // of objects returned
  bool in_string_ = false;
  bool in_escape_ = false;
};

}  // namespace cmd
