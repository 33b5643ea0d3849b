#compdef dataops
# Completes dataops in zsh: source <(dataops completion zsh) in ~/.zshrc behind compinit, or this text as _dataops in a
# folder of $fpath.
_dataops() {
    local line="${(j: :)words[1,CURRENT]}"
    local -a suggestions
    suggestions=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
    suggestions=("${(@)suggestions:#}")
    if (( $#suggestions )); then
        compadd -- "${suggestions[@]}"
    else
        _files
    fi
}
if [[ ${funcstack[1]} == _dataops ]]; then
    _dataops "$@"
else
    compdef _dataops dataops
fi
