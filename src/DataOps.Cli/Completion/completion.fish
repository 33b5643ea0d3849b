# Completes dataops in fish: dataops completion fish >~/.config/fish/completions/dataops.fish
function __dataops_complete
    set -l line (commandline --cut-at-cursor --current-process | string join ' ')
    set -l program (string split --max 1 ' ' -- $line)[1]
    set -l suggestions ($program "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)
    if set -q suggestions[1]
        printf '%s\n' $suggestions
    else
        __fish_complete_path (commandline --current-token)
    end
end
complete --command dataops --no-files --arguments '(__dataops_complete)'
