// How a fault reads.
#include "layer/base/error.h"

#include <doctest/doctest.h>

namespace layer::error_test {
namespace {

TEST_CASE("error: position, message, notes and help are one line each") {
  const Error error = Error({"app.spec", 3, 7}, "'a/b' is below a file")
                          .with_note({"app.spec", 2, 1}, "the file is declared here")
                          .with_help("remove one of them");
  CHECK(std::string(error.what()) ==
        "app.spec:3:7: error: 'a/b' is below a file\n"
        "app.spec:2:1: note: the file is declared here\n"
        "app.spec:3:7: help: remove one of them\n");
}

TEST_CASE("error: a pass throws all that it found, and counts what it did not keep") {
  Diagnostics found;
  for (size_t i = 0; i < Diagnostics::kMaxErrors + 2; ++i) found.error({{"f"}, "bad", {}, {}});
  std::string text;
  try {
    found.throw_if_errors();
  } catch (const Error& error) {
    text = error.what();
  }
  CHECK(text.ends_with("f: error: bad\nveneer: error: 2 more errors of this kind\n"));
}

}  // namespace
}  // namespace layer::error_test
