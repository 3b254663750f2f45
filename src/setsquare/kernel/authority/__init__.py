"""Authority: what rules in force ask of whoever carries out a command, and who meets them."""
