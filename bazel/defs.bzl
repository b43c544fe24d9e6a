"""Rules that make OCI images of binaries with runfiles: docs/bazel.md."""

load("//bazel/private:base.bzl", _veneer_base = "veneer_base")
load("//bazel/private:container.bzl", _container_command = "container_command")
load("//bazel/private:image.bzl", _veneer_image = "veneer_image")
load("//bazel/private:index.bzl", _veneer_index = "veneer_index")
load("//bazel/private:inspect.bzl", _veneer_inspect = "veneer_inspect")
load("//bazel/private:layers.bzl", _veneer_layers = "veneer_layers")
load("//bazel/private:load.bzl", _veneer_load = "veneer_load")
load(
    "//bazel/private:providers.bzl",
    _VeneerBaseInfo = "VeneerBaseInfo",
    _VeneerGroupsInfo = "VeneerGroupsInfo",
    _VeneerImageInfo = "VeneerImageInfo",
    _VeneerLayersInfo = "VeneerLayersInfo",
    _VeneerLayoutInfo = "VeneerLayoutInfo",
    _VeneerSymlinksInfo = "VeneerSymlinksInfo",
)
load("//bazel/private:push.bzl", _veneer_push = "veneer_push")
load("//bazel/private:py_image.bzl", _image_of = "image_of", _py_image = "py_image")
load("//bazel/private:test.bzl", _veneer_test = "veneer_test")

container_command = _container_command
image_of = _image_of
py_image = _py_image
veneer_base = _veneer_base
veneer_image = _veneer_image
veneer_index = _veneer_index
veneer_inspect = _veneer_inspect
veneer_layers = _veneer_layers
veneer_load = _veneer_load
veneer_push = _veneer_push
veneer_test = _veneer_test

VeneerBaseInfo = _VeneerBaseInfo
VeneerGroupsInfo = _VeneerGroupsInfo
VeneerImageInfo = _VeneerImageInfo
VeneerLayersInfo = _VeneerLayersInfo
VeneerLayoutInfo = _VeneerLayoutInfo
VeneerSymlinksInfo = _VeneerSymlinksInfo
