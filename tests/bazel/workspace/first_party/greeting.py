"""The greeting."""


def greet(word):
    """Returns a line of greeting."""
    return f"{word}, runfiles"
