// Reads a layer as stargz-snapshotter does, by the library that defines eStargz, and compares all that
// it finds with the layer's tar: estargz BLOB TOC_DIGEST. Prints what there is, as JSON.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"reflect"
	"strings"

	"github.com/containerd/stargz-snapshotter/estargz"
	digest "github.com/opencontainers/go-digest"
)

type report struct {
	Entries  int    // of the tar, without the table of contents
	Chunks   int    // each verified by its digest
	Members  int    // that chunks are in
	Landmark string // its name
	Prefetch int64  // bytes before it
	First    []string
}

func main() {
	if err := run(os.Args[1], digest.Digest(os.Args[2])); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(blob string, toc digest.Digest) error {
	file, err := os.Open(blob)
	if err != nil {
		return err
	}
	status, err := file.Stat()
	if err != nil {
		return err
	}
	reader, err := estargz.Open(io.NewSectionReader(file, 0, status.Size()))
	if err != nil {
		return err
	}
	verifier, err := reader.VerifyTOC(toc)
	if err != nil {
		return err
	}
	found := report{}
	members := map[int64]bool{}
	entries, err := entriesOf(file)
	if err != nil {
		return err
	}
	seen := 0
	for _, entry := range entries {
		if entry.header.Name == estargz.TOCTarName {
			continue
		}
		seen++
		if err := compare(reader, verifier, entry, members, &found); err != nil {
			return fmt.Errorf("%q: %w", entry.header.Name, err)
		}
	}
	found.Entries = seen
	found.Members = len(members)
	if last := entries[len(entries)-1].header.Name; last != estargz.TOCTarName {
		return fmt.Errorf("the last entry is %q", last)
	}
	if err := findLandmark(reader, entries, &found); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(found)
}

type entry struct {
	header  *tar.Header
	content []byte
}

func entriesOf(file *os.File) ([]entry, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	plain, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	var entries []entry
	archive := tar.NewReader(plain)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry{header, content})
	}
	if _, err := io.Copy(io.Discard, plain); err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, errors.New("no entries")
	}
	return entries, nil
}

// Whether the table says of an entry what the tar does.
func compare(reader *estargz.Reader, verifier estargz.TOCEntryVerifier, in entry, members map[int64]bool, found *report) error {
	stated, ok := reader.Lookup(in.header.Name)
	if !ok {
		return errors.New("is not in the table")
	}
	if in.header.Typeflag == tar.TypeLink {
		target, ok := reader.Lookup(in.header.Linkname)
		if !ok || target != stated {
			return errors.New("is a hardlink to something else")
		}
		return nil
	}
	types := map[byte]string{tar.TypeReg: "reg", tar.TypeDir: "dir", tar.TypeSymlink: "symlink",
		tar.TypeChar: "char", tar.TypeBlock: "block", tar.TypeFifo: "fifo"}
	xattrs := map[string][]byte{}
	for key, value := range in.header.PAXRecords {
		if name := strings.TrimPrefix(key, "SCHILY.xattr."); name != key {
			xattrs[name] = []byte(value)
		}
	}
	if len(stated.Xattrs) == 0 {
		stated.Xattrs = map[string][]byte{}
	}
	for _, pair := range [][2]any{
		{stated.Name, strings.TrimPrefix(path.Clean("/"+in.header.Name), "/")},
		{stated.Type, types[in.header.Typeflag]},
		{stated.Size, in.header.Size},
		{stated.LinkName, in.header.Linkname},
		{stated.Mode, in.header.Mode},
		{stated.UID, in.header.Uid},
		{stated.GID, in.header.Gid},
		{stated.DevMajor, int(in.header.Devmajor)},
		{stated.DevMinor, int(in.header.Devminor)},
		{stated.Xattrs, xattrs},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			return fmt.Errorf("the table says %v, the tar %v", pair[0], pair[1])
		}
	}
	if in.header.ModTime.Unix() != 0 && !stated.ModTime().Equal(in.header.ModTime) {
		return fmt.Errorf("the table says %v, the tar %v", stated.ModTime(), in.header.ModTime)
	}
	if in.header.Typeflag != tar.TypeReg || in.header.Size == 0 {
		return nil
	}
	if want := digest.FromBytes(in.content); digest.Digest(stated.Digest) != want {
		return fmt.Errorf("the table's digest is %s, the content's %s", stated.Digest, want)
	}
	return read(reader, verifier, in, members, found)
}

