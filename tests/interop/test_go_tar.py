"""Go's archive/tar judges tars with a changed byte: veneer takes none that it refuses."""

import io
import pathlib
import random
import subprocess
import sys
import tarfile

import judge

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))
from made_images import Image  # noqa: E402

ROUNDS = 150


def sample(form):
    """Returns a tar of one file, one link and one directory."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=form) as tar:
        for name, kind in (("d", tarfile.DIRTYPE), ("d/" + "f" * 120, tarfile.REGTYPE),
                           ("s", tarfile.SYMTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "d" if kind == tarfile.SYMTYPE else ""
            tar.addfile(info)
    return stream.getvalue()


def changed(data, rng):
    """Returns the tar with a byte changed in one header, whose checksum is right again."""
    data = bytearray(data)
    headers = [at for at in range(0, len(data), 512) if data[at + 257:at + 262] == b"ustar"]
    at = rng.choice(headers)
    data[at + rng.choice((100, 107, 108, 116, 124, 134, 136, 146, 156, 257, 263, 329, 345, 508))] = (
        rng.choice(b"\0 017a-+\x80\xff"))
    block = data[at:at + 512]
    data[at + 148:at + 156] = b"%06o\0 " % (sum(block[:148]) + sum(block[156:]) + 256)
    return bytes(data)


class GoTar(judge.Judge):
    """Tests layers that are no longer what an archiver wrote."""

    clients = ("go",)

    def test_none_that_go_refuses_is_sound(self):
        reader = self.folder / "reader"
        judge.run(["go", "build", "-o", reader, HERE / "go_tar" / "main.go"])
        rng = random.Random(1)
        refused = 0
        for number in range(ROUNDS):
            data = changed(sample(rng.choice((tarfile.GNU_FORMAT, tarfile.PAX_FORMAT))), rng)
            go = subprocess.run([reader], input=data, capture_output=True, check=False)
            if go.returncode == 0:
                continue
            refused += 1
            layout = self.folder / f"image{number}"
            Image([data]).layout(layout)
            with self.assertRaises(AssertionError):
                judge.veneer("verify", layout)
        self.assertGreater(refused, 10)


if __name__ == "__main__":
    judge.main()
