"""The greeting."""


def greet(word):
    """A line of it."""
    return f"{word}, runfiles"
