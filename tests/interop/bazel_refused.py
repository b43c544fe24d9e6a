"""Values of attributes that analysis refuses."""

import re

# Targets of //refused and their error messages.
REFUSED = {
    "own_layers": "`own_layers`: 'markupsave' matches no package of (@@|@)?//attributes:small; the "
                  "nearest are: markupsafe",
    "layer_groups": "`layer_groups`: '//nowhere' of the layer 'mine' matches no package of "
                    "(@@|@)?//attributes:small; the packages are: //attributes",
    "remote_tags": "`remote_tags` has '-a': expected letters and digits, with '_', '.' and '-' in between",
    "repository": "`repository` is 'registry.example/a:1': a tag belongs into `remote_tags`",
    "tag": "`tag` is '-app:1': expected letters and digits with one of '-._:@+/' in between, for "
           "example 'app:1.0'",
    "platform": "`platform` is 'amd64': expected OS/ARCHITECTURE[/VARIANT], for example 'linux/amd64'",
    "base_of_another_platform": "`platform` is 'linux/arm64', but the base BASE is for 'linux/amd64'",
    "base_platform": "`platform` is 'linux/amd64/v3/x': expected OS/ARCHITECTURE[/VARIANT], for "
                     "example 'linux/amd64'",
    "cmd": "`cmd` is not expanded, and has '--config=$(location //:data.txt)': write the file's path "
           "in the image, PREFIX/NAME.runfiles/REPOSITORY/PATH",
    "entrypoint": "`entrypoint` is not expanded, and has '$(rlocationpaths //:data.txt)': write the "
                  "file's path in the image, PREFIX/NAME.runfiles/REPOSITORY/PATH",
    "program_name": "`program_name` is '../app': expected a name, or a relative path without '.' "
                    "and '..'",
    "load": "`tag` is 'App:1': 'App' is not a part of a name: expected lower-case letters and "
            "digits, with '.', '_', '__' or dashes in between",
    "index": "`tag` is 'a b': expected letters and digits with one of '-._:@+/' in between, for "
             "example 'app:1.0'",
}
# Debian's Bazel 4 analyses no tests: it lacks a repository for them.
REFUSED_TESTS = {
    "commands": "`commands` has 'true': expected container_command(...) of @veneer//bazel:defs.bzl",
    "commands_of_an_index": "`commands` need a veneer_image; (@@|@)?//:index may have images for "
                            "several platforms",
}


def check(test, bazel, refused):
    """Analyses targets of //refused, each of which has a value that is refused."""
    label = "(@@|@)?//refused:"
    for name, message in refused.items():
        expected = re.escape(message).replace("BASE", f"{label}base").replace(
            re.escape("(@@|@)?"), "(@@|@)?")
        with test.subTest(name):
            with test.assertRaises(AssertionError) as failure:
                bazel.build("--nobuild", f"//refused:{name}")
            said = re.findall("^Error in fail: (.*)$", str(failure.exception), re.MULTILINE)
            test.assertRegex("\n".join(said), f"^{label}{name}: {expected}$")
