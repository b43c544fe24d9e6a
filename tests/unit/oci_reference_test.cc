// References, names, digests, platforms: tables.
#include "oci/model/descriptor.h"
#include "oci/model/docker_name.h"
#include "oci/model/reference.h"
#include "oci_support.h"

namespace oci::oci_reference_test {
namespace {

using test::error_of;

constexpr const char* kHelp =
    "veneer: help: an image is oci:DIR[:TAG], oci-archive:FILE[:TAG] or "
    "docker-archive:FILE[:NAME:TAG]\n";

TEST_CASE("reference: transport, path and name") {
  const ImageReference layout = parse_image_reference("oci:out/dir:app:1.0");
  CHECK(layout.transport == Transport::kOci);
  CHECK(layout.path == "out/dir");
  CHECK(layout.name == "app:1.0");
  for (const std::string text :
       {"oci:d", "oci:d:v1", "oci-archive:/x/a.tar", "oci-archive:a.tar:a--b/c_d@e+f",
        "docker-archive:a.tar", "docker-archive:a.tar:localhost:5000/team/app:v1"}) {
    CAPTURE(text);
    CHECK(parse_image_reference(text).to_string() == text);
  }
}

TEST_CASE("reference: what is malformed says which transports there are") {
  struct Case {
    std::string text;
    std::string why;
  };
  const Case cases[] = {
      {"", "it names no transport"},           {"oci:", "the path is empty"},
      {"oci::tag", "the path is empty"},       {"oci:d:", "'' is not a tag"},
      {"oci:d:a b", "'a b' is not a tag"},     {"oci:d:-a", "'-a' is not a tag"},
      {"oci:d:a---b", "'a---b' is not a tag"}, {"oci-archive:f:a//b", "'a//b' is not a tag"},
  };
  for (const Case& one : cases) {
    CHECK(error_of([&] { parse_image_reference(one.text); }) ==
          "veneer: error: '" + one.text + "' is not an image: " + one.why + "\n" + kHelp);
  }
}

TEST_CASE("reference: a bare name says what it would be with a transport") {
  CHECK(error_of([] { parse_image_reference("app.tar"); }) ==
        "veneer: error: 'app.tar' is not an image: it names no transport\n"
        "veneer: help: write docker-archive:app.tar or oci-archive:app.tar\n");
  CHECK(error_of([] { parse_destination("app"); }) ==
        "veneer: error: 'app' is not an image: it names no transport\n"
        "veneer: help: for a layout, which is a directory, write oci:app\n");
}

TEST_CASE("reference: an image that is elsewhere says how it gets here, or there") {
  struct Case {
    std::string text;
    std::string why;
    std::string elsewhere;
    std::string local;
  };
  const Case cases[] = {
      {"docker:app", "there is no transport 'docker'", "docker://app", "oci:app:latest"},
      {"docker://h.x:5000/a/b:1", "there is no transport 'docker'", "docker://h.x:5000/a/b:1",
       "oci:b:1"},
      {"python:3.12", "there is no transport 'python'", "docker://python:3.12", "oci:python:3.12"},
      {"h.x/a", "it names no transport", "docker://h.x/a", "oci:a:latest"},
      {"docker-daemon:app:1", "there is no transport 'docker-daemon'", "docker-daemon:app:1",
       "oci:app:1"},
      {"dir:/x", "there is no transport 'dir'", "dir:/x", "oci:image"},
  };
  for (const Case& one : cases) {
    const std::string error = "veneer: error: '" + one.text + "' is not an image: " + one.why;
    CHECK(error_of([&] { parse_image_reference(one.text); }) ==
          error + "\nveneer: help: fetch it first: `skopeo copy " + one.elsewhere + " " +
              one.local + "`, then write " + one.local + "\n");
    CHECK(error_of([&] { parse_destination(one.text); }) ==
          error + "\nveneer: help: write oci:DIR:TAG, then `skopeo copy --preserve-digests " +
              "oci:DIR:TAG " + one.elsewhere + "`\n");
  }
}

TEST_CASE("docker name: normalised as docker does") {
  const std::pair<std::string, std::string> cases[] = {
      {"app", "docker.io/library/app:latest"},
      {"app:1", "docker.io/library/app:1"},
      {"team/app", "docker.io/team/app:latest"},
      {"docker.io/app", "docker.io/library/app:latest"},
      {"index.docker.io/app", "docker.io/library/app:latest"},
      {"localhost/app", "localhost/app:latest"},
      {"localhost:5000/app:x", "localhost:5000/app:x"},
      {"ghcr.io/a/b/c:V_1.0-x", "ghcr.io/a/b/c:V_1.0-x"},
      {"[::1]:80/app", "[::1]:80/app:latest"},
      {"a__b/c.d--e", "docker.io/a__b/c.d--e:latest"},
  };
  for (const auto& [text, full] : cases) CHECK(parse_docker_name(text).to_string() == full);
}

TEST_CASE("docker name: what docker refuses is refused") {
  const std::string hex(64, 'a');
  const std::pair<std::string, std::string> cases[] = {
      {"", "the name is empty"},
      {":tag", "the name is empty"},
      {"app:", "the tag after ':' is empty"},
      {"app:.x", "'.x' is not a tag"},
      {"App", "a repository name is lower case"},
      {"a..b", "'a..b' is not a repository name"},
      {"a___b", "'a___b' is not a repository name"},
      {"a//b", "'a//b' is not a repository name"},
      {"-h.x/app", "'-h.x' is not a host name"},
      {"h.x:y/app", "'h.x:y' is not a host name"},
      {"app@sha256:" + hex, "a name with a digest is not supported"},
      {hex, "64 hexadecimal digits are an image id"},
      {"../../etc", "'..' is not a host name"},
  };
  for (const auto& [text, why] : cases) {
    CHECK(error_of([&, name = text] { parse_docker_name(name); }) ==
          "veneer: error: '" + text + "' is not an image name: " + why +
              "\nveneer: help: an image name is [DOMAIN/]NAME[:TAG], for example "
              "registry.example/team/app:1.0\n");
  }
  CHECK(error_of([] { parse_docker_name(std::string(300, 'a')); }).find("longer than 255") !=
        std::string::npos);
}

TEST_CASE("written name: docker, containerd and podman are told the same") {
  struct Case {
    std::string reference;
    std::string ref_name;
    std::string full_name;
  };
  const Case cases[] = {
      {"docker-archive:f", "", ""},
      {"docker-archive:f:app", "latest", "docker.io/library/app:latest"},
      {"docker-archive:f:r.x/app:1", "1", "r.x/app:1"},
      {"oci:d", "", ""},
      {"oci:d:v1", "v1", ""},
      {"oci-archive:f:app:v1", "app:v1", "docker.io/library/app:v1"},
      {"oci:d:r.x/app", "r.x/app", "r.x/app:latest"},
      {"oci:d:A/b", "A/b", "A/b:latest"},
      {"oci:d:a+b:c", "a+b:c", ""},
  };
  for (const Case& one : cases) {
    CAPTURE(one.reference);
    const WrittenName name = written_name(parse_image_reference(one.reference));
    CHECK(name.ref_name == one.ref_name);
    CHECK(name.full_name == one.full_name);
  }
}

TEST_CASE("digest: only sha256 and 64 lower-case hex digits (security 2)") {
  const std::string hex = digest_of("x").hex();
  CHECK(parse_digest("sha256:" + hex) == digest_of("x"));
  std::string upper = hex;
  upper[0] = 'A';
  for (const std::string& text :
       {std::string(), hex, "sha256:" + hex + "0", "sha256:" + hex.substr(1), "sha256:" + upper,
        "SHA256:" + hex, "sha512:" + hex, "sha256:../../" + hex.substr(6), "sha256:" + hex + "\n",
        " sha256:" + hex}) {
    CAPTURE(text);
    CHECK_FALSE(parse_digest(text));
  }
}

TEST_CASE("platform: canonical forms and what runs where") {
  const std::pair<std::string, std::string> names[] = {
      {"linux/x86_64", "linux/amd64"},     {"linux/amd64/v1", "linux/amd64"},
      {"linux/aarch64", "linux/arm64/v8"}, {"Linux/ARM", "linux/arm/v7"},
      {"linux/arm/v6", "linux/arm/v6"},    {"linux/riscv64", "linux/riscv64"},
  };
  for (const auto& [text, name] : names) CHECK(parse_platform(text).to_string() == name);
  for (const std::string text : {"", "linux", "linux/", "/amd64", "a/b/c/d", "linux/a b"}) {
    CHECK(error_of([&] { parse_platform(text); }) ==
          "veneer: error: '" + text +
              "' is not a platform\nveneer: help: a platform is OS/ARCHITECTURE[/VARIANT], for "
              "example linux/arm64/v8\n");
  }
  const auto runs = [](const std::string& wanted, const std::string& offered) {
    return fitness(parse_platform(wanted), parse_platform(offered));
  };
  CHECK(runs("linux/arm64", "linux/arm64/v8").has_value());
  CHECK(runs("linux/arm/v7", "linux/arm/v6").has_value());
  CHECK(runs("linux/arm/v7", "linux/arm/v6") < runs("linux/arm/v7", "linux/arm/v7"));
  CHECK(runs("linux/amd64/v3", "linux/amd64").has_value());
  CHECK_FALSE(runs("linux/arm/v6", "linux/arm/v7").has_value());
  CHECK_FALSE(runs("linux/amd64", "linux/amd64/v3").has_value());
  CHECK_FALSE(runs("linux/amd64", "windows/amd64").has_value());
  CHECK_FALSE(runs("linux/ppc64le", "linux/ppc64le/power9").has_value());
}

}  // namespace
}  // namespace oci::oci_reference_test
