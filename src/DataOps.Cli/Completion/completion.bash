# Completes dataops in bash: eval "$(dataops completion bash)" in ~/.bashrc, or this text as
# ~/.local/share/bash-completion/completions/dataops
_dataops() {
    local line=${COMP_LINE:0:COMP_POINT} suggestion
    local word=${line##*[[:space:]]}
    # Readline breaks words at : and = too, and inserts only what follows.
    local before=${word%"$2"}
    COMPREPLY=()
    while IFS= read -r suggestion; do
        [[ -n $suggestion ]] || continue
        suggestion=${suggestion:${#before}}
        [[ $suggestion == *[!a-zA-Z0-9_./:,=@%+-]* ]] && printf -v suggestion %q "$suggestion"
        COMPREPLY+=("$suggestion")
    done < <("$1" "[suggest:${#line}]" "$line" 2>/dev/null)
}
complete -o default -F _dataops dataops
