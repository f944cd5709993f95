package kit

import (
	"sync"

	"nightlatch/assets"
)

// words are what the parts themselves say ("Show password"), in the language of
// the theme in force.
func words() *assets.Catalog {
	if w := inForce().Words; w != nil {
		return w
	}
	return english()
}

// english speaks where the theme brings no words.
var english = sync.OnceValue(func() *assets.Catalog {
	w, err := assets.New("en")
	if err != nil {
		panic(err) // embedded, and tested
	}
	return w
})
