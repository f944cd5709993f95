//go:build !race

package gallerytest

func testDresses() []Dress { return Dresses() }
