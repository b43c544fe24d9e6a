"""Repository rules for WORKSPACE. For MODULE.bazel there is bazel/extensions.bzl."""

load(
    "//bazel/private:base_repository.bzl",
    _veneer_base_repository = "veneer_base_repository",
)
load(
    "//bazel/private:prebuilt.bzl",
    _veneer_toolchain_repository = "veneer_toolchain_repository",
)

veneer_base_repository = _veneer_base_repository
veneer_toolchain_repository = _veneer_toolchain_repository
