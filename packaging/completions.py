"""Completions of veneer's command lines for bash, zsh and fish."""

import re

import commands

BASH = """\
# Completion of veneer's command lines for bash.

# Completes paths: "file" or "directory".
_veneer_paths() {
  compopt -o filenames
  mapfile -t COMPREPLY < <(compgen -A "$1" -- "$word")
}

_veneer_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word")
}

_veneer_images() {
  compopt -o nospace
  _veneer_words 'oci: oci-archive: docker-archive:'
}

_veneer() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' words='' i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case $command:${COMP_WORDS[i]} in
      *:--color) ((++i)) ;;
@COMMANDS@
    esac
  done
  # In --option=value, bash takes "=" for a word.
  if [[ $word == = ]]; then
    word=''
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case $command:$before in
@VALUES@
  esac
  case $command in
@WORDS@
  esac
  # Options are offered to whoever begins with a "-". Without a reply, bash completes paths.
  if [[ $word != -* ]]; then words=${words%%-*}; fi
  _veneer_words "$words"
}
complete -o default -F _veneer veneer
"""
ZSH = """\
#compdef veneer
# Completion of veneer's command lines for zsh.

__veneer_images() {
  if compset -P '(oci|oci-archive|docker-archive):'; then
    _files
  else
    compadd -S '' -- oci: oci-archive: docker-archive:
    _files
  fi
}

# Offers the commands behind a function's name, or runs the function of the one that the line has:
# _veneer_store_gc of `veneer store gc`.
__veneer_commands() {
  local -a commands
  commands=("${@:2}")
  if [[ $state == command ]]; then
    _describe command commands
  elif (( $+functions[$1_$words[1]] )); then
    $1_$words[1]
  fi
}

@FUNCTIONS@
_veneer "$@"
"""
FISH = """\
# Completion of veneer's command lines for fish.

# Whether the words before the cursor name this command, and none of its own.
function __veneer_is
    set -l named
    set -l is_value 0
    for word in (commandline -opc)[2..]
        if test $is_value = 1
            set is_value 0
        else if test "$word" = --color
            set is_value 1
        else if not string match -q -- '-*' $word
            contains -- (string join ' ' $named $word) $__veneer_commands
            and set -a named $word
        end
    end
    test "$named" = "$argv"
end

function __veneer_images
    set -l token (string replace -r '^--?[a-z-]+=' '' -- (commandline -ct))
    if string match -qr '^(oci|oci-archive|docker-archive):' -- $token
        set -l parts (string split -m 1 : -- $token)
        for path in (__fish_complete_path $parts[2])
            echo $parts[1]:$path
        end
    else
        string join \\n oci: oci-archive: docker-archive:
        __fish_complete_path $token
    end
end

@COMMANDS@
complete -c veneer -f
@LINES@
"""


def kind_of(value):
    """What a value is completed as: "file", "directory", "image", or nothing."""
    if value in ("FILE", "NAME=FILE", "BLOB") or value.startswith("SRC"):
        return "file"
    if value.startswith("DIR"):
        return "directory"
    return "image" if value == "IMAGE" else ""


def kind_of_argument(argument):
    """The same of an argument that no option names."""
    about_images = "an image" in argument["description"].lower()
    return "image" if about_images else kind_of(argument.get("value", ""))


def offered(command, root):
    """The commands that a word of this command may be."""
    names_one = any(argument["name"] == "COMMAND" for argument in command["arguments"])
    return root["commands"] if names_one else command["commands"]


def all_commands(root):
    """The commands, each with its names behind "veneer" as one text."""
    return [(" ".join(command["words"][1:]), command) for command in commands.all_below(root)]


def bash_value(option):
    """What bash does for the value of an option."""
    if "words" in option:
        return f"_veneer_words '{' '.join(option['words'])}'"
    return {"file": "_veneer_paths file", "directory": "_veneer_paths directory",
            "image": "_veneer_images", "": "compopt +o default"}[kind_of(option["value"])]


def bash_completion(root):
    """The script for bash. `command` in it is "store_gc"."""
    found, values, words = [], {}, []
    for name, command in all_commands(root):
        key = name.replace(" ", "_")
        for below in command["commands"]:
            found.append(f"      {key}:{below['name']}) "
                         f"command='{'_'.join(below['words'][1:])}' ;;")
        for option in command["options"]:
            if "value" in option:
                values.setdefault(bash_value(option), []).extend(
                    f"{key}:{one}" for one in option["names"])
        listed = [below["name"] for below in offered(command, root)]
        listed += [one for option in command["options"] for one in option["names"]]
        if listed:
            words.append(f"    {key or repr('')}) words='{' '.join(listed)}' ;;")
    return (BASH.replace("@COMMANDS@", "\n".join(found))
            .replace("@VALUES@", "\n".join(
                f"    {' | '.join(names)})\n      {does}\n      return\n      ;;"
                for does, names in values.items()))
            .replace("@WORDS@", "\n".join(words)))


