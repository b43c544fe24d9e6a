"""What manual pages and docs/reference say beside the options: examples, and what all commands share."""

# A line for lists, if the first sentence of the help is none.
SUMMARIES = {
    "veneer": "Make container images of Python programs, with each file once",
    "veneer why": "Show what is at a path of an image, or would be, and where it comes from",
}

# Of each command: what a command line does, and the line.
EXAMPLES = {
    "veneer": [
        ("An image of a virtual environment and of the sources that use it, for docker:",
         "veneer build --venv .venv --app src -e main.py --base oci:python "
         "-o docker-archive:shop.tar:shop:1"),
        ("What is in it:", "veneer inspect docker-archive:shop.tar"),
        ("Whether it would start:", "veneer verify docker-archive:shop.tar"),
    ],
    "veneer build": [
        ("An image of a binary that Bazel has built, on a base, into an OCI layout:",
         "veneer build bazel-bin/app --base oci:base -o oci:images:app"),
        ("The same of a virtual environment, for docker:",
         "veneer build --venv .venv --app src -e main.py --base oci:python "
         "-o docker-archive:shop.tar:shop:1"),
        ("Plain files, with layers of zstd:",
         "veneer build --tree dist:/srv/app --base oci:base --entrypoint /srv/app/server "
         "--compression zstd -o oci:images:app"),
        ("Straight into docker:",
         "veneer build --venv .venv --app src -e main.py --base oci:python "
         "-o docker-archive:-:shop:1 | docker load"),
        ("What veneer.toml says of the image \"shop\":", "veneer build shop"),
    ],
    "veneer plan": [
        ("Which layers an image would have:", "veneer plan bazel-bin/app --base oci:base"),
        ("Why a path is what it is:", "veneer plan bazel-bin/app --explain app/app"),
    ],
    "veneer layer": [
        ("All of a program in one layer, for a base:",
         "veneer layer bazel-bin/app --layers=one --base oci:base -o app.tar.gz"),
    ],
    "veneer image": [
        ("An image of that layer:",
         "veneer image --layer app.tar.gz --base oci:base -o oci:images:app"),
    ],
    "veneer index": [
        ("One image for two processors:",
         "veneer index --image oci:images:app-amd64 --image oci:images:app-arm64 "
         "-o oci:images:app"),
    ],
    "veneer convert": [
        ("An archive for docker of an image in a layout:",
         "veneer convert oci:images:app docker-archive:app.tar:app:1"),
        ("The same image with smaller layers:",
         "veneer convert oci:images:app oci:images:app-zstd --compression zstd"),
    ],
    "veneer rebase": [
        ("The image on a newer version of its base:",
         "veneer rebase oci:images:app --base oci:bases:python-3.12.7 -o oci:images:app"),
    ],
    "veneer gc": [
        ("How much of a layout no image needs any more:", "veneer gc oci:images --dry-run"),
    ],
    "veneer inspect": [
        ("Layers, packages and the largest files:", "veneer inspect oci:images:app"),
        ("The same as a page to look at:",
         "veneer inspect oci:images:app --html app.html"),
    ],
    "veneer sbom": [
        ("What software is in it, for other programs:",
         "veneer sbom oci:images:app -o app.spdx.json"),
    ],
    "veneer attach": [
        ("That list beside the image, for registries and other tools:",
         "veneer attach oci:images:app app.spdx.json"),
        ("Any other file:",
         "veneer attach oci:images:app notes.txt --artifact-type application/vnd.example.notes"),
    ],
    "veneer diff": [
        ("What a new version has changed:", "veneer diff oci:images:app-1 oci:images:app-2"),
    ],
    "veneer why": [
        ("What is at a path, and where its links lead:",
         "veneer why oci:images:app /app/.venv/bin/python"),
    ],
    "veneer verify": [
        ("Whether the programs of an image find what they need:", "veneer verify oci:images:app"),
    ],
    "veneer store": [
        ("Keep at most 2 GB:", "veneer store gc --max-size 2GB"),
    ],
    "veneer schema": [
        ("For an editor that knows JSON schemas of TOML:",
         "veneer schema > veneer.toml.schema.json"),
    ],
    "veneer trace": [
        ("Which files a program uses until it can work:",
         "veneer trace -o used.txt -- .venv/bin/python -c 'import flask'"),
    ],
    "veneer tar": [
        ("An archive of what an mtree lists, each real file once:",
         "veneer tar -c -z -f app.tar.gz @app.mtree"),
    ],
    "veneer help": [
        ("The help of a command of a command:", "veneer help store gc"),
    ],
}

EXIT_CODES = [
    ("0", "Done."),
    ("1", "The input or the system failed."),
    ("2", "Wrong usage."),
    ("70", "A fault of veneer itself."),
]

# Of the commands whose exit codes say more.
OWN_EXIT_CODES = {
    "veneer diff": [
        ("0", "Nothing differs."),
        ("1", "Something does."),
        ("2", "That cannot be found out, or wrong usage."),
        ("70", "A fault of veneer itself."),
    ],
    "veneer why": [
        ("0", "Something is at the path."),
        ("1", "Nothing is there, or the input or the system failed."),
        ("2", "Wrong usage."),
        ("70", "A fault of veneer itself."),
    ],
    "veneer inspect": [
        ("0", "Done, and the image is as its limits and expectations say."),
        ("1", "It is not, or the input or the system failed."),
        ("2", "Wrong usage."),
        ("70", "A fault of veneer itself."),
    ],
    "veneer verify": [
        ("0", "Nothing is broken."),
        ("1", "Something is, or the input or the system failed."),
        ("2", "Wrong usage."),
        ("70", "A fault of veneer itself."),
    ],
}

VARIABLES = [
    ("SOURCE_DATE_EPOCH", "The time of an image's creation, in seconds since 1970, for the commands "
     "that make images."),
    ("XDG_CACHE_HOME, HOME", "The store is `$XDG_CACHE_HOME/veneer`, or else `~/.cache/veneer`."),
    ("TMPDIR", "The folder of temporary files; /tmp if it is not set or empty."),
    ("NO_COLOR, CLICOLOR_FORCE, TERM", "Whether there are colours, if `--color` does not say it."),
]

FILES = [
    ("veneer.toml", "The options of a project's images, for `veneer build NAME`; see "
     "`docs/project_file.md`."),
    (".veneerignore, .dockerignore", "What is left out of a `--tree` or an `--app`."),
]
