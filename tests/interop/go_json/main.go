// Reads the images that standard input names, the folder of a layout or of a Docker archive a line,
// as container engines do: with Go's encoding/json into structs. Prints a line of JSON for each;
// null for one that it refuses.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The structs are those of image-spec (specs-go/v1), and for configs those of Docker (image.Image,
// container.Config), which have more members.

type platform struct {
	Architecture string   `json:"architecture"`
	OS           string   `json:"os"`
	OSVersion    string   `json:"os.version,omitempty"`
	OSFeatures   []string `json:"os.features,omitempty"`
	Variant      string   `json:"variant,omitempty"`
	Features     []string `json:"features,omitempty"`
}

type descriptor struct {
	MediaType    string            `json:"mediaType"`
	Digest       string            `json:"digest"`
	Size         int64             `json:"size"`
	URLs         []string          `json:"urls,omitempty"`
	Annotations  map[string]string `json:"annotations,omitempty"`
	Data         []byte            `json:"data,omitempty"`
	Platform     *platform         `json:"platform,omitempty"`
	ArtifactType string            `json:"artifactType,omitempty"`
}

type index struct {
	SchemaVersion int               `json:"schemaVersion"`
	MediaType     string            `json:"mediaType,omitempty"`
	ArtifactType  string            `json:"artifactType,omitempty"`
	Manifests     []descriptor      `json:"manifests"`
	Subject       *descriptor       `json:"subject,omitempty"`
	Annotations   map[string]string `json:"annotations,omitempty"`
	// Of other documents, as containerd looks for them.
	Config   json.RawMessage `json:"config,omitempty"`
	Layers   json.RawMessage `json:"layers,omitempty"`
	FSLayers json.RawMessage `json:"fsLayers,omitempty"`
}

type manifest struct {
	SchemaVersion int               `json:"schemaVersion"`
	MediaType     string            `json:"mediaType,omitempty"`
	ArtifactType  string            `json:"artifactType,omitempty"`
	Config        descriptor        `json:"config"`
	Layers        []descriptor      `json:"layers"`
	Subject       *descriptor       `json:"subject,omitempty"`
	Annotations   map[string]string `json:"annotations,omitempty"`
	Manifests     json.RawMessage   `json:"manifests,omitempty"`
	FSLayers      json.RawMessage   `json:"fsLayers,omitempty"`
}

type layout struct {
	Version string `json:"imageLayoutVersion"`
}

type healthcheck struct {
	Test          []string
	Interval      time.Duration
	Timeout       time.Duration
	StartPeriod   time.Duration
	StartInterval time.Duration
	Retries       int
}

type runConfig struct {
	Hostname        string
	Domainname      string
	User            string
	AttachStdin     bool
	AttachStdout    bool
	AttachStderr    bool
	ExposedPorts    map[string]struct{}
	Tty             bool
	OpenStdin       bool
	StdinOnce       bool
	Env             []string
	Cmd             []string
	Healthcheck     *healthcheck
	ArgsEscaped     bool
	Image           string
	Volumes         map[string]struct{}
	WorkingDir      string
	Entrypoint      []string
	NetworkDisabled bool
	MacAddress      string
	OnBuild         []string
	Labels          map[string]string
	StopSignal      string
	StopTimeout     *int
	Shell           []string
}

type history struct {
	Created    *time.Time `json:"created,omitempty"`
	CreatedBy  string     `json:"created_by,omitempty"`
	Author     string     `json:"author,omitempty"`
	Comment    string     `json:"comment,omitempty"`
	EmptyLayer bool       `json:"empty_layer,omitempty"`
}

type rootfs struct {
	Type    string   `json:"type"`
	DiffIDs []string `json:"diff_ids"`
}

type config struct {
	ID              string     `json:"id,omitempty"`
	Parent          string     `json:"parent,omitempty"`
	Comment         string     `json:"comment,omitempty"`
	Created         *time.Time `json:"created"`
	Container       string     `json:"container,omitempty"`
	ContainerConfig runConfig  `json:"container_config"`
	DockerVersion   string     `json:"docker_version,omitempty"`
	Author          string     `json:"author,omitempty"`
	Config          runConfig  `json:"config"`
	Architecture    string     `json:"architecture,omitempty"`
	Variant         string     `json:"variant,omitempty"`
	OS              string     `json:"os,omitempty"`
	Size            int64      `json:",omitempty"`
	RootFS          rootfs     `json:"rootfs"`
	History         []history  `json:"history,omitempty"`
	OSVersion       string     `json:"os.version,omitempty"`
	OSFeatures      []string   `json:"os.features,omitempty"`
}

type dockerEntry struct {
	Config       string
	RepoTags     []string
	Layers       []string
	Parent       string
	LayerSources map[string]descriptor
}

// What the test compares.
type image struct {
	Layers []string `json:"layers"`
	Config config   `json:"config"`
}

func read(path string, document any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, document)
}

func blob(folder, digest string) string {
	return filepath.Join(folder, "blobs", strings.Replace(digest, ":", "/", 1))
}

func readLayout(folder string) (found image, err error) {
	var version layout
	if err = read(filepath.Join(folder, "oci-layout"), &version); err != nil {
		return found, err
	}
	var list index
	if err = read(filepath.Join(folder, "index.json"), &list); err != nil {
		return found, err
	}
	if version.Version != "1.0.0" || len(list.Manifests) != 1 || list.Config != nil ||
		list.Layers != nil || list.FSLayers != nil {
		return found, errors.New("is no layout of one image")
	}
	var document manifest
	if err = read(blob(folder, list.Manifests[0].Digest), &document); err != nil {
		return found, err
	}
	if document.Manifests != nil || document.FSLayers != nil {
		return found, errors.New("is ambiguous")
	}
	for _, layer := range document.Layers {
		found.Layers = append(found.Layers, layer.Digest)
	}
	err = read(blob(folder, document.Config.Digest), &found.Config)
	return found, err
}

func readArchive(folder string) (found image, err error) {
	var entries []dockerEntry
	if err = read(filepath.Join(folder, "manifest.json"), &entries); err != nil {
		return found, err
	}
	if len(entries) != 1 {
		return found, errors.New("is no archive of one image")
	}
	found.Layers = entries[0].Layers
	err = read(filepath.Join(folder, entries[0].Config), &found.Config)
	return found, err
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		folder := lines.Text()
		found, err := readLayout(folder)
		if _, missing := os.Stat(filepath.Join(folder, "oci-layout")); missing != nil {
			found, err = readArchive(folder)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, folder, err)
			fmt.Println("null")
			continue
		}
		text, _ := json.Marshal(found)
		fmt.Println(string(text))
	}
}
