/**
 * Shell: who may order. Revisions of a service share the store, and two orders for one certificate would count twice
 * against the authority's limits.
 *
 * The lease is the highest number among the folders in `lease/`; making a folder succeeds for one alone, on SMB too. It is free when
 * it holds a file `released`, or when its file `beat` has not changed for as long as LEASE_SECONDS by the uptime of the machine
 * that looks: nobody's clock is believed, so one that is wrong locks nothing for ever.
 */
export const LEASE = `
newest_lease() {
    newest=0
    for folder in "$store"/lease/*; do
        case \${folder##*/} in
            *[!0-9]*) ;;
            *) [ "\${folder##*/}" -le "$newest" ] || newest=\${folder##*/} ;;
        esac
    done
}

uptime_seconds() {
    read -r uptime _ </proc/uptime
    uptime=\${uptime%.*}
}

watched=none

take_lease() {
    mkdir -p "$store/lease" || return 1
    newest_lease
    if [ "$newest" -gt 0 ] && [ ! -e "$store/lease/$newest/released" ]; then
        uptime_seconds
        beat=$(cat "$store/lease/$newest/beat" 2>/dev/null)
        if [ "$watched" != "$newest $beat" ]; then
            watched="$newest $beat"
            watched_since=$uptime
        fi
        [ $((uptime - watched_since)) -ge "$LEASE_SECONDS" ] || return 1
        say "The issuer that held the store shows no sign of life ($beat). Taking over."
    fi
    taken=$((newest + 1))
    mkdir "$store/lease/$taken" 2>/dev/null || return 1
    # Whoever was late may have made a folder that another one has long left behind.
    newest_lease
    if [ "$newest" != "$taken" ]; then
        rmdir "$store/lease/$taken"
        return 1
    fi
    lease=$taken
    beats=0
    beat_lease
    for folder in "$store"/lease/*; do
        [ "\${folder##*/}" -ge "$lease" ] || rm -rf "$folder"
    done
}

beat_lease() {
    beats=$((beats + 1))
    echo "$me, $(date -u +%FT%TZ), $beats" >"$store/lease/$lease/beat"
} 2>/dev/null

release_lease() {
    # Not by a redirection of ":", which ends the shell where it fails (POSIX, "Special Built-In Utilities").
    [ -z "$lease" ] || touch "$store/lease/$lease/released"
    lease=
} 2>/dev/null
`;
