#!/usr/bin/env bash
# Do the served APIs keep their own OpenAPI documents? Runs Schemathesis, all phases, authenticated,
# against both mocks on loopback, and fails on a server error or a response outside the document.
#
#   SCHEMATHESIS=path/to/schemathesis tests/vendor-documents.sh [jerky|polish] [OPTION…]
#
# Options go to `schemathesis run`. Needs Schemathesis 4 (PyPI) and curl.
set -euo pipefail
cd "$(dirname "$0")/.."
schemathesis=${SCHEMATHESIS:-schemathesis}
command -v "$schemathesis" >/dev/null || {
    echo "vendor-documents: no '$schemathesis': pip install schemathesis, or set SCHEMATHESIS" >&2
    exit 2
}
vendors=(jerky polish)
case "${1:-}" in jerky | polish) vendors=("$1") && shift ;; esac

cargo build --release -p mock-jerky-api -p mock-polish-api
bin=${CARGO_TARGET_DIR:-target}/release
scratch=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$scratch"' EXIT

# The servers print their address and credentials as lines a shell can take.
start() {
    "$bin/mock-$1-api" --port 0 --seed 7 --items 40 >"$scratch/$1.env" &
    for _ in $(seq 100); do
        grep -q '_BASE_URL=' "$scratch/$1.env" && break
        sleep 0.1
    done
    sleep 0.2
    # shellcheck disable=SC1090
    set -a && . "$scratch/$1.env" && set +a
}

authenticate_jerky() {
    local token
    token=$(curl -sf "$JERKY_BASE_URL/oauth/token" -u "$JERKY_CLIENT_ID:$JERKY_CLIENT_SECRET" \
        -d grant_type=client_credentials | sed -E 's/.*"access_token":"([^"]+)".*/\1/')
    header="Authorization: Bearer $token" url=$JERKY_BASE_URL
}

authenticate_polish() { header="X-Api-Key: $POLISH_API_KEY" url=$POLISH_BASE_URL; }

# One check is left out: that whatever fits the schema is accepted. A cursor has to be one that the
# server gave, and an idempotency key may not come with another payload; no schema can say so.
for vendor in "${vendors[@]}"; do
    start "$vendor"
    "authenticate_$vendor"
    "$schemathesis" run "$url/openapi.json" --url "$url" -H "$header" \
        --phases examples,coverage,fuzzing,stateful --checks all --exclude-checks positive_data_acceptance \
        --seed 20261123 --max-examples 50 --workers 2 "$@"
done
