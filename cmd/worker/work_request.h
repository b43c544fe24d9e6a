// Bazel's worker protocol as JSON: reads requests and writes responses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/store/input_digests.h"

namespace cmd {

// Bazel's worker_protocol.proto, in the JSON form of Protocol Buffers 3. Requests follow each other
// with or without white space between:
//   stream   := request*
//   request  := { "arguments": [text*], "inputs": [input*], "requestId": number, "cancel": flag,
//                 "sandboxDir": text, ... }
//   input    := { "path": text, "digest": text, ... }
//   response := { "exitCode": number, "output": text, "requestId": number, "wasCancelled": flag }
// An absent member is empty, 0 or false. Members with other names are ignored.
struct WorkRequest {
  std::vector<std::string> arguments;
  std::vector<layer::InputDigest> inputs;
  std::string sandbox;     // directory that paths are relative to; empty: the worker's own
  uint64_t id = 0;         // 0: the only request at a time
  bool is_cancel = false;  // only asks to cancel the request with this id
};

struct WorkResponse {
  uint64_t id = 0;
  int exit_code = 0;
  std::string output;
  bool was_cancelled = false;
};

// Throws Error for a malformed request; messages call the text `name`.
WorkRequest parse_work_request(std::string_view text, const std::string& name);

// Returns one line. Bytes of the output that are not UTF-8 are replaced.
std::string to_json(const WorkResponse& response);

// Cuts a stream into the texts of its objects.
class ObjectSplitter {
 public:
  void add(std::string_view bytes) { text_ += bytes; }

  // The next object that is complete; no value: more bytes are needed. Throws Error if what follows
  // is no object, or is larger than any request.
  std::optional<std::string> next();

  // Throws Error if the stream ends within an object.
  void finish() const;

  // The name, in messages, of the object that next() returned last.
  std::string name() const;

 private:
  void skip_space();

  std::string text_;  // from the start of the object
  size_t seen_ = 0;   // bytes of it
  size_t depth_ = 0;  // of braces and brackets there
  size_t count_ = 0;  // of objects returned
  bool in_string_ = false;
  bool in_escape_ = false;
};

}  // namespace cmd
