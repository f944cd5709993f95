package proof

import (
	"crypto/rand"
	"fmt"
	"math/big"
)

// newDigits returns n random decimal digits, all combinations equally likely.
func newDigits(n int) string {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	v, err := rand.Int(rand.Reader, limit)
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	return fmt.Sprintf("%0*d", n, v)
}
