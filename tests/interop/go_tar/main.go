// Tells whether Go's archive/tar reads the tar on standard input, and which entries it has.
package main

import (
	"archive/tar"
	"fmt"
	"io"
	"os"
)

func main() {
	reader := tar.NewReader(os.Stdin)
	for {
		header, err := reader.Next()
		if err == io.EOF {
			return
		}
		if err == nil && header.Typeflag != tar.TypeXGlobalHeader {
			fmt.Printf("%q\n", header.Name)
			_, err = io.Copy(io.Discard, reader)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
