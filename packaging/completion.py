"""Prints the completion of veneer's command lines for bash, made of what its commands print as help.

usage: completion.py VENEER...
"""

import re
import sys

import help_texts

FRAME = """\
# Completion of veneer's command lines for bash; for zsh after `autoload bashcompinit; bashcompinit`.
_veneer() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} words=
  case ${{COMP_WORDS[1]}}:$before in
{values}
  esac
  if [[ -z $words && $COMP_CWORD -eq 1 ]]; then
    words='{commands}'
  elif [[ -z $words && $word == -* ]]; then
    case ${{COMP_WORDS[1]}} in
{options}
    esac
  fi
  # Without words bash completes paths.
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}}
complete -o default -F _veneer veneer
"""


def completion(veneer):
    """The script."""
    commands = help_texts.commands_of(help_texts.help_of(veneer))
    options = {name: help_texts.options_of(help_texts.help_of(veneer, name)) for name in commands
               if name != "tar"}
    values = [f"    {name}:{option}) words='{value.replace('|', ' ')}' ;;"
              for name, all_of in options.items() for option, value in all_of.items()
              if value and re.fullmatch(r"[a-z0-9-]+(\|[a-z0-9-]+)+", value)]
    lists = [f"      {name}) words='{' '.join(sorted(all_of))}' ;;"
             for name, all_of in options.items() if all_of]
    return FRAME.format(commands=" ".join(commands), values="\n".join(values),
                        options="\n".join(lists))


if __name__ == "__main__":
    print(completion(sys.argv[1:]), end="")
