# What keeping links costs a packer that asks the shell about each row of an mtree: `readlink -f` for
# every file, and a link for a file that an earlier row has.
{
  if (match($0, /content=[^ ]*/)) {
    content = substr($0, RSTART + 8, RLENGTH - 8)
    command = "readlink -f '" content "'"
    real = ""
    command | getline real
    close(command)
    if (real == "") real = content
    if (real in first) {
      sub(/type=file/, "type=link")
      sub(/content=[^ ]*/, "link=" relative(first[real], $1))
    } else {
      first[real] = $1
    }
  }
  print
}

function relative(target, from,    to, here, common, count, depth, i, text) {
  count = split(target, to, "/")
  depth = split(from, here, "/")
  for (common = 0; common < count - 1 && common < depth - 1; common++) {
    if (to[common + 1] != here[common + 1]) break
  }
  for (i = common + 1; i < depth; i++) text = text "../"
  for (i = common + 1; i < count; i++) text = text to[i] "/"
  return text to[count]
}
