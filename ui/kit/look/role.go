package look

import (
	"math"

	"fyne.io/fyne/v2"
)

// A Role is a step of the type scale, in points at text size 100 %.
type Role struct {
	Size, Line   float32
	Strong, Mono bool
	Still        bool // the same at every text size: for illustrations
}

// The type scale. No text is smaller than 12 points.
var (
	Display = Role{Size: 28, Line: 36, Strong: true}
	Title   = Role{Size: 22, Line: 28, Strong: true}
	Heading = Role{Size: 16, Line: 24, Strong: true}
	Body    = Role{Size: 14, Line: 20}
	Strong  = Role{Size: 14, Line: 20, Strong: true}
	Caption = Role{Size: 12, Line: 16}
	Label   = Role{Size: 12, Line: 16, Strong: true}
	CodeXL  = Role{Size: 32, Line: 40, Strong: true, Mono: true}
	CodeL   = Role{Size: 24, Line: 32, Strong: true, Mono: true}
	CodeM   = Role{Size: 18, Line: 24, Strong: true, Mono: true}
	Code    = Role{Size: 13, Line: 20, Mono: true}
)

// Fixed is the role with the same size at every text size.
func (r Role) Fixed() Role { r.Still = true; return r }

func (r Role) style() fyne.TextStyle { return fyne.TextStyle{Bold: r.Strong, Monospace: r.Mono} }

func (r Role) factor() float32 {
	if r.Still {
		return 1
	}
	return currentTheme().factor()
}

func (r Role) size() float32 { return r.Size * r.factor() }

// LineHeight is the distance between two lines at the current text size, in
// whole points.
func (r Role) LineHeight() float32 { return round(r.Line * r.factor()) }

// Whole rounds down to whole points: at half points, hairlines are blurred.
func Whole(v float32) float32 { return float32(math.Floor(float64(v))) }

func round(v float32) float32 { return float32(math.Round(float64(v))) }

// RoundUp rounds a width up, so that the next object starts at a whole point.
func RoundUp(v float32) float32 { return float32(math.Ceil(float64(v))) }
