# Completion for uegan, made by `uegan completions bash`.
_uegan_fill() {
    local IFS=$'\n'
    COMPREPLY+=($(compgen "$@" -- "$cur"))
}

_uegan_value() {
    case "$1" in
        files) compopt -o filenames; _uegan_fill -f ;;
        folders) compopt -o filenames; _uegan_fill -d ;;
        styles) _uegan_fill -W "$(uegan __complete styles 2>/dev/null)"
            if [[ $cur == */* || $cur == *.* ]]; then compopt -o filenames; _uegan_fill -f; fi ;;
        devices) _uegan_fill -W "$(uegan __complete devices 2>/dev/null)" ;;
    esac
}

_uegan() {
    local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" path=uegan word
    COMPREPLY=()
    # Bash takes cuda:0 and name=folder apart.
    if [[ $cur == : || $cur == = ]]; then cur=""; fi
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case "$path $word" in 'uegan enhance'|'uegan batch'|'uegan train'|'uegan eval'|'uegan style-create'|'uegan styles'|'uegan styles export'|'uegan styles import'|'uegan styles list'|'uegan styles remove'|'uegan styles rename'|'uegan styles show'|'uegan styles verify'|'uegan completions'|'uegan doctor') path="$path $word" ;; esac
    done
    case "$path" in
        'uegan')
            case "$prev" in
                '') ;;
            esac
            if [[ $cur == -* ]]; then
                _uegan_fill -W "--version
--help
-h"
            else
                _uegan_fill -W "enhance
batch
train
eval
style-create
styles
completions
doctor"
            fi ;;
        'uegan enhance')
            case "$prev" in
                --style|-s) _uegan_value styles; return ;;
                --strength) :; return ;;
                --output|-o) _uegan_value files; return ;;
                --format) _uegan_fill -W "jpeg
png
tiff
webp
avif
heic"; return ;;
                --quality) :; return ;;
                --metadata) _uegan_fill -W "all
no-gps
none"; return ;;
                --sheet) _uegan_value files; return ;;
                --include) :; return ;;
                --exclude) :; return ;;
                --files-from) _uegan_value files; return ;;
                --max-pixels) :; return ;;
                --device) _uegan_value devices; return ;;
                --jobs|-j) :; return ;;
            esac
            if [[ $cur == -* ]]; then
                _uegan_fill -W "--style
-s
--strength
--output
-o
--in-place
--format
--quality
--metadata
--preserve
--sheet
--force
-f
--update
-u
--again
--dry-run
-n
--recursive
-r
--include
--exclude
--files-from
--null
-0
--first-frame
--max-pixels
--fail-fast
--device
--full-network
--jobs
-j
--json
--quiet
-q
--verbose
-v
--no-color
--help
-h"
            else
                _uegan_value files
            fi ;;
        'uegan batch')
            case "$prev" in
                --style|-s) _uegan_value styles; return ;;
                --strength) :; return ;;
                --format) _uegan_fill -W "jpeg
png
tiff
webp
avif
heic"; return ;;
                --quality) :; return ;;
                --metadata) _uegan_fill -W "all
no-gps
none"; return ;;
                --report) _uegan_value files; return ;;
                --include) :; return ;;
                --exclude) :; return ;;
                --max-pixels) :; return ;;
                --device) _uegan_value devices; return ;;
                --jobs|-j) :; return ;;
                --engine) _uegan_fill -W "local
ray"; return ;;
                --ray-address) :; return ;;
            esac
            if [[ $cur == -* ]]; then
                _uegan_fill -W "--style
-s
--strength
--format
--quality
--metadata
--preserve
--copy-others
--force
-f
--report
--include
--exclude
--first-frame
--max-pixels
--checksum
--retry-failed
--watch
--dry-run
-n
--device
--jobs
-j
--engine
--ray-address
--json
--quiet
-q
--verbose
-v
--no-color
--help
-h"
            else
                _uegan_value folders
            fi ;;
        'uegan train')
            case "$prev" in
                --liked) _uegan_value folders; return ;;
                --raw) _uegan_value folders; return ;;
                --name) :; return ;;
                --probe) _uegan_value files; return ;;
                --preset) _uegan_fill -W "quick
standard
paper
natural"; return ;;
                --recipe) _uegan_fill -W "reference
paper"; return ;;
                --start) _uegan_value styles; return ;;
                --steps) :; return ;;
                --batch) :; return ;;
                --size) :; return ;;
                --width) :; return ;;
                --attention) _uegan_fill -W "paper
reference
prenorm
none"; return ;;
                --modulation) _uegan_fill -W "feature
pixel
none"; return ;;
                --quality-weight) :; return ;;
                --fidelity-weight) :; return ;;
                --identity-weight) :; return ;;
                --lr) :; return ;;
                --seed) :; return ;;
                --description) :; return ;;
                --author) :; return ;;
                --licence|--license) :; return ;;
                --vgg-weights) _uegan_value files; return ;;
                --device) _uegan_value devices; return ;;
            esac
            if [[ $cur == -* ]]; then
                _uegan_fill -W "--liked
--raw
--name
--overwrite
--probe
--tensorboard
--resume
--dry-run
-n
--preset
--recipe
--start
--steps
--batch
--size
--width
--attention
--modulation
--quality-weight
--fidelity-weight
--identity-weight
--lr
--seed
--description
--author
--licence
--license
--vgg-weights
--download
--device
--json
--quiet
-q
--verbose
-v
--no-color
--help
-h"
            else
                :
            fi ;;
        'uegan eval')
            case "$prev" in
                --style|-s) _uegan_value styles; return ;;
                --results) _uegan_value folders; return ;;
                --reference) _uegan_value folders; return ;;
                --liked) _uegan_value folders; return ;;
                --strength) :; return ;;
                --nima) _uegan_value files; return ;;
                --include) :; return ;;
                --exclude) :; return ;;
                --max-pixels) :; return ;;
                --html) _uegan_value folders; return ;;
                --study) _uegan_value folders; return ;;
                --csv) _uegan_value files; return ;;
                --fail-under) :; return ;;
                --device) _uegan_value devices; return ;;
                --vgg-weights) _uegan_value files; return ;;
            esac
            if [[ $cur == -* ]]; then
                _uegan_fill -W "--style
-s
--results
--reference
--liked
--strength
--baselines
--no-baselines
--nima
--recursive
-r
--include
--exclude
--max-pixels
--html
--study
--votes
--ablation
--csv
--fail-under
--fresh
--device
--vgg-weights
--json
--quiet
-q
--no-color
--help
-h"
            else
                _uegan_value files
            fi ;;
        'uegan style-create')
            case "$prev" in
                --liked) _uegan_value folders; return ;;
                --raw) _uegan_value folders; return ;;
                --from-checkpoint) _uegan_value files; return ;;
                --from-run) :; return ;;
                --blend) :; return ;;
                --from) _uegan_value files; return ;;
                --strength) :; return ;;
                --description) :; return ;;
                --author) :; return ;;
                --licence|--license) :; return ;;
                --vgg-weights) _uegan_value files; return ;;
            esac
            if [[ $cur == -* ]]; then
                _uegan_fill -W "--liked
--raw
--from-checkpoint
--from-run
--blend
--from
--strength
--description
--author
--licence
--license
--overwrite
--vgg-weights
--quiet
-q
--no-color
--help
-h"
            else
                :
            fi ;;
        'uegan styles')
            case "$prev" in
                '') ;;
            esac
            if [[ $cur == -* ]]; then
                _uegan_fill -W "--help
-h"
            else
                _uegan_fill -W "export
import
list
remove
rename
show
verify"
            fi ;;
        'uegan styles export')
            case "$prev" in
                '') ;;
            esac
            if [[ $cur == -* ]]; then
                _uegan_fill -W "--overwrite
--help
-h"
            else
                _uegan_value styles
            fi ;;
        'uegan styles import')
            case "$prev" in
                --name) :; return ;;
            esac
            if [[ $cur == -* ]]; then
                _uegan_fill -W "--name
--overwrite
--help
-h"
            else
                _uegan_value files
            fi ;;
        'uegan styles list')
            case "$prev" in
                '') ;;
            esac
            if [[ $cur == -* ]]; then
                _uegan_fill -W "--json
--no-color
--help
-h"
            else
                :
            fi ;;
        'uegan styles remove')
            case "$prev" in
                '') ;;
            esac
            if [[ $cur == -* ]]; then
                _uegan_fill -W "--help
-h"
            else
                _uegan_value styles
            fi ;;
        'uegan styles rename')
            case "$prev" in
                '') ;;
            esac
            if [[ $cur == -* ]]; then
                _uegan_fill -W "--overwrite
--help
-h"
            else
                _uegan_value styles
            fi ;;
        'uegan styles show')
            case "$prev" in
                --preview) _uegan_value files; return ;;
            esac
            if [[ $cur == -* ]]; then
                _uegan_fill -W "--preview
--json
--no-color
--help
-h"
            else
                _uegan_value styles
            fi ;;
        'uegan styles verify')
            case "$prev" in
                '') ;;
            esac
            if [[ $cur == -* ]]; then
                _uegan_fill -W "--json
--no-color
--help
-h"
            else
                _uegan_value styles
            fi ;;
        'uegan completions')
            case "$prev" in
                '') ;;
            esac
            if [[ $cur == -* ]]; then
                _uegan_fill -W "--help
-h"
            else
                :
            fi ;;
        'uegan doctor')
            case "$prev" in
                '') ;;
            esac
            if [[ $cur == -* ]]; then
                _uegan_fill -W "--json
--no-color
--help
-h"
            else
                :
            fi ;;
    esac
}

complete -F _uegan uegan