// Reads a file chunk by chunk, and verifies each, and those that come with it in its member.
func read(reader *estargz.Reader, verifier estargz.TOCEntryVerifier, in entry, members map[int64]bool, found *report) error {
	opened, err := reader.OpenFileWithPreReader(in.header.Name,
		func(other *estargz.TOCEntry, content io.Reader) error {
			return verify(content, other)
		})
	if err != nil {
		return err
	}
	for offset := int64(0); offset < in.header.Size; {
		chunk, ok := reader.ChunkEntryForOffset(in.header.Name, offset)
		if !ok || chunk.ChunkOffset != offset || chunk.ChunkSize == 0 {
			return fmt.Errorf("no chunk at %d", offset)
		}
		if chunk.NextOffset() <= chunk.Offset || chunk.NextOffset()-chunk.Offset > 2<<20 {
			return fmt.Errorf("the member at %d ends at %d", chunk.Offset, chunk.NextOffset())
		}
		content := make([]byte, chunk.ChunkSize)
		if _, err := opened.ReadAt(content, offset); err != nil {
			return err
		}
		if err := verify(bytes.NewReader(content), chunk); err != nil {
			return err
		}
		stated, err := verifier.Verifier(chunk)
		if err != nil {
			return err
		}
		if _, err := stated.Write(content); err != nil || !stated.Verified() {
			return fmt.Errorf("the chunk at %d is not verified", offset)
		}
		if !bytes.Equal(content, in.content[offset:offset+chunk.ChunkSize]) {
			return fmt.Errorf("the chunk at %d is not what the tar has", offset)
		}
		offset += chunk.ChunkSize
		found.Chunks++
		members[chunk.Offset] = true
	}
	return nil
}

func verify(content io.Reader, chunk *estargz.TOCEntry) error {
	hash := sha256.New()
	if _, err := io.Copy(hash, content); err != nil {
		return err
	}
	if got := fmt.Sprintf("sha256:%x", hash.Sum(nil)); got != chunk.ChunkDigest {
		return fmt.Errorf("chunk of %q: %s, expected %s", chunk.Name, got, chunk.ChunkDigest)
	}
	return nil
}

// Whether there is one landmark, behind all that a reader gets in advance and before all else.
func findLandmark(reader *estargz.Reader, entries []entry, found *report) error {
	var offset int64
	for _, name := range []string{estargz.PrefetchLandmark, estargz.NoPrefetchLandmark} {
		if landmark, ok := reader.Lookup(name); ok {
			if found.Landmark != "" {
				return errors.New("there are two landmarks")
			}
			found.Landmark = name
			offset = landmark.Offset
			if landmark.InnerOffset != 0 {
				return errors.New("the landmark does not begin its member")
			}
		}
	}
	if found.Landmark == "" {
		return errors.New("there is no landmark")
	}
	isBefore := true
	for _, in := range entries {
		if in.header.Name == found.Landmark {
			isBefore = false
		}
		if isBefore {
			found.First = append(found.First, in.header.Name)
		}
		stated, ok := reader.Lookup(in.header.Name)
		if !ok || in.header.Typeflag != tar.TypeReg || in.header.Size == 0 {
			continue
		}
		if isBefore != (stated.Offset < offset) {
			return fmt.Errorf("%q is on the wrong side of the landmark", in.header.Name)
		}
	}
	if found.Landmark == estargz.PrefetchLandmark {
		found.Prefetch = offset
	}
	return nil
}
