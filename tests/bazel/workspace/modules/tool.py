"""A program of rules_python."""

from first_party.greeting import greet

print(greet("tool"))
