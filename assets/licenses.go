package assets

import _ "embed" // for licenses

//go:embed licenses/THIRD-PARTY-LICENSES.txt
var licenses string

// Licenses returns the licences of everything in the program that others made, on any
// system. make licenses writes it.
func Licenses() string { return licenses }
