# shellcheck shell=bash
# Plots. The report.sh of demo, bench and hibernate source this.

# plot SCRIPT FILE WIDTH HEIGHT SETTING: make FILE.svg and FILE.png with a gnuplot script. It
# gets the variables in SETTING, and the colours.
plot() {
	gnuplot -e "$5" -e "set terminal svg size $3,$4 font 'sans-serif,13' background 'white'" \
		-e "set output '$2.svg'" "$LAB/report/colours.gp" "$1"
	gnuplot -e "$5" -e "set terminal pngcairo size $3,$4 font 'Sans,13'" \
		-e "set output '$2.png'" "$LAB/report/colours.gp" "$1"
}
