// Resolves links with realpath.
#include "layer/disk/real_path.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "layer/base/error.h"

namespace layer {
namespace {

struct FreeText {
  void operator()(char* text) const { std::free(text); }  // NOLINT: what realpath allocated
};

}  // namespace

std::string real_path(std::string_view path) {
  const std::unique_ptr<char, FreeText> real(realpath(std::string(path).c_str(), nullptr));
  if (!real) throw system_error(path, "cannot resolve", errno);
  return real.get();
}

std::string absolute_path(std::string_view path) {
  std::string whole = std::filesystem::absolute(path).lexically_normal().string();
  while (whole.size() > 1 && whole.ends_with('/')) whole.pop_back();
  return whole;
}

}  // namespace layer
