"""veneer plans the same image from each form of a program's runfiles."""

import json
import posixpath

import judge
import samples


class Forms(judge.Judge):
    """Compares a binary, its runfiles directory, its manifest and its spec of the same build."""

    def test_forms_agree(self):
        self.check("2.x", {"symlink-entry"})

    def test_forms_agree_for_rules_python_1_7_0(self):
        self.check("1.7.0", {"site-packages"})

    def test_every_link_resolves(self):
        for style in ("2.x", "1.7.0"):
            entries = entries_by_path(samples.plan(samples.program(self.folder / style, style)))
            for path, entry in entries.items():
                if entry["type"] == "symlink":
                    self.assertIsNotNone(resolve(entries, path), f"{path} -> {entry['link']}")

    def check(self, style, reasons):
        binary = samples.program(self.folder, style)
        expected = entries_by_path(samples.plan(binary))
        self.assertTrue(reasons.issubset({entry.get("reason") for entry in expected.values()}))
        execroot = samples.execution_root(binary)
        for form in (["--runfiles", f"{binary}.runfiles", "--name", binary.name],
                     ["--runfiles-manifest", f"{binary}.runfiles_manifest", "--name", binary.name],
                     ["--spec", f"{binary}.veneer-spec"]):
            with self.subTest(form=form[0]):
                found = entries_by_path(json.loads(
                    samples.veneer("plan", *form, "--json", cwd=execroot))["layers"])
                self.assertEqual(without_reasons(found), without_reasons(expected))


def entries_by_path(layers):
    return {entry["path"]: {**entry, "layer": layer["name"]}
            for layer in layers for entry in layer["entries"]}


def without_reasons(entries):
    """Returns the entries without the members that depend on the form."""
    return {path: {key: value for key, value in entry.items() if key not in ("reason", "source")}
            for path, entry in entries.items()}


def resolve(entries, path):
    """Returns the entry that `path` leads to, with links followed like a kernel, or None."""
    resolved, rest, steps = "", path.split("/"), 0
    while rest:
        resolved = posixpath.normpath(posixpath.join(resolved, rest.pop(0)))
        entry = entries.get(resolved)
        if entry is None or resolved.startswith(".."):
            return None
        if entry["type"] == "symlink":
            steps += 1
            if steps > 40 or entry["link"].startswith("/"):
                return None
            rest = entry["link"].split("/") + rest
            resolved = posixpath.dirname(resolved)
    return entries[resolved]


if __name__ == "__main__":
    judge.main()
