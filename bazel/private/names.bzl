"""Names of repositories, packages and layers, and the bucket of each package."""

_DIGITS = "0123456789"
_HEX = "0123456789abcdef"

def repository_of(label):
    """Returns the canonical name of a label's repository; empty for the main repository."""
    name = getattr(label, "repo_name", None)
    return label.workspace_name if name == None else name

def _is_made_of(text, characters):
    for i in range(len(text)):
        if text[i] not in characters:
            return False
    return text != ""

def _is_wheel_tag(token):
    return token == "sdist" or (token[:2] in ("cp", "py", "pp") and _is_made_of(token[2:], _DIGITS))

def _is_python_version(token):
    return token[:1] == "3" and len(token) in (2, 3) and _is_made_of(token, _DIGITS)

def _is_hash(token):
    return len(token) >= 7 and _is_made_of(token, _HEX) and not _is_made_of(token, "abcdef")

def _skip(text, at, characters):
    """Returns the index from `at` of the first character that is none of `characters`."""
    for i in range(at, len(text)):
        if text[i] not in characters:
            return i
    return len(text)

def _version_start(text):
    """Returns where a version of two numbers or more begins, with what parts it from the name.

    For example `-1.0.203`, `_31_1`, `~20240116.2`, `__v4.17`. Without a version this is the text's
    length.
    """
    for at in range(len(text)):
        if text[at] not in "-_.~+@":
            continue
        number = _skip(text, at, "-_.~+@")
        if text[number:number + 1] == "v":
            number += 1
        end = _skip(text, number, _DIGITS)
        if end > number and text[end:end + 1] in (".", "_") and text[end + 1:end + 2].isdigit():
            return at
    return len(text)

def _last_mark(name):
    return max(name.rfind("+"), name.rfind("~"))

def _own_name(repository):
    """Returns the repository's own part of a canonical name, without its version.

    In the repositories of a module extension, `+` or `~` separate the extension's name from the
    repository's own.
    """
    mark = _last_mark(repository)
    if mark < 0 or mark + 1 == len(repository):
        return repository
    if _version_start(repository[mark:]) == 0:
        repository = repository[:mark]
        mark = _last_mark(repository)
    own = repository if mark < 0 or mark + 1 == len(repository) else repository[mark + 1:]
    return own[:_version_start(own)]

def _hub_size(tokens):
    """Returns how many tokens a hub puts before the package's name: `pypi_313_`, `my_deps_311_`."""
    for i in range(1, len(tokens) - 1):
        if _is_wheel_tag(tokens[i]):
            break
        if _is_python_version(tokens[i]):
            return i + 1
    return 1 if len(tokens) > 1 and tokens[0] in ("pypi", "pip") else 0

def package_name(repository):
    """Returns a repository's name without the parts that a new version of the package changes.

    veneer itself finds the same names (layer/plan/package_name.cc). A test compares both with
    tests/package_names.tsv.

    Args:
        repository: Canonical name, for example
            `rules_python++pip+pypi_313_numpy_cp313_cp313_manylinux_0a1b2c3d`.

    Returns:
        The package's name, for example `numpy`.
    """
    tokens = [token for token in _own_name(repository).split("_") if token]
    first = _hub_size(tokens)
    kept = tokens[first:first + 1]
    for token in tokens[first + 1:]:
        if _is_wheel_tag(token) or _is_hash(token):
            break
        kept.append(token)
    return "_".join(kept) or repository

def _score(name, bucket):
    """Hashes a name and a bucket so that each bit depends on the whole input.

    `hash` alone gives similar values for similar names.
    """
    x = hash("%d#%s" % (bucket, name)) & 0xffffffff
    for _ in range(3):
        x = ((x ^ (x >> 16)) * 0x45d9f3b) & 0xffffffff
    return x ^ (x >> 16)

def bucket_of(name, buckets):
    """Chooses a package's bucket by rendezvous hashing.

    One more bucket takes packages from the others, and moves no package between the others.

    Args:
        name: The package's name.
        buckets: The number of buckets, at least one.

    Returns:
        The bucket's number, from 1.
    """
    best = 1
    best_score = -1
    for bucket in range(1, buckets + 1):
        score = _score(name, bucket)
        if score > best_score:
            best = bucket
            best_score = score
    return best

_SAFE = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+~"

def _file_name(name):
    """Makes the name of a file from any text.

    `my_rules#interpreter` becomes `my_rules-interpreter`, `@@//src:lib_a` becomes `src-lib_a`.
    """
    words = "".join([name[i] if name[i] in _SAFE else "-" for i in range(len(name))]).split("-")
    safe = "-".join([word for word in words if word]).strip(".") or "group"

    # veneer itself uses these names.
    return "group-" + safe if safe == "packages" or safe.startswith("packages-") else safe

def layer_names(names, taken):
    """Makes distinct names that suit layers and their files.

    Args:
        names: Texts.
        taken: Names of other layers.

    Returns:
        A list of readable names, one for each text. A number is added where two would be the same.
    """
    used = {name: None for name in taken}
    result = []
    for name in names:
        first = _file_name(name)
        unique = first
        for number in range(2, len(used) + 3):
            if unique not in used:
                break
            unique = "%s-%d" % (first, number)
        used[unique] = None
        result.append(unique)
    return result

def glob_matches(glob, name):
    """Compares a name with a pattern.

    Args:
        glob: The pattern, in which `*` stands for any number of characters.
        name: The name.

    Returns:
        Whether the pattern matches the whole name.
    """
    parts = glob.split("*")
    if len(parts) == 1:
        return glob == name
    if not name.startswith(parts[0]):
        return False
    at = len(parts[0])
    for part in parts[1:-1]:
        found = name.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(name) - at >= len(parts[-1]) and name.endswith(parts[-1])
