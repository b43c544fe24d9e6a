// The table of modules, and what is told by the form of a name.
#include "layer/plan/start_files.h"

#include <algorithm>
#include <array>
#include <string>

namespace layer {
namespace {

// In bytewise order. What CPython 3.11 reads to run nothing, as `python -I -v -X frozen_modules=off
// -c pass` reports, and with `-m`; what its module `site` needs for a line of a .pth file that
// imports something; and what 3.9 reads beside that. Later versions have some of them frozen into the
// interpreter, and do not read these.
constexpr std::array<std::string_view, 36> kModules = {
    "__future__.py",
    "_bootlocale.py",
    "_collections_abc.py",
    "_sitebuiltins.py",
    "abc.py",
    "codecs.py",
    "collections/__init__.py",
    "collections/abc.py",
    "contextlib.py",
    "encodings/__init__.py",
    "encodings/aliases.py",
    "encodings/ascii.py",
    "encodings/latin_1.py",
    "encodings/utf_8.py",
    "functools.py",
    "genericpath.py",
    "importlib/__init__.py",
    "importlib/_abc.py",
    "importlib/_bootstrap.py",
    "importlib/_bootstrap_external.py",
    "importlib/abc.py",
    "importlib/machinery.py",
    "importlib/util.py",
    "io.py",
    "keyword.py",
    "operator.py",
    "os.py",
    "pkgutil.py",
    "posixpath.py",
    "reprlib.py",
    "runpy.py",
    "site.py",
    "sitecustomize.py",
    "stat.py",
    "types.py",
    "warnings.py",
};

bool is_version_suffix(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

// "python", "python3", "python3.11".
bool is_python_name(std::string_view name) {
  return name.starts_with("python") && is_version_suffix(name.substr(6));
}

// "os.py" of "os.py" and of "__pycache__/os.cpython-311.opt-1.pyc".
std::string source_of(std::string_view module) {
  constexpr std::string_view kCache = "__pycache__/";
  const size_t cache = module.find(kCache);
  if (cache == std::string_view::npos || !module.ends_with(".pyc")) return std::string(module);
  const std::string_view file = module.substr(cache + kCache.size());
  return std::string(module.substr(0, cache)) + std::string(file.substr(0, file.find('.'))) + ".py";
}

// What lies in lib/python3.11/ or, failing that, nothing.
std::string_view below_library(std::string_view path) {
  constexpr std::string_view kLibrary = "lib/python3";
  const size_t at = path.rfind(kLibrary);
  if (at == std::string_view::npos || (at > 0 && path[at - 1] != '/')) return {};
  const std::string_view rest = path.substr(at + kLibrary.size());
  const size_t slash = rest.find('/');
  if (slash == std::string_view::npos || !is_version_suffix(rest.substr(0, slash))) return {};
  return rest.substr(slash + 1);
}

bool is_setting_of_site(std::string_view module) {
  constexpr std::string_view kPackages = "site-packages/";
  if (!module.starts_with(kPackages)) return false;
  const std::string_view file = module.substr(kPackages.size());
  const bool is_top = file.find('/') == std::string_view::npos;
  return is_top &&
         (file.ends_with(".pth") || file == "sitecustomize.py" || file == "usercustomize.py");
}

}  // namespace

bool is_python_start_file(std::string_view path) {
  const size_t slash = path.rfind('/');
  const std::string_view name = path.substr(slash + 1);
  const std::string_view folder = slash == std::string_view::npos ? "" : path.substr(0, slash);
  if (folder == "bin" || folder.ends_with("/bin")) return is_python_name(name);
  if (name == "pyvenv.cfg") return true;
  if (name.starts_with("libpython3") && name.find(".so") != std::string_view::npos) return true;
  const std::string_view module = below_library(path);
  return is_setting_of_site(module) || std::ranges::binary_search(kModules, source_of(module));
}

}  // namespace layer
