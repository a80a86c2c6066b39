"""Completions for bash, zsh, fish and PowerShell, made from the program itself.

Everything that does not change is in the script; for styles and devices it asks `uegan __complete`, which is quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .outline import Argument, Command, Option, Values

HEADER = "Completion for uegan, made by `uegan completions {shell}`."
ASKED = ("styles", "devices")


def bash(program: Command) -> str:
    """For bash 4 and later, on its own: the package bash-completion is not needed."""
    cases = "\n".join(_bash_case(command) for command in program.all())
    paths = "|".join(f"'uegan {' '.join(command.name)}'" for command in program.all() if command.name)
    return f"""# {HEADER.format(shell="bash")}
_uegan_fill() {{
    local IFS=$'\\n'
    COMPREPLY+=($(compgen "$@" -- "$cur"))
}}

_uegan_value() {{
    case "$1" in
        files) compopt -o filenames; _uegan_fill -f ;;
        folders) compopt -o filenames; _uegan_fill -d ;;
        styles) _uegan_fill -W "$(uegan __complete styles 2>/dev/null)"
            if [[ $cur == */* || $cur == *.* ]]; then compopt -o filenames; _uegan_fill -f; fi ;;
        devices) _uegan_fill -W "$(uegan __complete devices 2>/dev/null)" ;;
    esac
}}

_uegan() {{
    local cur="${{COMP_WORDS[COMP_CWORD]}}" prev="${{COMP_WORDS[COMP_CWORD-1]}}" path=uegan word
    COMPREPLY=()
    # Bash takes cuda:0 and name=folder apart.
    if [[ $cur == : || $cur == = ]]; then cur=""; fi
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case "$path $word" in {paths}) path="$path $word" ;; esac
    done
    case "$path" in
{cases}
    esac
}}

complete -F _uegan uegan
"""


def _bash_case(command: Command) -> str:
    """The words after one command."""
    lines = []
    for option in command.options:
        if option.meta:
            lines.append(f"                {'|'.join(option.names)}) {_bash_values(option)}; return ;;")
    words = [
        *(sub.name[-1] for sub in command.commands),
        *(name for option in command.options for name in option.names),
    ]
    value = command.arguments[0].values if command.arguments else ""
    path = " ".join(("uegan", *command.name))
    arguments = f"_uegan_value {value}" if value not in ("", "any") else ":"
    subcommands = " ".join(sub.name[-1] for sub in command.commands)
    if subcommands:
        arguments = f'_uegan_fill -W "{_lines(subcommands)}"'
    return f"""        '{path}')
            case "$prev" in
{chr(10).join(lines) if lines else "                '') ;;"}
            esac
            if [[ $cur == -* ]]; then
                _uegan_fill -W "{_lines(" ".join(word for word in words if word.startswith("-")))}"
            else
                {arguments}
            fi ;;"""


def _bash_values(option: Option) -> str:
    if option.choices:
        return f'_uegan_fill -W "{_lines(" ".join(option.choices))}"'
    return f"_uegan_value {option.values}" if option.values not in ("", "any") else ":"


def _lines(words: str) -> str:
    """`compgen -W` splits at what IFS says, which is the end of a line here."""
    return "\n".join(words.split())


def zsh(program: Command) -> str:
    """To be found by `compinit` as `_uegan`, or sourced."""
    functions = "\n".join(_zsh_function(command) for command in reversed(list(program.all())))
    return f"""#compdef uegan
# {HEADER.format(shell="zsh")}

_uegan__styles() {{
    local -a names
    names=(${{(f)"$(uegan __complete styles 2>/dev/null)"}})
    compadd -a names
    _files -g '*.safetensors'
}}

_uegan__devices() {{
    local -a names
    names=(${{(f)"$(uegan __complete devices 2>/dev/null)"}})
    compadd -a names
}}

{functions}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _uegan "$@"
else
    compdef _uegan uegan
fi
"""


_ZSH_VALUES: dict[Values, str] = {
    "files": "_files",
    "folders": "_files -/",
    "styles": "_uegan__styles",
    "devices": "_uegan__devices",
}


def _zsh_function(command: Command) -> str:
    name = "_".join(("_uegan", *command.name)).replace("-", "_")
    lines = [f"        {_zsh_option(option)}" for option in command.options]
    if not command.commands:
        for argument in command.arguments:
            lines.append(f"        {_zsh_argument(argument)}")
        return f"{name}() {{\n    _arguments -s -S \\\n{_continued(lines)}\n}}\n"
    lines += ["        '1: :->command'", "        '*:: :->rest'"]
    described = "\n".join(f"                {_quoted(f'{s.name[-1]}:{_bare(s.help)}')}" for s in command.commands)
    branches = "\n".join(
        f"                {sub.name[-1]}) {'_'.join(('_uegan', *sub.name)).replace('-', '_')} ;;"
        for sub in command.commands
    )
    return f"""{name}() {{
    local state line
    local -a commands
    _arguments -C \\
{_continued(lines)}
    case $state in
        command)
            commands=(
{described}
            )
            _describe command commands ;;
        rest)
            case $line[1] in
{branches}
            esac ;;
    esac
}}
"""


def _continued(lines: list[str]) -> str:
    return " \\\n".join(lines)


def _zsh_option(option: Option) -> str:
    said = f"[{_bare(option.help)}]"
    value = f":{_bare(option.meta)}:{_zsh_values(option)}" if option.meta else ""
    if len(option.names) == 1:
        return _quoted(f"*{option.names[0]}{said}{value}")
    return f"'*'{{{','.join(option.names)}}}{_quoted(said + value)}"


def _zsh_values(option: Option) -> str:
    return f"({' '.join(option.choices)})" if option.choices else _ZSH_VALUES.get(option.values, " ")


def _zsh_argument(argument: Argument) -> str:
    many = "*" if argument.many else ""
    return _quoted(f"{many}:{_bare(argument.meta)}:{_ZSH_VALUES.get(argument.values, ' ')}")


def _bare(text: str) -> str:
    """Without what has a meaning in zsh's specifications."""
    return text.replace("\\", "").replace("[", "(").replace("]", ")").replace(":", "\\:").replace("`", "")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def fish(program: Command) -> str:
    """For fish 3 and later."""
    lines = [f"# {HEADER.format(shell='fish')}", "complete -c uegan -f", *_fish_lines(program)]
    return "\n".join(lines) + "\n"


def _fish_lines(program: Command) -> Iterator[str]:
    for command in program.all():
        when = _fish_condition(command)
        for sub in command.commands:
            yield f"complete -c uegan -n {when} -a {sub.name[-1]} -d {_fish_quoted(sub.help)}"
        for option in command.options:
            names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
            value = f" -x{_fish_values(option.values, option.choices)}" if option.meta else ""
            value = " -rF" if option.meta and option.values == "files" else value
            yield f"complete -c uegan -n {when} {names} -d {_fish_quoted(option.help)}{value}"
        for argument in command.arguments[:1]:
            if argument.values in ("files", "folders"):
                yield f"complete -c uegan -n {when} -F"
            elif argument.values in ASKED:
                yield f"complete -c uegan -n {when}{_fish_values(argument.values, ())}"


def _fish_condition(command: Command) -> str:
    subs = " ".join(sub.name[-1] for sub in command.commands)
    if not command.name:
        return "__fish_use_subcommand"
    seen = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in command.name)
    return _fish_quoted(f"{seen}; and not __fish_seen_subcommand_from {subs}" if subs else seen)


def _fish_values(values: Values, choices: tuple[str, ...]) -> str:
    if choices:
        return f" -a {_fish_quoted(' '.join(choices))}"
    if values in ASKED:
        return f" -a '(uegan __complete {values} 2>/dev/null)'"
    return " -a '(__fish_complete_directories)'" if values == "folders" else ""


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def powershell(program: Command) -> str:
    """For PowerShell 5 and later."""
    commands = "\n".join(_powershell_command(command) for command in program.all())
    return f"""# {HEADER.format(shell="powershell")}
$UeganWords = @{{
{commands}
}}

Register-ArgumentCompleter -Native -CommandName uegan -ScriptBlock {{
    param($word, $line, $position)
    $words = @($line.CommandElements | ForEach-Object {{ $_.ToString() }})
    if ($word -ne '') {{ $words = @($words | Select-Object -SkipLast 1) }}
    $path = 'uegan'
    foreach ($one in ($words | Select-Object -Skip 1)) {{
        if ($UeganWords.ContainsKey("$path $one")) {{ $path = "$path $one" }}
    }}
    $option = $UeganWords[$path].Values[$words[-1]]
    if ($option -is [string]) {{ $found = @(uegan __complete $option) }}
    elseif ($null -ne $option) {{ $found = $option }}
    else {{ $found = $UeganWords[$path].Words }}
    $found | Where-Object {{ $_ -like "$word*" }} | ForEach-Object {{
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }}
}}
"""


def _powershell_command(command: Command) -> str:
    words = [
        *(sub.name[-1] for sub in command.commands),
        *(name for option in command.options for name in option.names),
    ]
    values = []
    for option in command.options:
        for name in option.names:
            if option.choices:
                values.append(f"'{name}' = {_powershell_list(option.choices)}")
            elif option.values in ASKED:
                values.append(f"'{name}' = '{option.values}'")
    path = " ".join(("uegan", *command.name))
    return f"    '{path}' = @{{ Words = {_powershell_list(words)}; Values = @{{ {'; '.join(values)} }} }}"


def _powershell_list(words: list[str] | tuple[str, ...]) -> str:
    return f"@({', '.join(repr(word) for word in words)})"


SHELLS: dict[str, Callable[[Command], str]] = {"bash": bash, "zsh": zsh, "fish": fish, "powershell": powershell}
FILES = {"bash": "uegan.bash", "zsh": "_uegan", "fish": "uegan.fish", "powershell": "uegan.ps1", "man": "uegan.1"}
"""What the files in `completions` are called."""
