"""Lays out a real Python program as Bazel and rules_python leave it, without Bazel."""
