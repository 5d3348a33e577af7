# colours.gp: the colours of the two paths in all plots, from the palette of Okabe and Ito,
# which is safe for colour-blind readers.
copycolor = "#e69f00"
zerocolor = "#0072b2"
