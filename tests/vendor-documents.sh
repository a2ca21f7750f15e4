#!/usr/bin/env bash
# Do the served APIs keep their own OpenAPI documents? Runs Schemathesis, all phases, authenticated,
# against both mocks on loopback, and fails on a server error or a response outside the document.
#
#   SCHEMATHESIS=path/to/schemathesis tests/vendor-documents.sh [jerky|polish|polish-staff]… [OPTION…]
#
# Without a name all three run, side by side: the polish API answers its middleware and its staff
# differently. Options go to `schemathesis run`, such as --seed 7 or --max-examples 200. Needs
# Schemathesis 4.32 (PyPI) and curl; ends within five minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
schemathesis=${SCHEMATHESIS:-schemathesis}
command -v "$schemathesis" >/dev/null || {
    echo "vendor-documents: no '$schemathesis': pip install schemathesis==4.32.5, or set SCHEMATHESIS" >&2
    exit 2
}
runs=()
while [[ ${1:-} =~ ^(jerky|polish|polish-staff)$ ]]; do runs+=("$1") && shift; done
[ ${#runs[@]} -gt 0 ] || runs=(jerky polish polish-staff)

cargo build --release -p mock-jerky-api -p mock-polish-api
bin=${CARGO_TARGET_DIR:-target}/release
settings=tests/vendor-documents
scratch=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$scratch"' EXIT

# Starts a mock and takes over its address and credentials, which it prints as lines for a shell.
# It answers only after the last of them.
serve() {
    local lines=$scratch/$2.env
    : >"$lines"
    "$bin/mock-$1-api" --port 0 --seed 7 --items 40 >"$lines" &
    for _ in $(seq 100); do
        # shellcheck disable=SC1090
        grep -q '_BASE_URL=' "$lines" && . "$lines" && break
        sleep 0.1
    done
    local base=${1^^}_BASE_URL
    curl -sSf --retry 20 --retry-connrefused "${!base}/healthz" >/dev/null
    # shellcheck disable=SC1090
    set -a && . "$lines" && set +a
}

# A request to the polish API: whose key, where to, what.
polish() {
    curl -sSf -o /dev/null "$POLISH_BASE_URL/$2" -H "X-Api-Key: $1" \
        -H 'Content-Type: application/json' -d "$3"
}

# Twenty orders for the steps of their lives to be tried on; polish.toml says which for what.
place_orders() {
    local sku=OWN-POL-00001 number
    polish "$POLISH_STAFF_API_KEY" counts '{"reference":"opening","sku":"'$sku'","counted":1000000}'
    for number in $(seq 20); do
        polish "$POLISH_STOREFRONT_API_KEY" orders '{"customer":{"name":"Ada","email":"a@b.example"},
            "lines":[{"sku":"'$sku'","quantity":60}]}'
    done
}

# What staff may not do itself, and goods for customers to send back.
confirm_orders() {
    local order
    for order in ORD-0000{11..20}; do polish "$POLISH_API_KEY" "orders/$order/confirm" '{}'; done
    for order in ORD-0000{16..20}; do
        polish "$POLISH_STAFF_API_KEY" "orders/$order/ship" '{"reference":"'"$order"'"}'
    done
}

# One check is left out: that whatever fits the schema is accepted. A cursor has to be one that the
# server gave, and an order has to be in the right state; no schema can say so. One worker, as
# Python's parser, which Hypothesis calls, is not safe between threads before 3.12.
check() {
    local name=$1 url=$2 config=$3
    shift 3
    SCHEMATHESIS_HOOKS=hooks PYTHONPATH=$settings PYTHONDONTWRITEBYTECODE=1 \
        SUCCEEDED=$scratch/$name.succeeded HYPOTHESIS_STORAGE_DIRECTORY=$scratch/$name.hypothesis \
        timeout 280 "$schemathesis" --no-color --config-file "$settings/$config.toml" \
        run "$url/openapi.json" --url "$url" --phases examples,coverage,fuzzing,stateful \
        --checks all --exclude-checks positive_data_acceptance \
        --seed 20261123 --max-examples 25 --workers 1 "$@" >"$scratch/$name.log" 2>&1 &
    checks[$name]=$!
}

# What one run came to, in a line; all that it said where it failed.
conclude() {
    local name=$1 log=$scratch/$1.log status=0 cases operations succeeded
    wait "${checks[$name]}" || status=$?
    cases=$(sed -n 's/^ *\([0-9]* generated.*\)/\1/p' "$log")
    operations=$(sed -n 's|^ *Selected: \([0-9]*\)/.*|\1|p' "$log")
    succeeded=$(grep -c . "$scratch/$name.succeeded" || true)
    if [ "$status" -eq 0 ] && [ $((succeeded * 2)) -lt "${operations:-1}" ]; then
        echo "too few operations were ever carried out" >>"$log" && status=1
    fi
    [ "$status" -eq 0 ] || cat "$log"
    [ "$status" -ne 124 ] || echo "stopped: not done after 280 s"
    printf '%-13s %s; %s of %s operations carried out; %s\n' "$name" \
        "${cases:-nothing generated}" "$succeeded" "${operations:-?}" \
        "$([ "$status" -eq 0 ] && echo kept || echo NOT KEPT)" >>"$scratch/summary"
    return "$status"
}

# Each at a pace that its key is allowed.
declare -A checks
for run in "${runs[@]}"; do
    serve "${run%-staff}" "$run"
    case $run in
    jerky)
        check "$run" "$JERKY_BASE_URL" jerky --rate-limit 95/s "$@"
        ;;
    polish)
        place_orders
        check "$run" "$POLISH_BASE_URL" polish -H "X-Api-Key: $POLISH_API_KEY" \
            --rate-limit 19/s "$@"
        ;;
    polish-staff)
        place_orders && confirm_orders
        check "$run" "$POLISH_BASE_URL" polish -H "X-Api-Key: $POLISH_STAFF_API_KEY" \
            --rate-limit 500/s "$@"
        ;;
    esac
done

failed=0
for run in "${runs[@]}"; do conclude "$run" || failed=$((failed + 1)); done
echo "== vendor documents after $SECONDS s"
cat "$scratch/summary"
[ "$failed" -eq 0 ] || exit 1