def quoted(text):
    """A word of a shell that stands for itself. No text of the help has a backslash."""
    return "'" + text.replace("'", "'\\''") + "'"


def short(described):
    """What a list shows of a command or an option."""
    text = commands.first_sentence(described["description"]).replace("`", "")
    start = re.split(r"[:;] | \(", text)[0]
    return text if start in described.get("words", ()) else start


def zsh_value(value, kind):
    """What is behind the text of an option."""
    label = value.get("value", value.get("name", "")).replace(":", "\\:")
    if "words" in value:
        words = " ".join(value["words"]).replace(":", "\\:")
        return f":{label}:({words})"
    action = {"file": "_files", "directory": "_files -/", "image": "__veneer_images", "": " "}[kind]
    return f":{label}:{action}"


def zsh_option(option):
    """The words for _arguments."""
    text = re.sub(r"([\[\]])", r"\\\1", short(option))
    value = zsh_value(option, kind_of(option["value"])) if "value" in option else ""
    names = [name + ("" if not value else "=" if name.startswith("--") else "+")
             for name in option["names"]]
    once = "*" if option["repeatable"] else f"({' '.join(option['names'])})"
    spelt = names[0] if len(names) == 1 else f"'{{{','.join(names)}}}'"
    return f"    '{once}{spelt}[" + quoted(text)[1:-1] + f"]{value}'"


def zsh_function(command, root):
    """A function for a command, after those of its own commands."""
    name = "_" + "_".join(command["words"])
    lines = [zsh_option(option) for option in command["options"]]
    if command["commands"]:
        lines += ["    '(-): :->command'", "    '(-)*:: :->arguments'"]
        listed = " \\\n".join("    " + quoted(f"{one['name']}:{short(one)}")
                              for one in command["commands"])
        return (f"{name}() {{\n  local curcontext=$curcontext state line\n"
                "  _arguments -s -S -C \\\n" + " \\\n".join(lines)
                + f" && return\n  __veneer_commands {name} \\\n{listed}\n}}\n")
    for argument in command["arguments"]:
        if argument["name"] == "COMMAND":
            names = " ".join(one["name"] for one in offered(command, root))
            lines.append(f"    '*:command:({names})'")
        else:
            value = {"name": argument["name"]}
            lines.append(f"    '{zsh_value(value, kind_of_argument(argument))}'")
    if "usage" in command:
        lines.append("    '*:file:_files'")
    return f"{name}() {{\n  _arguments -s -S \\\n" + " \\\n".join(lines) + "\n}\n"


def zsh_completion(root):
    """The script for zsh."""
    functions = [zsh_function(command, root) for _, command in all_commands(root)]
    return ZSH.replace("@FUNCTIONS@", "\n".join(functions))


def fish_value(option):
    """What a line of fish says of an option's value."""
    if "words" in option:
        return f" -x -a '{' '.join(option['words'])}'"
    return {"file": " -r -F", "directory": " -x -a '(__fish_complete_directories)'",
            "image": " -x -a '(__veneer_images)'", "": " -x"}[kind_of(option["value"])]


def fish_lines(name, command, root):
    """The lines for a command."""
    start = f"complete -c veneer -n '{f'__veneer_is {name}'.strip()}'"
    for below in offered(command, root):
        yield f"{start} -a {below['name']} -d {quoted(short(below))}"
    for option in command["options"]:
        names = "".join(f" -l {one[2:]}" if one.startswith("--") else f" -s {one[1:]}"
                        for one in option["names"])
        value = fish_value(option) if "value" in option else ""
        yield f"{start}{names}{value} -d {quoted(short(option))}"
    kinds = {kind_of_argument(argument) for argument in command["arguments"]}
    if "image" in kinds:
        yield f"{start} -a '(__veneer_images)'"
    elif "file" in kinds or "usage" in command:
        yield f"{start} -F"


def fish_completion(root):
    """The script for fish."""
    named = all_commands(root)
    names = " ".join(f"'{name}'" for name, _ in named if name)
    lines = [line for name, command in named for line in fish_lines(name, command, root)]
    return (FISH.replace("@COMMANDS@", f"set -g __veneer_commands {names}")
            .replace("@LINES@", "\n".join(lines)))


COMPLETIONS = {"bash": bash_completion, "zsh": zsh_completion, "fish": fish_completion}
