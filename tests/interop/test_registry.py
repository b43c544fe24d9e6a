"""An image that is pushed to a registry and pulled again has the same digests."""

import daemons
import judge
import samples


class Registry(judge.Judge):
    """skopeo pushes and pulls. The registry checks the digest of every blob that it receives."""

    clients = ("docker-registry", "skopeo")

    def test_gzip(self):
        self.check("--compression", "gzip")

    def test_zstd(self):
        self.check("--compression", "zstd")

    def test_plain(self):
        self.check("--compression", "none")

    def check(self, *options):
        binary = samples.odd(self.folder)
        samples.build(binary, f"oci:{self.folder}/built:latest", "--base", samples.base(),
                      *options)
        with daemons.registry(self.folder) as host:
            there = f"docker://{host}/team/odd:1"
            judge.run(["skopeo", "copy", "--dest-tls-verify=false", "--preserve-digests",
                       f"oci:{self.folder}/built:latest", there])
            judge.run(["skopeo", "copy", "--src-tls-verify=false", "--preserve-digests",
                       there, f"oci:{self.folder}/pulled:latest"])
        built = samples.Layout(self.folder / "built")
        pulled = samples.Layout(self.folder / "pulled")
        self.assertEqual(pulled.index["manifests"][0]["digest"],
                         built.index["manifests"][0]["digest"])
        self.assertEqual(pulled.manifest, built.manifest)


if __name__ == "__main__":
    judge.main()
