#!/bin/sh
# Decides which names an order contains: a name that cannot be validated must not cost the others their certificate. Sourced by
# issuer.sh.
#
# A list of names is separated by commas, as LEGO_DOMAINS.

# All names of the service. LEGO_DOMAINS has the names of the next order.
all_names=$LEGO_DOMAINS
# Whether the last attempt began with an order for all names.
all_tried=false
# A line for each name that the certificate lacks: the name and the reason.
missing=
# Orders for all names in a row that failed for some, uptime of the first one, and uptime at which the next one is due.
missing_orders=0
missing_since=0
missing_due=0

# without NAMES REMOVED
# Prints the names that are not among the removed ones.
without() {
    echo "$1" | awk -v removed="$2" '
        BEGIN { count = split(removed, list, ","); for (i = 1; i <= count; i++) gone[list[i]] = 1 }
        {
            count = split($0, name, ",")
            for (i = 1; i <= count; i++) if (!(name[i] in gone)) rest = rest (rest == "" ? "" : ",") name[i]
            print rest
        }'
}

# refused_names NAMES <ERROR
# Prints a line for each name that the error of lego attributes a problem to: the name and the reason. lego reports failed
# validations, and an order that cannot be completed, as "[<name>: <reason>] [<name>: <reason>] …". The latter has the same reason for
# all names. In such a reason, and where the authority refuses the order as a whole, the text names the affected names.
refused_names() {
    awk -v names="$1" '
        { error = error (NR > 1 ? " " : "") $0 }
        # The reason of a name: up to the next entry of any name.
        function reason_of(name,    start, text, other, at, i) {
            start = index(error, " [" name ": ")
            if (!start) return ""
            text = substr(error, start + length(name) + 4)
            for (i = 1; i <= count; i++) {
                at = index(text, "] [" list[i] ": ")
                if (at) text = substr(text, 1, at - 1)
            }
            sub(/\]$/, "", text)
            return text
        }
        function print_mentioned(text,    word, words, seen, i) {
            words = split(tolower(text), word, /[^a-z0-9.*_-]+/)
            for (i = 1; i <= words; i++) {
                sub(/\.+$/, "", word[i])
                seen[word[i]] = 1
            }
            for (i = 1; i <= count; i++) if (list[i] in seen) print list[i], text
        }
        END {
            count = split(names, list, ",")
            if (index(error, "resolver: one or more domains had a problem:")) {
                for (i = 1; i <= count; i++) {
                    reason = reason_of(list[i])
                    if (reason != "") print list[i], reason
                }
            } else if (index(error, "certificates: one or more domains had a problem:")) {
                for (i = 1; i <= count && common == ""; i++) common = reason_of(list[i])
                print_mentioned(common)
            } else print_mentioned(error)
        }'
}

# first_words <LINES
# Prints a list of the first words.
first_words() {
    awk '{ printf "%s%s", (NR > 1 ? "," : ""), $1 } END { if (NR) print "" }'
}

# The names of the first order of an attempt. All names, unless the stored certificate lacks some and the time for their next attempt
# has not come.
first_names() {
    stored=$(names_of "$LEGO_CERT_NAME")
    if [ -z "$stored" ] || [ "$(uptime_seconds)" -ge "$missing_due" ]; then
        echo "$all_names"
    else
        without "$all_names" "$(without "$all_names" "$stored")"
    fi
}

# may_do_without NAMES FAILURES
#   FAILURES  failed attempts since the last success
# Whether an order may go without these names. A certificate that is served is not replaced by one that lacks a name of it, because
# clients use that name, and most failures pass. This ends when a quarter of its lifetime is left, before it harms the other names; or
# after six failures, about a quarter of an hour, when the authority wants an early renewal, because it may revoke the certificate.
may_do_without() {
    served=$(served_certificate)
    [ -n "$served" ] || return 0
    names=$(names_of "$served")
    [ "$(without "$names" "$1")" != "$names" ] || return 0
    left=$(($(expiry "$served") - $(date +%s)))
    whole=$(lifetime "$served")
    [ $((left * 4)) -gt "$whole" ] || return 0
    [ "$2" -ge 6 ] && [ $((left * 2)) -gt "$whole" ] && grep -q 'indicates that renewal is needed' "$LEGO_PATH/log"
}

# plan_missing LIFETIME
# After a successful attempt: plans the next order for all names where the certificate lacks some, and shortens the pause `seconds` up
# to it.
plan_missing() {
    now=$(uptime_seconds)
    if [ -z "$missing" ]; then
        missing_orders=0
        missing_due=0
        return
    fi
    if [ "$all_tried" = true ]; then
        [ "$missing_orders" -gt 0 ] || missing_since=$now
        missing_orders=$((missing_orders + 1))
        missing_due=$((now + $(missing_pause "$1")))
        echo "$missing" | while read -r name why; do
            say "The certificate lacks $name, the next order for it is in $((missing_due - now)) seconds: $why"
        done
    fi
    [ $((missing_due - now)) -ge "$seconds" ] || seconds=$((missing_due - now))
    [ "$seconds" -ge 1 ] || seconds=1
}

# missing_pause LIFETIME
# Prints the seconds until the next order for all names. The pauses of pace.sh, but up to a day: Let's Encrypt allows one failure a day
# forever.
missing_pause() {
    LONGEST_PAUSE_SECONDS=$((LONGEST_PAUSE_SECONDS * 4))
    next_pause "$1" 0 "$missing_orders" $((now - missing_since))
}
