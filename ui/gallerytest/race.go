//go:build race

package gallerytest

// testDresses leaves out dresses: drawing is ten times slower with the race detector,
// and starts no goroutines.
func testDresses() []Dress { return Dresses()[:1] }
