// Goes by the types of exceptions; one has no type of its own.
#include "cmd/report/failure.h"

#include <fmt/core.h>

#include <filesystem>
#include <new>
#include <string_view>
#include <system_error>

namespace cmd {
namespace {

// As TBB says it, in an exception that is nothing more special than a std::runtime_error.
constexpr std::string_view kNoThread = "pthread_create has failed: ";

// "filesystem error: ACTION: CAUSE [PATH]", as the library says it.
layer::Error refusal_of(const std::filesystem::filesystem_error& error) {
  constexpr std::string_view kStart = "filesystem error: ";
  std::string_view text = error.what();
  if (text.starts_with(kStart)) text.remove_prefix(kStart.size());
  const std::string_view action = text.substr(0, text.find(": "));
  return layer::system_error(error.path1().native(), action, error.code().value());
}

bool is_of_no_thread(const std::exception& error) {
  return std::string_view(error.what()).starts_with(kNoThread);
}

}  // namespace

bool is_bug(const std::exception& error) {
  return dynamic_cast<const layer::Error*>(&error) == nullptr &&
         dynamic_cast<const std::system_error*>(&error) == nullptr &&
         dynamic_cast<const std::bad_alloc*>(&error) == nullptr && !is_of_no_thread(error);
}

layer::Error as_error(const std::exception& error) {
  if (const auto* fault = dynamic_cast<const layer::Error*>(&error)) return *fault;
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) {
    return layer::Error("not enough memory");
  }
  if (is_bug(error)) {
    return layer::Error(fmt::format("internal error: {}", error.what()))
        .with_help("please report this bug");
  }
  if (const auto* fault = dynamic_cast<const std::filesystem::filesystem_error*>(&error)) {
    return refusal_of(*fault);
  }
  const auto* refusal = dynamic_cast<const std::system_error*>(&error);
  if (refusal != nullptr && refusal->code() == std::errc::resource_unavailable_try_again) {
    return layer::Error(fmt::format("cannot make a thread: {}", error.what()));
  }
  if (is_of_no_thread(error)) {
    return layer::Error(fmt::format("cannot make a thread: {}", error.what() + kNoThread.size()));
  }
  return layer::Error(error.what());
}

}  // namespace cmd
