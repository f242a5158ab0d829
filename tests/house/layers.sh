#!/usr/bin/env bash
# Proves that the arrows between the folders point one way: gui -> model -> ipc/wire and ipc/capture's Event.
# Called with the source folder and the engine's path.
set -u
shopt -s lastpipe # refuse() at the end of a pipe must be able to fail the test
cd "$1" || exit 1
engine=$2
status=0

refuse() { # SENTENCE, lines on stdin
    local found
    found=$(cat)
    [ -z "$found" ] && return
    echo "$1:"
    echo "$found"
    status=1
}

includes() { # FOLDER
    grep -rnE '^\s*#\s*include' --include='*.h' --include='*.cpp' "$1"
}

includes ipc | grep -E '<Q|"(model|gui)/' | refuse "ipc knows neither Qt nor what lies above it"
includes model | grep -E '"gui/' | refuse "model knows no gui"
includes model | grep -E '"ipc/' | grep -vE '"ipc/(wire/[a-z_]+|capture/(event|call)|process/fd)\.h"' |
    refuse "model knows of ipc the wire, the Event and the descriptor that closes itself alone"
includes gui | grep -E '"ipc/' | grep -vE '"ipc/capture/(event|call)\.h"' | refuse "gui knows of ipc the Event alone"

# A header of Qt Widgets (or Charts, Svg) is one that lies in its folder.
qt=$(qmake6 -query QT_INSTALL_HEADERS)
includes model | grep -oE '^[^:]+:[0-9]+:|<Q[A-Za-z0-9/]+>' | paste - - | while read -r place header; do
    name=$(echo "$header" | tr -d '<>')
    for module in QtWidgets QtCharts QtSvg; do
        if [ -e "$qt/$module/${name##*/}" ] && [ ! -e "$qt/QtCore/${name##*/}" ] && [ ! -e "$qt/QtGui/${name##*/}" ]; then
            echo "$place $header"
        fi
    done
done | refuse "model knows no widgets"

ldd "$engine" | grep -i qt | refuse "byteyard-engine is not linked with Qt"
exit $status
