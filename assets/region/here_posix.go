//go:build !windows && !darwin

package region

import "os"

// Here is the region of this computer's user.
func Here() Settings { return From(os.Getenv) }
