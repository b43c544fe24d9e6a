"""skopeo reads every form of the image, and finds the same image in each."""

import hashlib
import json

import judge
import samples


class Skopeo(judge.Judge):
    """skopeo copies with decompression, so that it reads and checks every blob."""

    clients = ("skopeo",)

    def test_gzip_layers_are_what_the_config_says(self):
        self.check_layers("--compression", "gzip")

    def test_zstd_layers_are_what_the_config_says(self):
        self.check_layers("--compression", "zstd")

    def test_plain_layers_are_what_the_config_says(self):
        self.check_layers("--compression", "none")

    def test_image_with_a_base(self):
        self.check_layers("--base", samples.base())

    def test_every_form_holds_the_same_image(self):
        binary = samples.odd(self.folder)
        forms = [f"oci:{self.folder}/layout:latest",
                 f"oci-archive:{self.folder}/oci.tar:latest",
                 f"docker-archive:{self.folder}/docker.tar:odd:latest"]
        for form in forms:
            samples.build(binary, form)
        configs = [judge.run(["skopeo", "inspect", "--raw", "--config", form]) for form in forms]
        self.assertEqual(configs, [configs[0]] * len(forms))

    def check_layers(self, *options):
        binary = samples.odd(self.folder)
        samples.build(binary, f"oci:{self.folder}/image:latest", *options)
        layout = samples.Layout(self.folder / "image")
        judge.run(["skopeo", "copy", "--dest-decompress", f"oci:{self.folder}/image:latest",
                   f"dir:{self.folder}/copy"])
        copied = json.loads((self.folder / "copy" / "manifest.json").read_text())
        diff_ids = [diff_id for _, diff_id in layout.layers()]
        self.assertEqual([layer["digest"] for layer in copied["layers"]], diff_ids)
        for diff_id in diff_ids:
            encoded = diff_id.removeprefix("sha256:")
            data = (self.folder / "copy" / encoded).read_bytes()
            self.assertEqual(hashlib.sha256(data).hexdigest(), encoded)

        inspected = json.loads(judge.run(["skopeo", "inspect", f"oci:{self.folder}/image:latest"]))
        self.assertEqual(inspected["Layers"],
                         [layer["digest"] for layer in layout.manifest["layers"]])


if __name__ == "__main__":
    judge.main()
