# colours.gp: the two paths, in all plots. Okabe and Ito's palette: safe for the
# colour-blind.
copycolor = "#e69f00"
zerocolor = "#0072b2"
