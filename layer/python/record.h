// Reads and rewrites RECORD, the list of the files of an installed package.
//
// The grammar, a part of CSV (Python packaging, "Recording installed projects"):
//
//   record = { path "," [ algorithm "=" base64 ] "," [ size ] end }
//   path   = text | '"' { text | '""' } '"'        relative to site-packages, or absolute
//   end    = LF | CR LF
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace layer {

struct RecordRow {
  std::string_view line;  // with its end
  std::string path;       // without quotes
};

// The rows of a RECORD. A line without a path is none.
std::vector<RecordRow> record_rows(std::string_view text);

// A path of a RECORD in the site-packages `site`, as one below the same directory as `site` is:
// "../../../bin/x" in "lib/python3.11/site-packages" is "bin/x". Empty if it is absolute or leaves
// that directory. If `site` is empty, packages lie in the directory itself: of `pip install
// --target`, which first installs elsewhere, "../../bin/x" is "bin/x", too.
std::string record_path(std::string_view site, std::string_view path);

// What has become of the file of a row.
struct RecordedFile {
  bool is_left_out = false;
  std::optional<std::string_view> bytes{};  // those that it has now; no value: it is as it was
};

// The text with the rows of changed files as they are now, and without those of files that are left
// out. All other rows keep their bytes.
std::string rewrite_record(std::string_view text,
                           const std::function<RecordedFile(std::string_view path)>& look);

}  // namespace layer
