"""A module below folders without `__init__.py`."""

NAME = "deep"
