#!/usr/bin/env bash
# Makes the sample pack north-east-and-cumbria from the published files: the same files, the same bytes.
#
# Usage, with the program installed: data/make_samples.sh FIGURES.csv REGISTER.csv PREMISES.csv [FOLDER]
#
# FIGURES.csv holds the published figures, one row per authority; REGISTER.csv and PREMISES.csv are Ofsted's
# sheets of providers and places and of supported accommodation premises. The boundaries stay as they are: see
# make_boundaries.py. The pack gateshead-ten was written by hand. FOLDER is where the pack goes, instead of
# taking the place of the one here.
set -euo pipefail

data=$(dirname "$0")
pack=north-east-and-cumbria
built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT

optimiser synthesise \
    --name "North East and Cumbria (synthetic)" \
    --facts "$1" \
    --register "$2" \
    --supported-accommodation "$3" \
    --boundaries "$data/$pack/authorities.geojson" \
    --authorities "E06000001,E06000002,E06000003,E06000004,E06000005,E06000047,E06000057,E06000063,E06000064,\
E08000021,E08000022,E08000023,E08000024,E08000037" \
    --seed 2025 \
    --children 1500 \
    --out "$built/$pack"

target=${4:-$data}
rm -rf "${target:?}/$pack"
mv "$built/$pack" "$target/$pack"
