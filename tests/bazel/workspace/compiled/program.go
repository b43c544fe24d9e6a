package main

import "os"

var workspace string // the linker sets it

func main() {
	data, err := os.ReadFile(os.Args[0] + ".runfiles/" + workspace + "/data.txt")
	if err != nil {
		panic(err)
	}
	os.Stdout.WriteString("go: " + string(data))
}
