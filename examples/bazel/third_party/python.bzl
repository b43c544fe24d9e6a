"""Where the interpreter is in the runfiles of a program."""

# The repository's name is another one with modules.
INTERPRETER = Label("@python_3_11//:bin/python3").workspace_name + "/bin/python3"
