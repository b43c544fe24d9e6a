"""Repositories for WORKSPACE; bazel/extensions.bzl has them for MODULE.bazel."""

load("//bazel/private:base_repository.bzl", _veneer_base_repository = "veneer_base_repository")

veneer_base_repository = _veneer_base_repository
