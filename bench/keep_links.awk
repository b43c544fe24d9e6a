# What keeping links costs where a shell is asked about each row of an mtree: the text of a link at
# the row's content, and, unless that is relative and so the link that was meant, the real file
# behind it. A file that an earlier row has becomes a link to that row's path.
match($0, / content=[^ ]+/) {
  content = substr($0, RSTART + 9, RLENGTH - 9)
  text = answer("readlink \"" content "\"")
  if (text == "" || text ~ /^\//) {
    real = answer("readlink -f \"" content "\"")
    if (!(real in home)) {
      home[real] = $1
      print
      next
    }
    text = relative(home[real], $1)
  }
  sub(/ type=file/, " type=link")
  sub(/ content=[^ ]+/, " link=" text)
}
{ print }

function answer(command,    line) {
  line = ""
  command | getline line
  close(command)
  return line
}

function relative(target, from,    to, at, depth, count, same, i, text) {
  count = split(target, to, "/")
  depth = split(from, at, "/")
  same = 1
  while (same < count && same < depth && to[same] == at[same]) same++
  for (i = same; i < depth; i++) text = text "../"
  for (i = same; i < count; i++) text = text to[i] "/"
  return text to[count]
}
