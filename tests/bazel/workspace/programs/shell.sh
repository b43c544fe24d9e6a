#!/usr/bin/env bash
read -r line <"$0.runfiles/_main/data.txt"
echo "shell: $line"
