#!/bin/sh
# Fetch the fonts of the pages into static/vendor, from the versions and hashes
# that package-lock.json pins. Called by "make web"; needs npm.
set -eu
cd "$(dirname "$0")"
npm ci --omit=dev --silent
for face in next mono; do
	package=node_modules/@fontsource-variable/atkinson-hyperlegible-$face
	for style in normal italic; do
		[ "$face-$style" = mono-italic ] && continue
		cp "$package/files/atkinson-hyperlegible-$face-latin-wght-$style.woff2" "static/vendor/atkinson-$face-$style.woff2"
	done
	cp "$package/LICENSE" "static/vendor/atkinson-$face-OFL.txt"
done
