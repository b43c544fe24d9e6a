"""Lays out a real Python program like Bazel with rules_python, but without Bazel."""
