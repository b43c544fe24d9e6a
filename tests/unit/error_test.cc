// How a fault reads.
#include "layer/base/error.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>

#include "cmd/report/failure.h"

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

TEST_CASE("error: what the system refuses is the system's fault, what nobody expects is a bug") {
  struct Case {
    std::shared_ptr<std::exception> failure;
    std::string text;
    bool is_bug;
  };
  const std::error_code again = std::make_error_code(std::errc::resource_unavailable_try_again);
  const std::error_code full = std::make_error_code(std::errc::no_space_on_device);
  const std::string internal =
      "veneer: error: internal error: what\n"
      "veneer: help: please report this bug\n";
  for (const Case& c : {
           Case{std::make_shared<Error>(Position{"f"}, "bad"), "f: error: bad\n", false},
           Case{std::make_shared<std::bad_alloc>(), "veneer: error: not enough memory\n", false},
           Case{std::make_shared<std::system_error>(again, "thread"),
                "veneer: error: cannot make a thread: thread: Resource temporarily unavailable\n",
                false},
           Case{std::make_shared<std::runtime_error>("pthread_create has failed: no"),
                "veneer: error: cannot make a thread: no\n", false},
           Case{std::make_shared<std::filesystem::filesystem_error>("cannot list", "d", full),
                "d: error: cannot list: No space left on device\n", false},
           Case{std::make_shared<std::runtime_error>("what"), internal, true},
           Case{std::make_shared<std::logic_error>("what"), internal, true},
       }) {
    CHECK(cmd::as_error(*c.failure).what() == c.text);
    CHECK(cmd::is_bug(*c.failure) == c.is_bug);
  }
}

}  // namespace
}  // namespace layer::error_test
