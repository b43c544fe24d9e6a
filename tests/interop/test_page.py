"""The page of `inspect --html` works in Chromium: map, search, keyboard, odd names.

usage: test_page.py [--update] [UNITTEST-OPTION...]

--update makes the picture in docs anew.
"""

import os
import pathlib
import subprocess
import sys
import unittest

import browser
import judge

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

# pylint: disable=wrong-import-position
from made_images import Image, member, tar, whiteout                        # noqa: E402
from sample_layers import METADATA, debian_layer, python_layer              # noqa: E402

UPDATE = "--update" in sys.argv
if UPDATE:
    sys.argv.remove("--update")
PICTURE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "inspect.png"
MOST_PICTURE = 150_000  # bytes
SITE = "app/venv/lib/python3.11/site-packages"
HOSTILE = ["<img src=x onerror='window.pwned=1'>", "</script><script>window.pwned=1</script>",
           '"><svg onload="window.pwned=1">', "<!--", "javascript:window.pwned=1",
           "${window.pwned=1}", "\u202egnp.exe", "\x1b[31mred", "__proto__", "constructor",
           "&lt;b&gt;"]


def package(name, version, sizes):
    """Returns members of a wheel with a file of each size."""
    files = [(f"{SITE}/{name}/{path}", size) for path, size in sizes.items()]
    info = f"{SITE}/{name}-{version}.dist-info"
    record = "".join(f"{path[len(SITE) + 1:]},,\n" for path, _ in files)
    return [member(path, os.urandom(64) * (size // 64)) for path, size in files] + [
        member(f"{info}/METADATA", METADATA.format(name, version)),
        member(f"{info}/RECORD", record)]


def sample_layers():
    """Returns layers of an image with something to see in each part of the page."""
    base = debian_layer() + [
        member("usr/bin/python3.11", os.urandom(700_000)),
        member("usr/lib/python3.11/lib.py", os.urandom(900_000)),
        member("usr/share/old", b"o" * 50_000), member("usr/share/a.dat", b"d" * 90_000),
        member("usr/share/b.dat", b"d" * 90_000)]
    numpy = package("numpy", "2.2.6", {
        "_core/_multiarray_umath.so": 800_000, "linalg/_umath_linalg.so": 200_000,
        "random/mtrand.so": 300_000, "fft/_pocketfft.so": 120_000, "__init__.py": 20_000,
        "_core/numeric.py": 90_000, "testing/utils.py": 80_000})
    flask = package("flask", "3.1.0", {"app.py": 60_000, "cli.py": 40_000, "blueprints.py": 30_000,
                                       "json/provider.py": 8_000, "sansio/app.py": 37_000})
    venv = [member("app/venv/pyvenv.cfg", "home = /usr/bin\n"),
            member("app/venv/bin/python", link="/usr/bin/python3.11"),
            member("app/venv/lib/six.py", link="/usr/lib/python3/dist-packages/six.py"),
            member("app/venv/lib/gone.py", link="../nowhere.py"),
            member("app/main.py", b"m" * 9_000), whiteout("usr/share/old")]
    return [base, numpy, flask + venv]


def write_page(folder, layers, *options, name="image", **config):
    """Writes the page of an image; skips if veneer cannot."""
    Image([tar(members) for members in layers], **config).layout(folder / name)
    done = subprocess.run([os.environ["VENEER"], "inspect", "--html", "page.html", name, *options,
                           "--no-store"], cwd=folder, capture_output=True, text=True, check=False,
                          timeout=judge.TIMEOUT)
    if "built without the page" in done.stderr:
        raise unittest.SkipTest("this veneer was built without the page")
    assert done.returncode == 0, done.stderr
    return folder / "page.html"


class Page(judge.Judge):
    """Opens pages in one browser."""

    @classmethod
    def setUpClass(cls):
        if browser.program() is None:
            raise unittest.SkipTest("'chromium' is not installed")
        cls.profile = cls.enterClassContext(judge.scratch())
        cls.browser = browser.Browser(cls.profile / "profile", "--window-size=1280,900")
        cls.addClassCleanup(cls.browser.close)

    def open(self, layers, *options, **config):
        """Opens the page of an image, which may neither complain nor ask for anything."""
        page = write_page(self.folder, layers, *options, **config)
        self.browser.open(page)
        self.addCleanup(self.check_quiet, page)
        return page

    def check_quiet(self, page):
        """Nothing was logged, and nothing but the page itself was asked for."""
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual(set(self.browser.requests()) - {"data:,"}, {page.resolve().as_uri()})
        self.assertIsNone(self.browser.js("window.pwned"))

    def text(self, selector):
        """Returns the text of an element."""
        return self.browser.js(f"document.querySelector({selector!r}).textContent")

    def names(self):
        """Returns the names of the cells of the map."""
        return self.browser.js("[...document.querySelectorAll('#map button')].map("
                               "(cell) => cell.getAttribute('aria-label').split(', ')[0])")

    def focused(self):
        """Returns what a screen reader says of the element with the focus."""
        return self.browser.js("document.activeElement.getAttribute('aria-label')")

    def choose(self, value):
        """Chooses a grouping or a measure."""
        self.browser.js(f"document.querySelector('input[value={value}]').click()")

    def trail(self):
        """Returns the names of the folders that the map is in."""
        return self.browser.js("[...document.querySelectorAll('#trail li')].map("
                               "(one) => one.textContent)")


class Map(Page):
    """Map, zoom and keyboard."""

    def test_boxes_are_as_large_as_their_files_in_every_grouping(self):
        self.open(sample_layers())
        for grouping, name in (("directory", "usr"), ("package", "numpy 2.2.6"),
                               ("layer", "layer 2: numpy")):
            self.choose(grouping)
            self.assertIn(name, self.names())
            for measure in ("stored", "unpacked"):
                self.choose(measure)
                self.assertTrue(self.has_areas(measure), (grouping, measure))

    def has_areas(self, measure):
        """Whether large files of the map have areas in proportion, but for borders."""
        shares = self.browser.js(
            "[...document.querySelectorAll('#map .file')].map((cell) => [cell.offsetWidth * "
            f"cell.offsetHeight, /, ([0-9.]+) kB {measure}/.exec(cell.ariaLabel)?.[1] ?? 0])"
            ".filter(([area, size]) => size > 0 && area >= 10000)"
            ".map(([area, size]) => area / size)")
        self.assertGreater(len(shares), 2)
        return max(shares) < 1.5 * min(shares)

    def test_enter_opens_arrows_move_and_escape_goes_back(self):
        self.open(sample_layers())
        self.browser.js("document.querySelector('#map button[tabindex=\"0\"]').focus()")
        first = self.focused()
        self.browser.press("ArrowRight")
        self.assertNotEqual(self.focused(), first)
        self.browser.press("ArrowLeft")
        self.assertEqual(self.focused(), first)
        self.browser.press("Enter", "\r")
        self.assertEqual(self.trail()[1:2], [first.split(",")[0].split("/")[0]])
        self.assertTrue(self.browser.js("document.activeElement.matches('#map button')"))
        self.browser.press("Escape")
        self.assertEqual((self.trail(), self.focused()), (["image"], first))
        self.assertIn(f"/{first.split(',')[0]}", self.text("#selected"))
        stops = self.browser.js("document.querySelectorAll('#map [tabindex=\"0\"]').length")
        self.assertEqual(stops, 1)

    def test_a_click_opens_a_folder_and_the_trail_leads_back(self):
        self.open(sample_layers())
        self.browser.js("[...document.querySelectorAll('#map .folder')].find((cell) => "
                        "cell.textContent === 'numpy').click()")
        self.assertEqual(self.trail(), ["image", "app", "venv", "lib", "python3.11",
                                        "site-packages", "numpy"])
        self.assertIn("_multiarray_umath.so", " ".join(self.names()))
        self.browser.js("document.querySelectorAll('#trail button')[0].click()")
        self.assertEqual(self.trail(), ["image"])

    def test_every_control_has_a_name_for_a_screen_reader(self):
        self.open(sample_layers())
        nodes = self.browser.call("Accessibility.getFullAXTree")["nodes"]
        controls = [node for node in nodes if not node.get("ignored") and node["role"]["value"] in
                    ("button", "link", "radio", "searchbox", "table", "navigation", "group")]
        self.assertGreater(len(controls), 50)
        self.assertEqual([node for node in controls if not node.get("name", {}).get("value")], [])
        roles = {node["role"]["value"] for node in nodes if not node.get("ignored")}
        self.assertLessEqual({"main", "heading", "status", "row", "columnheader"}, roles)

    def test_it_is_light_or_dark_as_the_user_wants(self):
        self.open(sample_layers())
        colors = {}
        for scheme in ("light", "dark"):
            self.browser.call("Emulation.setEmulatedMedia", features=[
                {"name": "prefers-color-scheme", "value": scheme}])
            colors[scheme] = self.browser.js("getComputedStyle(document.body).backgroundColor")
        self.browser.call("Emulation.setEmulatedMedia", features=[])
        self.assertEqual(colors, {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 24, 27)"})


class Search(Page):
    """What is found, and where it leads."""

    def search(self, text):
        """Types into the search; returns the number of matches and their paths."""
        self.browser.js("document.querySelector('#search').value = ''")
        self.browser.js("document.body.focus(); document.activeElement.blur()")
        self.browser.press("/", "/")
        self.assertEqual(self.browser.js("document.activeElement.id"), "search")
        self.browser.js("document.querySelector('#found').replaceChildren()")
        self.browser.type_text(text)
        self.browser.wait("document.querySelector('#found p') !== null")
        return self.browser.js("[document.querySelector('#found p').textContent, "
                               "[...document.querySelectorAll('#found button')].map("
                               "(one) => one.textContent)]")

    def test_names_and_paths_are_found_and_opened(self):
        self.open(sample_layers())
        self.assertEqual(self.search("MTRAND"), ["1 match", [f"/{SITE}/numpy/random/mtrand.so"]])
        self.assertEqual(self.search("flask/app.p"), ["1 match", [f"/{SITE}/flask/app.py"]])
        self.assertEqual(self.search("no such name"), ["0 matches", []])
        self.search("mtrand")
        self.assertGreater(self.browser.js("document.querySelectorAll('#map .hit').length"), 0)
        self.browser.js("document.querySelector('#found button').click()")
        self.assertEqual(self.trail()[-1], "random")
        self.assertIn("mtrand.so, 300.0 kB", self.focused().replace("299.", "300."))
        self.assertIn("layer 2, numpy 2.2.6", self.text("#selected"))


class Parts(Page):
    """What stands below the map."""

    def test_each_part_says_what_veneer_knows(self):
        Image([tar(debian_layer())]).layout(self.folder / "old")
        self.open(sample_layers(), "old", config={"Entrypoint": ["/app/main"], "User": "1000"})
        self.assertIn("3 layers", self.text("#summary"))
        self.assertIn("usr/share/a.dat", self.text("#waste-part"))
        self.assertIn("50.0 kB3", self.text("#waste-part").replace("kB1", "kB"))
        self.assertIn("2 symlinks to files in place of 700.3 kB", self.text("#saved"))
        self.assertIn("3 links, 1 of them lead nowhere", self.text("#venv-part"))
        self.assertIn("numpy2.2.6Python", self.text("#packages-part"))
        self.assertIn("'/app/main'", self.text("#checks-part"))
        self.assertIn('"/app/main"', self.text("#config-part"))
        self.assertIn("A registry that has oci:old needs", self.text("#push"))
        self.browser.js("[...document.querySelectorAll('#packages-part button')].find("
                        "(one) => one.textContent === 'flask').click()")
        self.assertEqual(self.trail(), ["image", "flask 3.1.0"])

    def test_names_that_look_like_markup_are_text(self):
        layer = [member("h")] + [member(f"h/{name}", "x" * 5000) for name in HOSTILE]
        layer += [member(f"v/{name}", link=name) for name in HOSTILE]
        layer += [member("v/pyvenv.cfg", "home = /\n")]
        self.open([layer, [member("z", "1")]], config={
            "Labels": dict.fromkeys(HOSTILE, HOSTILE[0]), "Entrypoint": [HOSTILE[0]]},
            history=[{"created_by": HOSTILE[0]}, {"created_by": HOSTILE[1]}])
        self.assertEqual(self.browser.js("document.images.length + document.scripts.length + "
                                         "document.querySelectorAll('svg, iframe, b').length"), 2)
        for part in ("config", "layers", "venv"):
            self.assertIn(HOSTILE[0].split("=")[0], self.text(f"#{part}-part"))
        self.assertIn(HOSTILE[2], self.text("#waste-part"))
        self.browser.js("for (const name of ['h', 'v']) [...document.querySelectorAll('#content "
                        "button')].find((one) => one.textContent === 'h/')?.click()")
        self.assertEqual(self.trail(), ["image", "h"])
        shown = self.text("#content")
        for name in HOSTILE:
            text = name.replace("\u202e", "\\xe2\\x80\\xae").replace("\x1b", "\\x1b")
            self.assertIn(text.split("/", maxsplit=1)[0], shown)

    def test_a_script_that_got_into_the_page_would_not_run(self):
        page = write_page(self.folder, [[member("a", "1")]])
        page.write_text(page.read_text().replace(
            "<header>", "<script>window.pwned = 1</script><header onclick='window.pwned = 1'>"))
        self.browser.open(page)
        self.browser.js("document.querySelector('header').click()")
        self.assertIsNone(self.browser.js("window.pwned"))
        self.assertIn("Content Security Policy", str(self.browser.complaints()))


class Size(Page):
    """docs/inspect.md has the figures; here only what is far from them fails."""

    def test_a_page_of_30000_files(self):
        layer = [member("a/pyvenv.cfg", "home = /\n")]
        layer += [member(f"a/{i % 300}/pkg_{i % 17}/module_{i}.py", str(i)) for i in range(30_000)]
        page = self.open([layer])
        self.assertLess(page.stat().st_size, 3_000_000)
        self.assertLess(self.browser.open(page), 10)
        self.assertIn("35,402 paths", self.text("#summary"))


class Picture(Page):
    """The picture in docs."""

    def test_the_picture_is_small(self):
        if UPDATE:
            self.open(sample_layers(), name="shop", config={"Entrypoint": ["/app/main.py"]})
            self.choose("layer")
            self.browser.call("Emulation.setDeviceMetricsOverride", width=1100, height=880,
                              deviceScaleFactor=1, mobile=False)
            self.browser.js("window.dispatchEvent(new Event('resize'))")
            self.browser.screenshot(PICTURE)
            self.browser.call("Emulation.clearDeviceMetricsOverride")
        self.assertLess(PICTURE.stat().st_size, MOST_PICTURE)


if __name__ == "__main__":
    judge.main()
